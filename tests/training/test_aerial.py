"""Procedural land: an endless plane, drawn in any windows."""

import pytest
import torch

from training.aerial import MAPS, view
from training.aerial.cover import Sun, contour_distance
from training.aerial.light import shadow
from training.aerial.noise import Window, fractal, smooth
from training.crops import AerialCrops, RandomCrops


def test_a_window_is_part_of_a_larger_one() -> None:
    large = view(5, -30, 10**6, 72, 80)
    part = view(5, -30 + 17, 10**6 + 25, 24, 32)
    torch.testing.assert_close(part.img, large.img[:, 17:41, 25:57], atol=2e-3, rtol=0)
    torch.testing.assert_close(part.maps, large.maps[:, 17:41, 25:57], atol=2e-3, rtol=0)


def test_lands_differ_by_seed_and_look_like_something() -> None:
    lands = [view(seed, 0, 0, 64, 64) for seed in range(16)]
    for land in lands:
        assert land.img.shape == (3, 64, 64)
        assert land.maps.shape == (len(MAPS), 64, 64)
        assert land.img.abs().max() <= 1
        assert ((land.maps >= 0) & (land.maps <= 1)).all()
        assert land.img.std() > 0.02
    shares = torch.stack([land.maps.mean(dim=(1, 2)) for land in lands])
    assert (shares.std(dim=0) > 0.01).all()


def test_maps_say_what_is_seen() -> None:
    land = view(3, -100, 50, 256, 384)
    red, green, blue = (land.img / 2 + 0.5).unbind(0)
    water = land.maps[MAPS.index("water")] > 0.99
    wood = land.maps[MAPS.index("wood")] > 0.99
    assert water.float().mean() > 0.02
    assert wood.float().mean() > 0.02
    assert (blue - red)[water].mean() > 0.05
    assert (green - blue)[wood].mean() > 0.03


def test_noise_is_standard_normal_at_every_place() -> None:
    window = Window.of(0, 0, 48, 48, 3.0)
    noises = torch.stack([fractal(seed, window, 40.0, 3) for seed in range(0, 4000, 10)])
    assert noises.mean().abs() < 0.06
    assert (noises.std(dim=0) - 1).abs().max() < 0.2


def test_noise_is_a_function_of_the_place() -> None:
    one = smooth(3, Window.of(-7.5, 20, 9, 9, 0.5), 13.0)
    other = smooth(3, Window.of(-9.5, 18, 17, 17, 0.5), 13.0)
    torch.testing.assert_close(one, other[4:13, 4:13])


def test_roads_are_lines_as_wide_as_told() -> None:
    window = Window.of(0, 0, 400, 400, 2.0)
    near = (contour_distance(9, window, 200.0) < 4.0).float().mean().item()
    nearer = (contour_distance(9, window, 200.0) < 2.0).float().mean().item()
    assert near == pytest.approx(2 * nearer, rel=0.15)


def test_shadows_fall_away_from_the_sun() -> None:
    height = torch.zeros(21, 21)
    height[10, 10] = 6.0
    dark = shadow(height, Sun(direction=0.0, elevation=0.6), 1.0, 9.0)
    assert dark[10, 2:10].sum() > 3
    assert dark[:, 11:].sum() == 0


def test_crops_come_from_everywhere() -> None:
    wide = torch.arange(40, dtype=torch.uint8).expand(3, 10, 40)
    small = torch.full((3, 8, 8), 200, dtype=torch.uint8)
    crops = RandomCrops([wide, small], 8, seed=0)
    drawn = torch.cat([crops.batch(16) for _ in range(20)])
    assert drawn.shape == (320, 3, 8, 8)
    begins = drawn[:, 0, 0, 0].unique()
    assert len(begins) == 34  # 33 places across the wide one, and the small one


def test_fresh_land_replaces_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.crops.LAND_PX", 32)
    monkeypatch.setattr("training.crops.BATCHES_PER_LAND", 2)
    crops = AerialCrops(16, seed=4, lands=2)
    before = list(crops.crops.pictures)
    assert crops.batch(3).shape == (3, 3, 16, 16)
    crops.batch(3)
    changed = [a is not b for a, b in zip(before, crops.crops.pictures, strict=True)]
    assert sum(changed) == 1
