"""The kits that are known.

The project does not distribute them. Sizes and SHA-256 are those of the files as they were seen;
where nobody has told a checksum, the size is a guide, and whether it is a StyleGAN2 generator is
seen when it is read. Addresses: the READMEs of stylegan2-ada-pytorch, stylegan3 and
encoder4editing, and Hugging Face's copy of the latter's files; the TensorFlow ones of church, horse
and car follow the pattern of the cat's, and have not been tried.
"""

import json
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from contracts.errors import StartError
from contracts.faces import Alignment
from contracts.kits import Kit, KitFile

NVIDIA = "NVIDIA Source Code License-NC (non-commercial: research and evaluation only)"
NVIDIA_ADDRESS = "https://nvlabs.github.io/stylegan2-ada-pytorch/license.html"
E4E = f"{NVIDIA} for the generator; encoder4editing's own code is MIT"
E4E_FFHQ = (
    f"{NVIDIA} for the generator; FFHQ is CC BY-NC-SA 4.0; encoder4editing's own code and "
    "directions are MIT"
)
ADA = "https://nvlabs-fi-cdn.nvidia.com/stylegan2-ada-pytorch/pretrained/"
TENSORFLOW = "https://nvlabs-fi-cdn.nvidia.com/stylegan2/networks/"
NGC = "https://api.ngc.nvidia.com/v2/models/nvidia/research/stylegan2/versions/1/files/"
HUGGING_FACE = "https://huggingface.co/public-data/e4e/resolve/main/"
EDITINGS = "https://raw.githubusercontent.com/omertov/encoder4editing/main/editings/"


def kit(
    name: str,
    title: str,
    draws: str,
    resolution: int,
    model: KitFile,
    *directions: KitFile,
    license_: str = NVIDIA,
    aligned: Alignment | None = None,
    has_encoder: bool = False,
) -> Kit:
    """A kit around the file that has the generator."""
    return Kit(
        name=name,
        title=title,
        purpose=f"Pictures of {draws}, as they are in its training set.",
        resolution=resolution,
        license=license_,
        license_address=NVIDIA_ADDRESS,
        aligned=aligned,
        has_encoder=has_encoder,
        files=(model, *directions),
    )


def nvidia(address: str, megabytes: int) -> KitFile:
    """A file of NVIDIA's: a generator alone, of about that size."""
    name = address.rsplit("/", 1)[-1]
    return KitFile(name=name, role="model", address=address, num_bytes=megabytes * 1_000_000)


def e4e(name: str, num_bytes: int, sha256: str) -> KitFile:
    """A file of encoder4editing's: a generator and its encoder."""
    address = HUGGING_FACE + name
    return KitFile(name=name, role="model", address=address, num_bytes=num_bytes, sha256=sha256)


def direction(path: str, num_bytes: int, sha256: str) -> KitFile:
    """A file of directions that encoder4editing has."""
    name = path.rsplit("/", 1)[-1]
    return KitFile(
        name=name, role="directions", address=EDITINGS + path, num_bytes=num_bytes, sha256=sha256
    )


FFHQ_DIRECTIONS = (
    direction(
        "interfacegan_directions/age.pt",
        2_808,
        "50074516b1629707d89b5e43d6b8abd1792212fa3b961a87a11323d6a5222ae0",
    ),
    direction(
        "interfacegan_directions/smile.pt",
        2_808,
        "817a7e732b59dee9eba862bec8bd7e8373568443bc9f9731a21cf9b0356f0653",
    ),
    direction(
        "interfacegan_directions/pose.pt",
        37_624,
        "736e0eacc8488fa0b020a2e7bd256b957284c364191dfea693705e5d06d43e7d",
    ),
    direction(
        "ganspace_pca/ffhq_pca.pt",
        167_562,
        "4d7f9df1c96180d9026b9cb8d04753579fbf385f321a9d0e263641601c5e5d36",
    ),
)

