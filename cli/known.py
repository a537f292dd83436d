"""Official checkpoints by name: where they are, what they draw, and under which licence.

The project does not distribute them. Addresses: the READMEs of stylegan2-ada-pytorch and stylegan3;
church, horse and car follow the pattern of the cat's, and have not been tried.
"""

from dataclasses import dataclass

NVIDIA_NC = (
    "NVIDIA Source Code License-NC (non-commercial: research and evaluation only), "
    "https://nvlabs.github.io/stylegan2-ada-pytorch/license.html"
)
ADA = "https://nvlabs-fi-cdn.nvidia.com/stylegan2-ada-pytorch/pretrained/"
TENSORFLOW = "https://nvlabs-fi-cdn.nvidia.com/stylegan2/networks/"
NGC = "https://api.ngc.nvidia.com/v2/models/nvidia/research/stylegan2/versions/1/files/"


@dataclass(frozen=True)
class Known:
    """A checkpoint that can be fetched by name.

    Attributes:
        about_mb: size of the file, computed from its networks; a guide, not a promise.
        aligned: the square that it wants faces in: that of its training set.
    """

    name: str
    draws: str
    resolution: int
    about_mb: int
    address: str
    license: str = NVIDIA_NC
    aligned: str | None = None


KNOWN = {
    entry.name: entry
    for entry in (
        Known("ffhq", "faces", 1024, 381, ADA + "ffhq.pkl", aligned="ffhq"),
        Known("ffhq-256", "faces", 256, 296, NGC + "stylegan2-ffhq-256x256.pkl", aligned="ffhq"),
        Known("ffhq-512", "faces", 512, 364, NGC + "stylegan2-ffhq-512x512.pkl", aligned="ffhq"),
        Known("ffhqu-256", "faces, unaligned", 256, 296, NGC + "stylegan2-ffhqu-256x256.pkl"),
        Known(
            "celebahq-256", "celebrities' faces", 256, 296, NGC + "stylegan2-celebahq-256x256.pkl"
        ),
        Known(
            "metfaces",
            "faces in paintings and sculptures",
            1024,
            381,
            ADA + "metfaces.pkl",
            aligned="ffhq",
        ),
        Known("afhqcat", "cats' faces", 512, 364, ADA + "afhqcat.pkl"),
        Known("afhqdog", "dogs' faces", 512, 364, ADA + "afhqdog.pkl"),
        Known("afhqwild", "wild animals' faces", 512, 364, ADA + "afhqwild.pkl"),
        Known("afhqv2", "animals' faces", 512, 364, NGC + "stylegan2-afhqv2-512x512.pkl"),
        Known("brecahad", "breast cancer histology", 512, 364, ADA + "brecahad.pkl"),
        Known("cifar10", "ten kinds of things, by class", 32, 249, ADA + "cifar10.pkl"),
        Known("cat", "cats", 256, 357, TENSORFLOW + "stylegan2-cat-config-f.pkl"),
        Known("church", "churches", 256, 357, TENSORFLOW + "stylegan2-church-config-f.pkl"),
        Known("horse", "horses", 256, 357, TENSORFLOW + "stylegan2-horse-config-f.pkl"),
        Known("car", "cars", 512, 364, TENSORFLOW + "stylegan2-car-config-f.pkl"),
    )
}
