"""Large pictures, written from the top: what is read again is what was written."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image
from tifffile import TiffFile

from models.pictures.writing import Pixels, rows_of, write_png, write_tiff, write_webp

SIZE = WIDTH, HEIGHT = 700, 530


@pytest.fixture
def pixels() -> Pixels:
    return np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)


def strips(pixels: Pixels, *heights: int) -> Iterator[Pixels]:
    yield from np.split(pixels, np.cumsum(heights))


def lossless(path: Path, size: tuple[int, int], given: Iterator[Pixels]) -> None:
    write_webp(path, size, given, 100)


@pytest.mark.parametrize("write", [write_png, write_tiff, lossless])
@pytest.mark.parametrize("heights", [(), (1,), (256, 256), (300, 200, 29)])
def test_nothing_is_lost(
    tmp_path: Path, pixels: Pixels, write: Callable[..., None], heights: tuple[int, ...]
) -> None:
    write(tmp_path / "a", SIZE, strips(pixels, *heights))
    assert np.array_equal(np.asarray(Image.open(tmp_path / "a").convert("RGB")), pixels)


def test_strips_come_in_any_heights(pixels: Pixels) -> None:
    rows = list(rows_of(strips(pixels, 1, 500), 200, HEIGHT))
    assert [len(row) for row in rows] == [200, 200, 130]
    assert np.array_equal(np.concatenate(rows), pixels)


@pytest.mark.parametrize("write", [write_png, write_tiff])
def test_a_picture_is_not_held_whole(tmp_path: Path, write: Callable[..., None]) -> None:
    """A strip is taken when those before have been written."""
    path, num, side = tmp_path / "a", 64, 256
    written: list[int] = []

    def given() -> Iterator[Pixels]:
        for k in range(num):
            written.append(path.stat().st_size)
            yield np.random.default_rng(k).integers(0, 256, (side, side, 3), dtype=np.uint8)

    path.touch()
    write(path, (side, num * side), given())
    assert written[num // 2] > 0.6 * (num // 2) * side * side * 3


def test_a_tiff_of_a_globe_says_where_it_lies(tmp_path: Path, pixels: Pixels) -> None:
    write_tiff(tmp_path / "a.tif", SIZE, strips(pixels), is_globe=True)
    with rasterio.open(tmp_path / "a.tif") as file:
        assert file.crs.to_epsg() == 4326
        assert np.allclose(file.bounds, (-180, -90, 180, 90))
        assert file.profile["tiled"]
        assert np.array_equal(file.read(), pixels.transpose(2, 0, 1))
    write_tiff(tmp_path / "b.tif", SIZE, strips(pixels))
    with TiffFile(tmp_path / "b.tif") as plain:
        assert not plain.geotiff_metadata


def test_a_lossy_webp_is_near(tmp_path: Path) -> None:
    smooth = np.broadcast_to(np.linspace(0, 255, WIDTH)[:, None], (HEIGHT, WIDTH, 3))
    write_webp(tmp_path / "a", SIZE, iter([smooth.astype(np.uint8)]), 60)
    shown = np.asarray(Image.open(tmp_path / "a").convert("RGB")).astype(int)
    assert 0 < np.abs(shown - smooth).mean() < 5
