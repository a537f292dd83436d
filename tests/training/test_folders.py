"""Folders as people have them: every picture as the editor shows it, and what is none left out."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.fakes.picture_files import DISPLAY_P3, chunk, png_file, tiff_file
from tests.fakes.pictures import noise
from training.data import ImageFolder
from training.errors import TrainingError
from training.folders import picture_paths
from training.rasters import open_rasters

SIDE = 40
FULL = np.full((SIDE, SIDE), 1)
RAMP = np.linspace(0, 1, SIDE)[None].repeat(SIDE, 0)
RED = (200, 100, 50)
WHITE, EMPTY = (255, 255, 255), (0, 0, 0)


def cut_out() -> bytes:
    """A red square on nothing, under which it is black."""
    rgba = np.zeros((SIDE, SIDE, 4), np.uint8)
    rgba[10:30, 10:30] = (*RED, 255)
    return png_file(rgba)


def half_palette() -> bytes:
    """Red, and to the left a transparent colour."""
    index = np.ones((SIDE, SIDE), np.uint8)
    index[:, :20] = 0
    return png_file(index, palette=bytes((255, 0, 255, *RED)), key=b"\0\xff")


PICTURES = {
    "16 bits.png": (png_file((RAMP * 65535).astype(int), 16), (0, 0, 0), (255, 255, 255)),
    "floats.tif": (tiff_file(RAMP.astype("f4"), 1), (0, 0, 0), (255, 255, 255)),
    "of a phone.png": (
        png_file(FULL[:, :, None] * (234, 51, 35), profile=DISPLAY_P3), (255, 0, 0), (255, 0, 0)
    ),
    "cut out.png": (cut_out(), None, None),
    "palette.png": (half_palette(), None, RED),
}  # fmt: skip
"""What is at the left and at the right; None where there is nothing."""


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_look_as_in_the_editor(tmp_path: Path, name: str) -> None:
    data, *sides = PICTURES[name]
    (tmp_path / name).write_bytes(data)
    square = ImageFolder(tmp_path, SIDE, seed=0).images[0].numpy()
    (bands,) = open_rasters(tmp_path, tmp_path / "cache", SIDE)
    for column, expected in zip((0, -1), sides, strict=True):
        at_left_or_right = square[:, 20, column].astype(int)
        assert np.abs(at_left_or_right - (expected or WHITE)).max() <= 2
        assert np.abs(bands.numpy()[:, 20, column].astype(int) - (expected or EMPTY)).max() <= 2


def bits(side: int) -> bytes:
    """A black PNG of that many pixels a side, in a few kilobytes."""
    size = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" * (side // 8 + 1) * side, 9)
    chunks = chunk(b"IHDR", size) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def test_what_cannot_be_read_is_named_and_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = png_file(noise(SIDE, SIDE))
    crc = bytearray(good)
    crc[60] ^= 255
    bad = {
        "cut.png": good[: len(good) // 2], "crc.png": bytes(crc), "zero.jpg": b"",
        "page.png": b"<html>404</html>", "panorama.png": bits(20_000),
        "cut.tif": tiff_file(np.zeros((SIDE, SIDE), np.uint16), 1)[:2000],
    }  # fmt: skip
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, data in bad.items():
        (folder / name).write_bytes(data)
    with pytest.raises(TrainingError, match=r"none of 6 pictures can be read; \w+\.\w+: "):
        ImageFolder(folder, SIDE, seed=0)
    for name in ("a.png", "b.PNG", "._a.png", "ünï cödé 100%.png"):
        (folder / name).write_bytes(good)
    capsys.readouterr()
    assert len(ImageFolder(folder, SIDE, seed=0).images) == 3
    assert len(open_rasters(folder, tmp_path / "cache", SIDE)) == 3
    said = capsys.readouterr().out
    assert all(said.count(f"left out: {name}: ") == 2 for name in bad)
    assert "20000 × 20000 = 400,000,000 px; at most" in said
    assert "._a.png" not in said


def test_a_folder_of_none(tmp_path: Path) -> None:
    (tmp_path / "._a.png").write_bytes(b"\0\5\x16\7")
    (tmp_path / "b.png").mkdir()
    with pytest.raises(TrainingError, match="no pictures"):
        picture_paths(tmp_path)


def test_phones_pictures_are_found(tmp_path: Path) -> None:
    for suffix in ("HEIC", "AVIF"):
        Image.fromarray(noise(SIDE, SIDE)).save(tmp_path / f"IMG.{suffix}", quality=90)
    assert len(ImageFolder(tmp_path, SIDE, seed=0).images) == 2
