"""Edits are pure functions: nothing where the mask is 0, everything where it is 1."""

import pytest
import torch

from models.edits import (
    fit_mask,
    fit_mask_part,
    grid_at,
    move,
    resample,
    shifted,
    source_of,
    transplant,
)
from models.errors import SpaceError
from models.latents import LatentMap, constant, embed
from models.model import Model
from models.region import Region

NOWHERE, EVERYWHERE = torch.zeros(1, 1, 16, 16), torch.ones(1, 1, 16, 16)


def spatial(model: Model, seed: int) -> LatentMap:
    w = torch.randn(1, 16, generator=torch.Generator().manual_seed(seed))
    return embed(constant(w, model.generator.num_ws), "S+", model.layout)


def same(a: LatentMap, b: LatentMap) -> bool:
    return all(torch.allclose(x, y, atol=1e-6) for x, y in zip(a.layers, b.layers, strict=True))


def test_an_empty_mask_changes_nothing(model: Model) -> None:
    base, donor = spatial(model, 1), spatial(model, 2)
    direction = model.attributes.directions[0]
    assert same(move(base, direction, 3.0, NOWHERE), base)
    assert same(transplant(base, donor, NOWHERE, (0.25, 0)), base)
    assert same(resample(base, donor, NOWHERE, 1.0), base)


def test_a_full_mask_changes_everything(model: Model) -> None:
    base, donor = spatial(model, 1), spatial(model, 2)
    assert same(transplant(base, donor, EVERYWHERE, (0, 0)), donor)
    assert same(resample(base, donor, EVERYWHERE, 1.0), donor)
    assert same(resample(base, donor, EVERYWHERE, 0.0), base)


def test_moving_there_and_back_returns(model: Model) -> None:
    base, direction = spatial(model, 1), model.attributes.directions[0]
    there = move(base, direction, 2.0, EVERYWHERE)
    assert not same(there, base)
    assert same(move(there, direction, -2.0, EVERYWHERE), base)


def test_only_the_named_layers_move(model: Model) -> None:
    base, direction = spatial(model, 1), model.attributes.directions[0]
    moved = move(base, direction, 2.0, EVERYWHERE, layers=(2, 4))
    changed = [not torch.equal(a, b) for a, b in zip(base.layers, moved.layers, strict=True)]
    assert changed == [False, False, True, True, False, False, False, False]


def test_a_narrow_brush_has_its_full_effect_on_coarse_layers() -> None:
    mask = torch.zeros(1, 1, 16, 16)
    mask[:, :, 3, 5] = 0.8
    assert fit_mask(mask, (4, 4))[0, 0, 0, 1] == pytest.approx(0.8)
    assert fit_mask(mask, (4, 4)).sum() == pytest.approx(0.8)


def test_a_shift_moves_content_by_whole_cells() -> None:
    wmap = torch.randn(1, 3, 8, 8)
    grid = grid_at(LatentMap((wmap,), (8, 8)), wmap)
    moved = shifted(wmap, grid, grid, (2 / 8, 1 / 8))  # two cells right, one down
    assert torch.allclose(moved[:, :, 1:, 2:], wmap[:, :, :-1, :-2], atol=1e-5)


def test_a_donor_of_another_shape_is_refused(model: Model) -> None:
    wide = embed(constant(torch.zeros(1, 16), 8, (4, 8)), "S+", model.layout)
    with pytest.raises(SpaceError, match="same shape"):
        transplant(spatial(model, 1), wide, EVERYWHERE, (0, 0))
    narrow = spatial(model, 1).map(lambda _, wmap: wmap[:, :8])
    with pytest.raises(SpaceError, match="same model"):
        transplant(spatial(model, 1), narrow, EVERYWHERE, (0, 0))


def test_a_larger_donor_is_resampled(model: Model) -> None:
    base, donor = spatial(model, 1), spatial(model, 2)
    twice = LatentMap(
        tuple(x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3) for x in donor.layers),
        (8, 8),
    )
    found = transplant(base, twice, EVERYWHERE, (0, 0))
    assert found.base == base.base
    for layer, wanted in zip(found.layers, donor.layers, strict=True):
        torch.testing.assert_close(layer, wanted, atol=1e-5, rtol=0)


@pytest.mark.parametrize("cells", [(40, 31), (5, 64), (3, 4), (1, 1)])
def test_a_part_of_a_fitted_mask_is_that_part_of_the_whole(cells: tuple[int, int]) -> None:
    mask = torch.rand(1, 1, 9, 7)
    whole = fit_mask(mask, cells)
    rows, columns = (range(side // 3, side - side // 4) for side in cells)
    part = fit_mask_part(mask, cells, rows, columns)
    wanted = whole[:, :, rows.start : rows.stop, columns.start : columns.stop]
    torch.testing.assert_close(part, wanted, atol=1e-6, rtol=0)


BASE = (12, 16)
PARTS = [Region(0, 4, 0, 8), Region(4, 12, 8, 16), Region(4, 8, 4, 12)]


def large(model: Model, seed: int, base: tuple[int, int] = BASE) -> LatentMap:
    """A latent that differs from cell to cell."""
    rng = torch.Generator().manual_seed(seed)
    shared = torch.randn(1, 16, *base, generator=rng)
    return LatentMap((shared,) * model.generator.num_ws, base)


@pytest.mark.parametrize("cells", PARTS)
@pytest.mark.parametrize("side", [5, 24, 96])
def test_an_edit_of_a_part_is_that_part_of_the_edit(model: Model, cells: Region, side: int) -> None:
    rng = torch.Generator().manual_seed(3)
    mask = torch.rand(1, 1, side, side * 4 // 3, generator=rng)
    every = embed(large(model, 1), "S+", model.layout)
    part = every.part(cells)
    direction = model.attributes.directions[0]
    fresh = model.generator.broadcast(torch.randn(1, 16, generator=rng), BASE)
    assert same(move(part, direction, 2.0, mask), move(every, direction, 2.0, mask).part(cells))
    mixed = resample(every, fresh, mask, 0.8).part(cells)
    assert same(resample(part, fresh, mask, 0.8), mixed)


@pytest.mark.parametrize("cells", PARTS)
@pytest.mark.parametrize("donor_base", [BASE, (6, 8), (24, 32)])
@pytest.mark.parametrize("offset", [(0.0, 0.0), (0.25, -0.1), (-0.9, 0.95), (1.5, 0.0)])
def test_a_part_takes_of_its_donor_what_the_whole_takes(
    model: Model, cells: Region, donor_base: tuple[int, int], offset: tuple[float, float]
) -> None:
    every = embed(large(model, 1), "S+", model.layout)
    donor = large(model, 2, donor_base)
    mask = torch.rand(1, 1, 24, 32, generator=torch.Generator().manual_seed(3))
    source = donor.part(source_of(cells, BASE, donor_base, offset))
    found = transplant(every.part(cells), embed(source, "S+", model.layout), mask, offset)
    wanted = transplant(every, embed(donor, "S+", model.layout), mask, offset).part(cells)
    for layer, other in zip(found.layers, wanted.layers, strict=True):
        torch.testing.assert_close(layer, other, atol=1e-5, rtol=0)
