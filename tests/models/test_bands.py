"""TIFFs in bands: colours by the roles that the file states, holes as no data, however it is laid
out; and no more is unpacked than a picture may be large."""

import itertools
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.enums import ColorInterp

from models.errors import PictureError, PictureTooLarge
from models.pictures import Picture, decode
from tests.fakes.picture_files import GEOREFERENCED, tiff_file

LIMIT_PX = 10_000
R, G, B = ColorInterp.red, ColorInterp.green, ColorInterp.blue
NONE, ALPHA, GREY = ColorInterp.undefined, ColorInterp.alpha, ColorInterp.gray


def decoded(
    folder: Path,
    bands: NDArray[Any],
    *,
    roles: list[ColorInterp] | None = None,
    colours: dict[int, tuple[int, int, int, int]] | None = None,
    mask: NDArray[Any] | None = None,
    **options: Any,
) -> Picture:
    """Bands [C, H, W], written as surveys write them and read again."""
    path = folder / "a.tif"
    count, height, width = bands.shape
    with (
        rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
        rasterio.open(
            path, "w", driver="GTiff", count=count, height=height, width=width, dtype=bands.dtype,
            crs="EPSG:32611", transform=Affine(0.3, 0, 600_000, 0, -0.3, 4_000_000), **options,
        ) as file,
    ):  # fmt: skip
        if roles is not None:
            file.colorinterp = roles
        file.write(bands)
        if colours is not None:
            file.write_colormap(1, colours)
        if mask is not None:
            file.write_mask(mask)
    return decode(path.read_bytes(), LIMIT_PX)


def flat(*levels: int, dtype: str = "u1") -> NDArray[Any]:
    """Bands of one level each, 40 × 30."""
    return np.array(levels, dtype)[:, None, None] * np.ones((1, 30, 40), dtype)


def noise(count: int, dtype: str, low: float = 0, high: float = 1) -> NDArray[Any]:
    """Bands of random numbers, 40 × 30."""
    return np.random.default_rng(0).uniform(low, high, (count, 30, 40)).astype(dtype)


@pytest.mark.parametrize(
    ("levels", "roles", "expected"),
    [
        ((50, 100, 200), [R, G, B], (50, 100, 200)),
        ((200, 100, 50, 250), [B, G, R, NONE], (50, 100, 200)),
        ((9, 200, 100, 50, 250), [NONE, B, G, R, NONE], (50, 100, 200)),
        ((255, 50, 100, 200), [ALPHA, R, G, B], (50, 100, 200)),
        ((50, 100, 200, 250), [GREY, NONE, NONE, NONE], (50, 100, 200)),
        ((120,), [GREY], (120, 120, 120)),
        ((120, 255), [GREY, ALPHA], (120, 120, 120)),
        ((120, 30), [GREY, NONE], (120, 120, 120)),
    ],
)
def test_colours_are_where_the_file_says(
    tmp_path: Path, levels: tuple[int, ...], roles: list[ColorInterp], expected: tuple[int, ...]
) -> None:
    for photometric, interleave in itertools.product(("MINISBLACK", None), ("pixel", "band")):
        options: dict[str, Any] = {} if photometric is None else {"photometric": photometric}
        picture = decoded(tmp_path, flat(*levels), roles=roles, interleave=interleave, **options)
        assert picture.pixels[10, 10].tolist() == list(expected)
        assert picture.alpha is None


