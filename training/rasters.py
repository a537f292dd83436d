"""Large pictures of the user's own, GeoTIFF included, kept ready to cut squares from.

Each is decoded once into a file of plain bytes in the run's folder, of which only what is cut is
ever in memory.
"""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from training.errors import TrainingError
from training.folders import each_read, picture_paths, read_picture

Bands = NDArray[np.uint8]
"""[3, H, W]; 0 in all three where there is no data."""

SPACENET_FOLDERS = ("RGB-PanSharpen", "PS-RGB")
"""Where SpaceNet's areas keep colours, beside other bands of the same ground."""
MAX_EMPTY_PICTURE = 0.9  # of a picture, beyond which none of its squares are cut
DECODED = 2  # changes when pictures are decoded otherwise, so that a run decodes its own anew


def find_pictures(folder: Path) -> list[Path]:
    """The pictures below a folder; of a SpaceNet area, those in colour alone.

    Raises:
        TrainingError: there are none.
    """
    found = picture_paths(folder)
    colour = [p for p in found if any(name in p.parts for name in SPACENET_FOLDERS)]
    return colour or found


def open_rasters(folder: Path, cache: Path, resolution: int, scale: float = 1.0) -> list[Tensor]:
    """Every picture of a folder that can be read and is large enough, as uint8 [3, H, W] on disk.

    Args:
        scale: 0.5 halves each side first.

    Raises:
        TrainingError: none can be read, or none is large enough.
    """
    cache.mkdir(parents=True, exist_ok=True)
    pictures = []
    for bands in each_read(find_pictures(folder), lambda path: on_disk(path, folder, cache, scale)):
        if min(bands.shape[1:]) >= resolution and share_empty(bands) < MAX_EMPTY_PICTURE:
            pictures.append(torch.from_numpy(bands))
    if not pictures:
        raise TrainingError(f"--data: no picture in {folder} has {resolution} px on every side")
    return pictures


def on_disk(path: Path, folder: Path, cache: Path, scale: float) -> Bands:
    """A picture as `open_rasters` keeps it; decoded if it is not there yet.

    Raises:
        TrainingError: it cannot be read.
    """
    about = path.stat()
    text = f"{path.relative_to(folder)} {about.st_size} {about.st_mtime_ns} {scale} {DECODED}"
    kept = cache / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.npy"
    if not kept.exists():
        decoded = scaled(read_bands(path), scale)
        temporary = kept.with_suffix(f".{os.getpid()}.npy.tmp")
        with temporary.open("wb") as file:
            np.save(file, decoded)
        temporary.replace(kept)
    bands: Bands = np.load(kept, mmap_mode="c")  # never written; torch asks that it could be
    return bands


def share_empty(bands: Bands) -> float:
    """The share of a picture without data, from one pixel in sixteen."""
    return float((bands[:, ::4, ::4] == 0).all(axis=0).mean())


def read_bands(path: Path) -> Bands:
    """One picture in colour; transparent places are without data.

    Raises:
        TrainingError: it cannot be read.
    """
    picture = read_picture(path)
    bands = np.ascontiguousarray(picture.on_white().transpose(2, 0, 1))
    if picture.alpha is not None:
        bands[:, picture.alpha == 0] = 0
    return bands


def scaled(bands: Bands, scale: float) -> Bands:
    """Bands at another size."""
    if scale == 1:
        return bands
    image = Image.fromarray(bands.transpose(1, 2, 0))
    size: Sequence[int] = [max(1, round(side * scale)) for side in image.size]
    smaller = image.resize((size[0], size[1]), Image.Resampling.LANCZOS)
    return np.ascontiguousarray(np.asarray(smaller).transpose(2, 0, 1))
