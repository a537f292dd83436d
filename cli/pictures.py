"""What `encode`, `edit` and `generate` share: models, and pictures and latents as files."""

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.pick import DEFAULT_MODEL, model_folder
from contracts.errors import InvalidRequest
from service.settings import SharedSettings

if TYPE_CHECKING:
    from models.images import Pixels
    from models.pictures import Picture
    from worker.editor import TorchEditor


class Precision(StrEnum):
    """What the generator's convolutions run in."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


ModelOption = Annotated[str, typer.Option("--model", help="Id or folder of a model.")]
OutOption = Annotated[Path, typer.Option("-o", "--out", help="File to write.")]
PICTURE_SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"}


def open_editor(name: str, dtype: Precision | None = None) -> "TorchEditor":
    """Load a model for editing, in the device's best precision or a given one."""
    import torch

    from cli.pick import default_device
    from worker.editor import load_editor

    # With a thread on every core, one busy neighbour makes all of them wait for it at each step.
    torch.set_num_threads(max(1, (os.cpu_count() or 2) - 1))
    precision = None if dtype is None else getattr(torch, dtype.value)
    return load_editor(model_folder(name), default_device(), precision)


def model_of(latent: Path) -> str:
    """The model that a latent says it was encoded by.

    Raises:
        FileNotFoundError: there is none.
        InvalidRequest: it is not a latent.
    """
    from safetensors import SafetensorError, safe_open

    latent.stat()  # of a missing file this says which, and safetensors only that it is
    try:
        with safe_open(latent, framework="np") as file:
            return (file.metadata() or {}).get("model") or DEFAULT_MODEL
    except (OSError, SafetensorError) as error:
        raise InvalidRequest(
            f"{latent.name} is not a latent: `latentbrush encode` makes one of a picture"
        ) from error


def original_of(latent: Path) -> Path:
    """Where `encode` keeps what it encoded."""
    return latent.with_suffix(".original.png")


def read_picture(path: Path) -> "Picture":
    """A picture, upright.

    Raises:
        InvalidImage: it cannot be decoded.
    """
    from worker.decode import decode_picture

    return decode_picture(path.read_bytes(), SharedSettings().max_pixels)


def read_pixels(path: Path) -> "Pixels":
    """A picture, upright and on white.

    Raises:
        InvalidImage: it cannot be decoded.
    """
    pixels: Pixels = read_picture(path).on_white()
    return pixels


def centred_square(pixels: "Pixels") -> "Pixels":
    """The largest centred square of a picture."""
    side = min(pixels.shape[:2])
    top, left = (pixels.shape[0] - side) // 2, (pixels.shape[1] - side) // 2
    return pixels[top : top + side, left : left + side]


def check_place(out: Path) -> None:
    """Say at once, and not after the work, that a file cannot be written there.

    Raises:
        InvalidRequest: there is no such folder.
    """
    if not out.resolve().parent.is_dir():
        raise InvalidRequest(f"-o {out}: there is no folder {out.resolve().parent}")


def check_picture(out: Path) -> None:
    """The same of a picture, whose name says what kind of file it is.

    Raises:
        InvalidRequest: there is no such folder, or kind.
    """
    check_place(out)
    if out.suffix.lower() not in PICTURE_SUFFIXES:
        known = ", ".join(sorted(PICTURE_SUFFIXES))
        raise InvalidRequest(f"-o {out.name}: a picture ends in {known}")
