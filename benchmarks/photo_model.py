"""What does a model for photos take: a config-f generator of 1024 px, and a full-size e4e encoder?

    python -m benchmarks.photo_model [--json OUT.json]

Random weights do: neither memory nor time depends on them. They are written as e4e's authors write
theirs, 1.2 GB, and used by the commands that a person types; of each its CPU seconds on one thread,
and the peak of its memory. Then a phone's picture: twelve megapixels, turned by its EXIF tag.
"""

import argparse
import io
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from PIL import Image

from tests.fakes import people
from tests.fakes.checkpoints import write_psp
from tests.fakes.reference import random_weights
from tests.fakes.style_reference import random_encoder
from worker.decode import decode_picture
from worker.faces import faces_in

E4E = {"encoder_type": "Encoder4Editing", "stylegan_size": 1024}
CHECKPOINT, PHOTO, DIRECTION = "e4e.pt", "photo.png", "direction.pt"
PHONE_PX = (4032, 3024)
UPRIGHT_IS_TURNED = 6  # EXIF: the top is at the right
ROUNDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        figures = commands(Path(folder)) | phone_picture()
    text = json.dumps({name: round(value, 2) for name, value in figures.items()}, indent=1)
    if options.json:
        options.json.write_text(text + "\n")
    print(text)  # noqa: T201


def commands(folder: Path) -> dict[str, float]:
    """What a person does with the file, one process each."""
    write_files_apart(folder)
    checkpoint, photo, direction = (folder / name for name in (CHECKPOINT, PHOTO, DIRECTION))
    latent = folder / "photo.safetensors"
    asked = {
        "add": ["models", "add", checkpoint, "--name", "people", "--aligned", "ffhq"],
        "import": ["models", "directions", "people", "--import", direction],
        "encode": ["encode", photo, "-o", latent, "--model", "people", "--steps", "0"],
        "edit": ["edit", latent, "-o", folder / "edited.png", "--attribute", "direction=2"],
    }
    asked["edit"] += ["--model", "people"]
    figures = {"file_gb": checkpoint.stat().st_size / 1e9}
    for name, arguments in asked.items():
        figures |= taken(name, [str(each) for each in arguments], folder)
    model = folder / "home" / "models" / "people"
    return figures | {"model_mb": sum(f.stat().st_size for f in model.rglob("*.*")) / 1e6}


def write_files_apart(folder: Path) -> None:
    """Write the files in a process of its own.

    The peak that Linux tells of a child starts at what its parent holds when it is begun.
    """
    writer = multiprocessing.get_context("spawn").Process(target=write_files, args=(folder,))
    writer.start()
    writer.join()
    assert writer.exitcode == 0, "the files could not be written"


def write_files(folder: Path) -> None:
    """The checkpoint, a photo of its size, and a direction of its w."""
    generator = random_weights(1024, channel_base=32768, channel_max=512, layers=8)
    write_psp(folder / CHECKPOINT, generator, random_encoder(), **E4E)
    torch.save(torch.randn(1, 512), folder / DIRECTION)
    Image.fromarray(people.person()).resize((1024, 1024)).save(folder / PHOTO)


def taken(name: str, arguments: list[str], folder: Path) -> dict[str, float]:
    """CPU seconds and peak memory of one command."""
    environment = os.environ | {
        "LATENTBRUSH_DATA_DIR": str(folder / "home"),
        "OMP_NUM_THREADS": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "cli.main", *arguments], env=environment, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0, f"{name} failed"
    return {f"{name}_cpu_s": used.ru_utime + used.ru_stime, f"{name}_mb": peak_mb(used)}


def peak_mb(used: resource.struct_rusage) -> float:
    """The most memory that a process had, in MB."""
    return used.ru_maxrss / 1024


def phone_picture() -> dict[str, float]:
    """Seconds until a phone's JPEG is decoded, and its face found; the quickest of some rounds."""
    picture = Image.new("RGB", PHONE_PX, (90, 110, 130))
    picture.paste(Image.fromarray(people.person()).resize((2600, 2600)), (700, 200))
    exif = Image.Exif()
    exif[0x0112] = UPRIGHT_IS_TURNED
    file = io.BytesIO()
    picture.transpose(Image.Transpose.ROTATE_90).save(file, "JPEG", quality=92, exif=exif)
    decoded, found = [], []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        pixels = decode_picture(file.getvalue(), PHONE_PX[0] * PHONE_PX[1]).on_white()
        between = time.perf_counter()
        assert len(faces_in(pixels, "ffhq").faces) == 1
        decoded.append(between - begun)
        found.append(time.perf_counter() - between)
    return {"decode_s": min(decoded), "faces_s": min(found)}


if __name__ == "__main__":
    main()
