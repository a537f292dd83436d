"""Pictures for tests, as files."""

import io
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

ORIENTATION_TAG = 0x0112


def noise(width: int, height: int, channels: int = 3, seed: int = 0) -> NDArray[np.uint8]:
    """Random pixels: every mistake shows."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)


def file_of(image: Image.Image, image_format: str = "PNG", **options: Any) -> bytes:
    """A picture as a file."""
    file = io.BytesIO()
    image.save(file, image_format, **options)
    return file.getvalue()


def png(width: int = 80, height: int = 60, seed: int = 0) -> bytes:
    """A random PNG."""
    return file_of(Image.fromarray(noise(width, height, seed=seed)))


def pixels_of(data: bytes) -> NDArray[np.uint8]:
    """The pixels of a file, as they are in it."""
    return np.asarray(Image.open(io.BytesIO(data)))


def stored(upright: NDArray[Any], orientation: int) -> NDArray[Any]:
    """How a camera that writes this EXIF orientation stores an upright picture.

    Source: Exif 2.3, tag 0x0112: which edge of the scene row 0 and column 0 are.
    """
    turn = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.swapaxes(0, 1),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
        8: lambda a: np.rot90(a, -1),
    }
    return np.ascontiguousarray(turn[orientation](upright))


def oriented_png(upright: NDArray[np.uint8], orientation: int) -> bytes:
    """A PNG with an EXIF orientation that a viewer must undo."""
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = orientation
    return file_of(Image.fromarray(stored(upright, orientation)), exif=exif)


def huge_png_header(*sizes: int) -> bytes:
    """A PNG that claims a width and height, or several in turn, and has next to no pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + crc

    headers = b"".join(
        chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        for width, height in zip(sizes[::2], sizes[1::2], strict=True)
    )
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 100))
    return b"\x89PNG\r\n\x1a\n" + headers + pixels + chunk(b"IEND", b"")
