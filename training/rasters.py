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
from PIL import Image, ImageOps
from torch import Tensor
from tqdm import tqdm

from training.data import IMAGE_SUFFIXES
from training.errors import TrainingError

Bands = NDArray[np.uint8]
"""[3, H, W]; 0 in all three where there is no data."""

SPACENET_FOLDERS = ("RGB-PanSharpen", "PS-RGB")
"""Where SpaceNet's areas keep colours, beside other bands of the same ground."""
MAX_EMPTY_PICTURE = 0.9  # of a picture, beyond which none of its squares are cut
STRETCH = (2, 98)  # percentiles that become black and white, of deeper than 8 bits
GEOTIFF = (".tif", ".tiff")


def find_pictures(folder: Path) -> list[Path]:
    """The pictures below a folder; of a SpaceNet area, those in colour alone.

    Raises:
        TrainingError: there are none.
    """
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in IMAGE_SUFFIXES)
    colour = [p for p in found if any(name in p.parts for name in SPACENET_FOLDERS)]
    if not found:
        raise TrainingError(f"--data: no pictures in {folder}")
    return colour or found


def open_rasters(folder: Path, cache: Path, resolution: int, scale: float = 1.0) -> list[Tensor]:
    """Every picture of a folder that is large enough, as uint8 [3, H, W] on disk.

    Args:
        scale: 0.5 halves each side first.

    Raises:
        TrainingError: a file cannot be read, or none is large enough.
    """
    cache.mkdir(parents=True, exist_ok=True)
    pictures = []
    for path in tqdm(find_pictures(folder), desc="Reading pictures", unit="picture"):
        about = path.stat()
        text = f"{path.relative_to(folder)} {about.st_size} {about.st_mtime_ns} {scale}"
        kept = cache / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.npy"
        if not kept.exists():
            temporary = kept.with_suffix(f".{os.getpid()}.npy.tmp")
            with temporary.open("wb") as file:
                np.save(file, scaled(read_bands(path), scale))
            temporary.replace(kept)
        bands = np.load(kept, mmap_mode="c")  # never written; torch asks that it could be
        if min(bands.shape[1:]) >= resolution and share_empty(bands) < MAX_EMPTY_PICTURE:
            pictures.append(torch.from_numpy(bands))
    if not pictures:
        raise TrainingError(f"--data: no picture in {folder} has {resolution} px on every side")
    return pictures


def share_empty(bands: Bands) -> float:
    """The share of a picture without data, from one pixel in sixteen."""
    return float((bands[:, ::4, ::4] == 0).all(axis=0).mean())


def read_bands(path: Path) -> Bands:
    """One picture in colour.

    Raises:
        TrainingError: it cannot be read.
    """
    if path.suffix.lower() in GEOTIFF:
        try:
            return read_geotiff(path)
        except ImportError:
            pass  # without rasterio, Pillow reads the plain ones
    try:
        with Image.open(path) as file:
            upright = np.asarray(ImageOps.exif_transpose(file).convert("RGB"))
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        hint = ": pip install rasterio" if path.suffix.lower() in GEOTIFF else ""
        raise TrainingError(f"{path.name} cannot be read as a picture{hint}") from error
    return np.ascontiguousarray(upright.transpose(2, 0, 1))


def read_geotiff(path: Path) -> Bands:
    """The first three bands, or one for all; deeper than 8 bits is stretched."""
    import rasterio

    try:
        with rasterio.open(path) as file:
            chosen = [1, 2, 3] if file.count >= 3 else [1, 1, 1]
            bands = file.read(chosen)
            valid = file.dataset_mask() > 0
    except rasterio.errors.RasterioError as error:
        raise TrainingError(f"{path.name} cannot be read as a GeoTIFF") from error
    return np.where(valid, stretched(bands, valid), 0).astype(np.uint8)


def stretched(bands: NDArray[np.generic], valid: NDArray[np.bool_]) -> NDArray[np.generic]:
    """Bands [3, H, W] in 1 to 255; 8-bit ones as they are."""
    if bands.dtype == np.uint8 or not valid.any():
        return bands
    shown = bands.astype(np.float32)
    low, high = np.percentile(shown[:, valid], STRETCH, axis=1)
    span = np.maximum(high - low, 1e-6)
    unit = (shown - low[:, None, None]) / span[:, None, None]
    return np.asarray(1 + 254 * unit.clip(0, 1))


def scaled(bands: Bands, scale: float) -> Bands:
    """Bands at another size."""
    if scale == 1:
        return bands
    image = Image.fromarray(bands.transpose(1, 2, 0))
    size: Sequence[int] = [max(1, round(side * scale)) for side in image.size]
    smaller = image.resize((size[0], size[1]), Image.Resampling.LANCZOS)
    return np.ascontiguousarray(np.asarray(smaller).transpose(2, 0, 1))