def test_a_colour_map(tmp_path: Path) -> None:
    index = flat(0)
    index[:, :10] = 1
    picture = decoded(tmp_path, index, colours={0: (255, 0, 0, 255), 1: (0, 255, 0, 255)})
    assert (picture.pixels[:10] == (0, 255, 0)).all()
    assert (picture.pixels[10:] == (255, 0, 0)).all()


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("band", [slice(None), slice(1, 2)])
@pytest.mark.parametrize("hole", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_a_hole(tmp_path: Path, dtype: str, band: slice, hole: float) -> None:
    bands = noise(3, dtype, 0.05, 0.4)
    bands[band, :5] = hole
    picture = decoded(tmp_path, bands)
    assert picture.alpha is not None
    assert (picture.alpha[:5] == 0).all() and (picture.alpha[5:] == 255).all()
    shown = picture.pixels[5:]
    assert shown.min() == 1 and shown.max() == 255 and abs(shown.mean() - 128) < 5


@pytest.mark.parametrize(
    ("dtype", "nodata"),
    [("u1", 0), ("u1", 255), ("u2", 0), ("i2", -32768), ("f4", -9999.0), ("f8", np.nan)],
)
@pytest.mark.parametrize("count", [1, 3])
def test_the_number_for_no_data_is_a_hole(
    tmp_path: Path, dtype: str, nodata: float, count: int
) -> None:
    bands = noise(count, dtype, 1, 200)
    bands[:, :5] = nodata
    picture = decoded(tmp_path, bands, nodata=nodata)
    assert picture.alpha is not None
    assert (picture.alpha[:5] == 0).all() and (picture.alpha[5:] == 255).all()
    assert picture.pixels[5:].std() > 40


def test_masks_and_alpha_are_holes(tmp_path: Path) -> None:
    shown = np.full((30, 40), 255, np.uint8)
    shown[:5] = 0
    found = [decoded(tmp_path, flat(120, 130, 140), mask=shown)]
    bands = flat(120, 130, 140, 255)
    bands[3, :5] = 0
    found.append(decoded(tmp_path, bands, roles=[R, G, B, ALPHA]))
    found.append(decoded(tmp_path, bands[2:], roles=[GREY, ALPHA]))
    deep = bands.astype(np.uint16) * 257
    found.append(decoded(tmp_path, deep, roles=[R, G, B, ALPHA]))
    for picture in found:
        assert picture.alpha is not None
        assert (picture.alpha == shown).all()


@pytest.mark.parametrize("dtype", ["u2", "i2", "u4", "i4", "f4", "f8", "i1"])
def test_what_was_measured_is_stretched(tmp_path: Path, dtype: str) -> None:
    bands = noise(4, dtype, 3, 120)
    bands[1] = bands[1] / 4
    picture = decoded(tmp_path, bands)
    assert picture.alpha is None
    assert picture.pixels.min() == 1 and picture.pixels.max() == 255
    assert np.ptp(picture.pixels.mean(axis=(0, 1))) < 12  # each band for itself
    flat_band = decoded(tmp_path, flat(700, 700, 700, dtype="u2"))
    assert len(np.unique(flat_band.pixels)) == 1


def test_eight_bits_are_levels_already(tmp_path: Path) -> None:
    bands = noise(3, "u1", 20, 90)
    picture = decoded(tmp_path, bands)
    assert (picture.pixels.transpose(2, 0, 1) == bands).all()
    bits = noise(1, "u1", 0, 2)
    assert (decoded(tmp_path, bits, nbits=1).pixels[:, :, 0] == bits[0] * 255).all()


def test_the_layout_of_a_file_changes_nothing(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for dtype in ("u1", "u2", "f4"):
        bands = rng.uniform(0, 200, (4, 50, 70)).astype(dtype)
        expected = decoded(tmp_path, bands).pixels
        for compress, predictor, tiled, interleave, big in itertools.product(
            ("lzw", "deflate", "zstd", "packbits", "lzma"), (1, 2, 3), (True, False),
            ("pixel", "band"), ("YES", "NO"),
        ):  # fmt: skip
            if (predictor == 3 and dtype != "f4") or (predictor == 2 and dtype == "f4"):
                continue
            how: dict[str, Any] = {"compress": compress, "interleave": interleave, "bigtiff": big}
            how |= {"tiled": True, "blockxsize": 32, "blockysize": 16} if tiled else {}
            found = decoded(tmp_path, bands, predictor=predictor, **how)
            assert (found.pixels == expected).all(), how


def test_numbers_that_cannot_be_shown_are_named(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="complex"):
        decoded(tmp_path, noise(1, "c8"))


def test_no_more_is_unpacked_than_a_picture_may_be_large(tmp_path: Path) -> None:
    side = 100  # as many pixels as may be read
    fine = np.zeros((4, side, side), np.float32)
    assert decoded(tmp_path, fine).size_px == (side, side)
    with pytest.raises(PictureTooLarge, match="40 bands of 32 bits, 1,600,000 bytes"):
        decoded(tmp_path, np.zeros((40, side, side), np.float32), compress="deflate")
    data = tiff_file(np.zeros((8, 8), np.uint16), 1)
    one_tile = {322: (4, 1, struct.pack("<I", 2**20)), 323: (4, 1, struct.pack("<I", 2**20))}
    tiled = tiff_file(np.zeros((8, 8), np.uint16), 1, tags=one_tile)
    assert decode(data, LIMIT_PX).size_px == (8, 8)
    with pytest.raises(PictureError):
        decode(tiled, LIMIT_PX)


def test_a_missing_rasterio_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(PictureError, match="TIFFs need rasterio"):
        decode(tiff_file(np.zeros((8, 8), np.uint8), 1), LIMIT_PX)


def test_a_file_names_no_other(tmp_path: Path) -> None:
    """GDAL reads further files for other formats, and beside a GeoTIFF; here it has neither."""
    secret = tmp_path / "secret.tif"
    secret.write_bytes(tiff_file(np.full((8, 8), 77, np.uint16), 1))
    link = "<VRTDataset rasterXSize='8' rasterYSize='8'><VRTRasterBand dataType='UInt16' band='1'>"
    link += f"<SimpleSource><SourceFilename>{secret}</SourceFilename></SimpleSource>"
    link += "</VRTRasterBand></VRTDataset>"
    for head in (b"", b"II*\0"):
        with pytest.raises(PictureError):
            decode(head + link.encode(), LIMIT_PX)


def test_damaged_files_are_pictures_or_errors_of_ours() -> None:
    rng = np.random.default_rng(0)
    good = tiff_file(
        rng.integers(0, 60_000, (20, 20, 4)).astype("u2"), 2, extra=2, tags=GEOREFERENCED
    )
    for _ in range(300):
        damaged = bytearray(good)
        for place in rng.integers(1600, len(good), 3):
            damaged[place] = rng.integers(0, 256)
        try:
            picture = decode(bytes(damaged), LIMIT_PX)
        except PictureError:
            continue
        assert isinstance(picture, Picture)
