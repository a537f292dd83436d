"""Procedural portraits: reproducible, the same at every size, and true to their factors."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from training.drawing.factors import Factor
from training.portraits import FACTORS, REGIONS, region_mask, render, sample_factors

RESOLUTION = 64
# A smile reaches the eyes, a hat presses the hair: the share of the change that must be inside.
LOOSE = {"smile": 0.8, "hat": 0.85}


def _dilate(mask: Tensor, reach_px: int) -> Tensor:
    return torch.nn.functional.max_pool2d(mask, 2 * reach_px + 1, stride=1, padding=reach_px)


def _extremes(factor: Factor) -> tuple[Tensor, Tensor]:
    """The same 16 people with the lowest and with the highest value of a factor."""
    people = sample_factors(seed=11, start=0, num=16)
    names = [f.name for f in FACTORS]
    people[:, names.index("hat")] = float(factor.name == "hat_hue")  # hats hide hair and brows
    people[:, names.index("glasses")] = float(factor.name == "glasses_tint")
    people[:, names.index("fringe")] *= 0.5
    low, high = people.clone(), people.clone()
    low[:, names.index(factor.name)] = factor.low
    high[:, names.index(factor.name)] = factor.high
    return low, high


@pytest.mark.parametrize("resolution", [32, 64])
def test_resolutions_agree(resolution: int) -> None:
    people = sample_factors(seed=2, start=0, num=16)
    small = render(people, resolution)
    large = render(people, 256)
    shrunk = torch.nn.functional.avg_pool2d(large, 256 // resolution)
    assert (small - shrunk).abs().mean() < 0.02


@pytest.mark.parametrize("factor", FACTORS, ids=lambda f: f.name)
def test_a_factor_changes_the_picture_where_it_says(factor: Factor) -> None:
    low, high = _extremes(factor)
    change = (render(high, RESOLUTION) - render(low, RESOLUTION)).abs().mean(1, keepdim=True)
    assert change.mean() > 3e-4
    mask = torch.maximum(*(region_mask(x, factor.region, RESOLUTION) for x in (low, high)))
    inside = (change * _dilate(mask, 2)).sum() / change.sum()
    assert inside > LOOSE.get(factor.name, 0.95), f"{inside:.2f} of the change is inside"


def test_factors_act_smoothly() -> None:
    person = sample_factors(seed=3, start=0, num=1)
    for i, factor in enumerate(FACTORS):
        if factor.kind == "binary":
            continue
        steps = person.repeat(41, 1)
        steps[:, i] = torch.linspace(factor.low, factor.high, 41)
        jumps = render(steps, 32).diff(dim=0).abs().mean((1, 2, 3))
        assert jumps.max() < 0.03, factor.name


@pytest.mark.parametrize("region", REGIONS)
def test_region_masks_are_masks(region: str) -> None:
    people = sample_factors(seed=4, start=0, num=8)
    mask = region_mask(people, region, 48)
    assert mask.shape == (8, 1, 48, 48) and mask.dtype == torch.float32
    assert set(mask.unique().tolist()) <= {0.0, 1.0}
    assert (mask.mean((1, 2, 3)) > 0.005).all()


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="no region"):
        region_mask(sample_factors(0, 0, 1), "tail", 32)
    with pytest.raises(ValueError, match="factors must be"):
        render(torch.zeros(2, 3), 32)
    with pytest.raises(ValueError, match="negative"):
        sample_factors(0, -1, 4)