KITS = (
    kit(
        "ffhq",
        "Photos of people",
        "faces",
        1024,
        e4e(
            "e4e_ffhq_encode.pt",
            1_201_649_680,
            "2ace1d9a8c05c10a399bcd500b8dda118f759ff1aac89dbdab7435f2136a0999",
        ),
        *FFHQ_DIRECTIONS,
        license_=E4E_FFHQ,
        aligned="ffhq",
        has_encoder=True,
    ),
    kit(
        "cars",
        "Photos of cars",
        "cars",
        512,
        e4e(
            "e4e_cars_encode.pt",
            1_077_493_298,
            "f1743d4a9fe701643916062d7c40a4ec3d5daaa153de1ef941285d3ed3758330",
        ),
        license_=E4E,
        has_encoder=True,
    ),
    kit(
        "church",
        "Photos of churches",
        "churches",
        256,
        e4e(
            "e4e_church_encode.pt",
            959_033_364,
            "590f00e84b6461ba05467f7b0c705972f0ed729f4e399d3e21bfdb1b781e1c93",
        ),
        license_=E4E,
        has_encoder=True,
    ),
    kit(
        "horse",
        "Photos of horses",
        "horses",
        256,
        e4e(
            "e4e_horse_encode.pt",
            959_033_364,
            "bfcd7ac19571fab277d933d3133a1249d89f49ba948cfcc399ea271201f5c95f",
        ),
        license_=E4E,
        has_encoder=True,
    ),
    kit(
        "ffhq-nvidia",
        "FFHQ, without an encoder",
        "faces",
        1024,
        nvidia(ADA + "ffhq.pkl", 381),
        aligned="ffhq",
    ),
    kit(
        "ffhq-512",
        "FFHQ, 512 px",
        "faces",
        512,
        nvidia(NGC + "stylegan2-ffhq-512x512.pkl", 364),
        aligned="ffhq",
    ),
    kit(
        "ffhq-256",
        "FFHQ, 256 px",
        "faces",
        256,
        nvidia(NGC + "stylegan2-ffhq-256x256.pkl", 296),
        aligned="ffhq",
    ),
    kit(
        "ffhqu-256",
        "FFHQ, unaligned, 256 px",
        "faces, unaligned",
        256,
        nvidia(NGC + "stylegan2-ffhqu-256x256.pkl", 296),
    ),
    kit(
        "celebahq-256",
        "CelebA-HQ",
        "celebrities' faces",
        256,
        nvidia(NGC + "stylegan2-celebahq-256x256.pkl", 296),
    ),
    kit(
        "metfaces",
        "MetFaces",
        "faces in paintings and sculptures",
        1024,
        nvidia(ADA + "metfaces.pkl", 381),
        aligned="ffhq",
    ),
    kit("afhqcat", "AFHQ cats", "cats' faces", 512, nvidia(ADA + "afhqcat.pkl", 364)),
    kit("afhqdog", "AFHQ dogs", "dogs' faces", 512, nvidia(ADA + "afhqdog.pkl", 364)),
    kit(
        "afhqwild",
        "AFHQ wild animals",
        "wild animals' faces",
        512,
        nvidia(ADA + "afhqwild.pkl", 364),
    ),
    kit(
        "afhqv2",
        "AFHQ v2",
        "animals' faces",
        512,
        nvidia(NGC + "stylegan2-afhqv2-512x512.pkl", 364),
    ),
    kit("brecahad", "BreCaHAD", "breast cancer histology", 512, nvidia(ADA + "brecahad.pkl", 364)),
    kit(
        "cifar10", "CIFAR-10", "ten kinds of things, by class", 32, nvidia(ADA + "cifar10.pkl", 249)
    ),
    kit("cat", "LSUN cats", "cats", 256, nvidia(TENSORFLOW + "stylegan2-cat-config-f.pkl", 357)),
    kit("car", "LSUN cars", "cars", 512, nvidia(TENSORFLOW + "stylegan2-car-config-f.pkl", 364)),
)


def read_kits(file: Path | None) -> dict[str, Kit]:
    """The kits that can be fetched, by name: those of a JSON file, or the known ones.

    Raises:
        StartError: the file cannot be read, or is no list of kits.
    """
    if file is None:
        return {kit.name: kit for kit in KITS}
    try:
        listed = json.loads(file.read_text(encoding="utf-8"))
        kits = TypeAdapter(tuple[Kit, ...]).validate_python(listed)
    except (OSError, ValueError, ValidationError) as error:
        raise StartError(f"{file} is no list of kits: {str(error).splitlines()[0]}") from error
    named = {kit.name: kit for kit in kits}
    if len(named) < len(kits):
        raise StartError(f"{file} has two kits of the same name")
    return named


def downloads_of(home: Path, kit: Kit) -> Path:
    """Where a kit's files are kept until its model is made."""
    return home / "downloads" / kit.name
