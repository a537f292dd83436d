"""Squares from large pictures of the user's own, GeoTIFF and SpaceNet's folders included."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from affine import Affine
from PIL import Image

from training.crops import RandomCrops
from training.errors import TrainingError
from training.gan_options import PRESETS, with_overrides
from training.loop import train_generator
from training.rasters import find_pictures, open_rasters, read_bands
from training.schedule import Steps


def geotiff(path: Path, bands: np.ndarray, nodata: float | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    count, height, width = bands.shape
    with rasterio.open(
        path, "w", driver="GTiff", count=count, height=height, width=width, dtype=bands.dtype,
        crs="EPSG:32611", transform=Affine(0.3, 0, 600_000, 0, -0.3, 4_000_000), nodata=nodata,
        compress="lzw",
    ) as file:  # fmt: skip
        file.write(bands)
    return path


def noise(shape: tuple[int, ...], high: int, dtype: type) -> np.ndarray:
    return np.random.default_rng(0).integers(1, high, shape).astype(dtype)


def spacenet(folder: Path) -> None:
    """An area as SpaceNet lays it out: the same ground in colour, in eight bands, and in grey."""
    for k in range(2):
        deep = noise((3, 70, 80), 2000, np.uint16)
        geotiff(folder / "AOI_2_Vegas" / "RGB-PanSharpen" / f"RGB_img{k}.tif", deep)
        geotiff(
            folder / "AOI_2_Vegas" / "MUL" / f"MUL_img{k}.tif", noise((8, 20, 20), 2000, np.uint16)
        )
        geotiff(
            folder / "AOI_2_Vegas" / "PAN" / f"PAN_img{k}.tif", noise((1, 70, 80), 2000, np.uint16)
        )


def test_of_a_spacenet_area_only_colours_are_read(tmp_path: Path) -> None:
    spacenet(tmp_path)
    assert [path.name for path in find_pictures(tmp_path)] == ["RGB_img0.tif", "RGB_img1.tif"]


def test_deep_bands_are_stretched_and_ground_without_data_is_black(tmp_path: Path) -> None:
    bands = noise((4, 40, 50), 3000, np.uint16)
    bands[:, :10] = 0
    found = read_bands(geotiff(tmp_path / "a.tif", bands, nodata=0))
    assert found.shape == (3, 40, 50)
    assert found.dtype == np.uint8
    assert (found[:, :10] == 0).all()
    assert found[:, 10:].min() >= 1
    assert found[:, 10:].max() == 255
    order = np.argsort(bands[0, 20]), np.argsort(found[0, 20], kind="stable")
    assert found[0, 20][order[0]].tolist() == sorted(found[0, 20].tolist())


def test_eight_bits_and_grey_stay_as_they_are(tmp_path: Path) -> None:
    colour = noise((3, 20, 30), 255, np.uint8)
    assert (read_bands(geotiff(tmp_path / "a.tif", colour)) == colour).all()
    grey = noise((1, 20, 30), 255, np.uint8)
    assert (read_bands(geotiff(tmp_path / "b.tif", grey)) == grey).all()


def test_pictures_are_decoded_once_and_read_from_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.fromarray(noise((60, 90, 3), 255, np.uint8)).save(tmp_path / "a.png")
    Image.fromarray(noise((20, 20, 3), 255, np.uint8)).save(tmp_path / "small.png")
    first = open_rasters(tmp_path, tmp_path / "cache", 32)
    assert [tuple(p.shape) for p in first] == [(3, 60, 90)]
    monkeypatch.setattr("training.rasters.read_bands", None)  # not needed again
    again = open_rasters(tmp_path, tmp_path / "cache", 32)
    assert torch.equal(first[0], again[0])


def test_a_folder_may_be_scaled(tmp_path: Path) -> None:
    Image.fromarray(noise((60, 90, 3), 255, np.uint8)).save(tmp_path / "a.png")
    (half,) = open_rasters(tmp_path, tmp_path / "cache", 16, scale=0.5)
    assert half.shape == (3, 30, 45)


def test_squares_avoid_ground_without_data() -> None:
    picture = torch.full((3, 64, 128), 9, dtype=torch.uint8)
    picture[:, :, :64] = 0
    drawn = RandomCrops([picture], 16, seed=0).layers(60)
    assert ((drawn == 0).all(dim=1).float().mean(dim=(1, 2)) <= 0.05).float().mean() > 0.95


def test_what_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no pictures"):
        find_pictures(tmp_path)
    (tmp_path / "a.tif").write_bytes(b"II*\0 nothing")
    with pytest.raises(TrainingError, match=r"a\.tif"):
        read_bands(tmp_path / "a.tif")
    (tmp_path / "a.tif").unlink()
    Image.new("RGB", (20, 20)).save(tmp_path / "b.png")
    with pytest.raises(TrainingError, match="32 px on every side"):
        open_rasters(tmp_path, tmp_path / "cache", 32)


def test_a_generator_is_trained_on_them(tmp_path: Path) -> None:
    spacenet(tmp_path / "data")
    options = with_overrides("aerial64", data=str(tmp_path / "data"), prior="field", batch=2)
    small = PRESETS["aerial64"].__class__(
        **{**vars(options), "resolution": 16, "channel_base": 128, "w_dim": 8, "grid": 16}
    )
    generator = train_generator(small, tmp_path / "run", Steps(2))
    assert generator.config.homogeneous
    assert (tmp_path / "run" / "state.pt").exists()
    assert len(list((tmp_path / "run" / "pictures").glob("*.npy"))) == 2
    train_generator(small, tmp_path / "run", Steps(1), resume=True)


def test_an_unknown_prior_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no prior 'waves'"):
        with_overrides("aerial64", prior="waves")
    with pytest.raises(TrainingError, match="what is drawn has its size"):
        train_generator(with_overrides("aerial64", scale=0.5), tmp_path / "run", Steps(1))
    assert not (tmp_path / "run").exists()
