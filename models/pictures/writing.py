"""Files of pictures that are larger than memory: written from the top while they are drawn."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import png
import tifffile
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
"""[H, W, 3]."""
Size = tuple[int, int]
"""Width and height."""

TIFF_TILE = 256
LEVEL = 1  # of compression: the rest buys a tenth of the bytes for five times the time
LARGE_BYTES = 2**31  # from here on a TIFF needs longer pointers

# GeoTIFF 1.1 (OGC 19-008): keys as (id, 0, 1, value), behind a head of (version, 1, minor, number)
WGS84_KEYS = (1, 1, 1, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326)
MODEL_PIXEL_SCALE, MODEL_TIEPOINT, GEO_KEYS = 33550, 33922, 34735
DOUBLE, SHORT = 12, 3


def write_png(path: Path, size: Size, strips: Iterable[Pixels]) -> None:
    """Write a PNG.

    Args:
        strips: rows of the picture, [h, W, 3] each, from the top.
    """
    rows = (row.reshape(-1).tobytes() for strip in strips for row in strip)
    with path.open("wb") as file:
        png.Writer(*size, greyscale=False, compression=LEVEL).write(file, rows)


def write_tiff(path: Path, size: Size, strips: Iterable[Pixels], is_globe: bool = False) -> None:
    """Write a TIFF in compressed tiles, of which a viewer reads those that it shows.

    Args:
        strips: rows of the picture, [h, W, 3] each, from the top.
        is_globe: it is all of a globe in plate carrée, and says so as a GeoTIFF.
    """
    width, height = size
    tifffile.imwrite(
        path,
        tiles_of(strips, size),
        shape=(height, width, 3),
        dtype=np.uint8,
        photometric="rgb",
        tile=(TIFF_TILE, TIFF_TILE),
        compression="zlib",
        compressionargs={"level": LEVEL},
        bigtiff=3 * width * height > LARGE_BYTES,
        extratags=globe_tags(size) if is_globe else (),
        metadata=None,
    )


def write_webp(path: Path, size: Size, strips: Iterable[Pixels], quality: int) -> None:
    """Write a WebP, without loss if of quality 100; all of it is in memory then."""
    width, height = size
    pixels = np.empty((height, width, 3), np.uint8)
    top = 0
    for strip in strips:
        pixels[top : top + len(strip)] = strip
        top += len(strip)
    Image.fromarray(pixels).save(path, "WEBP", quality=quality, lossless=quality == 100, method=2)


def tiles_of(strips: Iterable[Pixels], size: Size) -> Iterator[Pixels]:
    """The tiles of a TIFF, row by row; those at the border are filled up with black."""
    width, height = size
    across = -(-width // TIFF_TILE)
    for row in rows_of(strips, min(TIFF_TILE, height), height):
        padded = np.zeros((TIFF_TILE, across * TIFF_TILE, 3), np.uint8)
        padded[: len(row), :width] = row
        for left in range(0, padded.shape[1], TIFF_TILE):
            yield padded[:, left : left + TIFF_TILE]


def rows_of(strips: Iterable[Pixels], num: int, height: int) -> Iterator[Pixels]:
    """Strips of `num` rows each, out of strips of any heights; the last one may have fewer."""
    held: list[Pixels] = []
    passed = 0
    for strip in strips:
        while len(strip):
            missing = min(num, height - passed) - sum(map(len, held))
            held.append(strip[:missing])
            strip = strip[missing:]
            if sum(map(len, held)) == min(num, height - passed):
                yield np.concatenate(held)
                passed += sum(map(len, held))
                held = []


def globe_tags(size: Size) -> list[tuple[int, int, int, tuple[float, ...], bool]]:
    """Where the pixels of a plate carrée of the globe lie: WGS 84, from 180° W and 90° N."""
    width, height = size
    scale = (360 / width, 180 / height, 0.0)
    corner = (0.0, 0.0, 0.0, -180.0, 90.0, 0.0)
    return [
        (MODEL_PIXEL_SCALE, DOUBLE, 3, scale, True),
        (MODEL_TIEPOINT, DOUBLE, 6, corner, True),
        (GEO_KEYS, SHORT, len(WGS84_KEYS), WGS84_KEYS, True),
    ]
