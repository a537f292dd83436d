"""The sets of drawn people: told apart by their factors, and each with all that training needs."""

from __future__ import annotations

import pytest
import torch

from training import labels
from training.data import FreshPortraits
from training.domains import DOMAINS, domain_reading, is_taught
from training.drawn import DRAWN, PEOPLE, PORTRAITS, DrawnSet, set_of
from training.gan_options import GanOptions
from training.portrait_lesson import SUBTLE, paired
from training.teacher import factors_of, render_of

SETS = pytest.mark.parametrize("drawn", DRAWN.values(), ids=DRAWN)


@SETS
def test_a_set_is_told_by_its_factors(drawn: DrawnSet) -> None:
    assert set_of(drawn.sample(0, 0, 2)) is drawn
    assert is_taught(GanOptions(data=drawn.name))
    assert not is_taught(GanOptions(data=drawn.name, w_dim=len(drawn.factors) - 1))


def test_no_set_has_so_few_factors() -> None:
    with pytest.raises(ValueError, match="3 factors"):
        set_of(torch.zeros(1, 3))


@SETS
def test_names_of_a_set_are_names_of_factors(drawn: DrawnSet) -> None:
    grouped = [name for ids in drawn.groups.values() for name in ids.split()]
    assert len(set(grouped)) == len(grouped)
    for names in (grouped, drawn.unread, drawn.from_zero, drawn.subtle):
        assert set(names) <= set(drawn.names)
    assert all(factor.low < 0 for factor in drawn.factors if factor.name in drawn.from_zero)


def test_nothing_that_is_offered_is_lost() -> None:
    assert set(PORTRAITS.targets) < set(PEOPLE.targets)
    grouped = [" ".join(drawn.groups.values()).split() for drawn in (PORTRAITS, PEOPLE)]
    assert set(grouped[0]) < set(grouped[1])


@SETS
def test_amounts_have_no_mean_and_a_deviation_of_one(drawn: DrawnSet) -> None:
    amounts = labels.standardise(drawn.sample(0, 0, 5000))
    assert amounts.shape == (5000, len(drawn.targets))
    assert amounts.mean(0).abs().max() < 0.08
    assert (amounts.std(0) - 1).abs().max() < 0.08


@SETS
def test_a_domain_is_told_by_what_is_read(drawn: DrawnSet) -> None:
    domain = DOMAINS[drawn.name]
    assert [target.id for target in domain.targets] == list(drawn.targets)
    assert domain_reading(drawn.targets) is domain
    img, amounts = domain.labelled(32, 0, 0, torch.device("cpu")).batch(2)
    assert img.shape == (2, 3, 32, 32) and amounts.shape == (2, len(drawn.targets))
    for target in domain.targets:
        assert 0 < domain.place(target.id).mean() <= 1, target.id


@SETS
def test_a_latent_stands_for_a_picture(drawn: DrawnSet) -> None:
    z = torch.randn(4, 128, generator=torch.Generator().manual_seed(0))
    img, weight = render_of(z, 32, drawn)
    torch.testing.assert_close(img, drawn.render(factors_of(z, drawn), 32))
    assert weight.min() >= 1 and weight.max() > 1


@SETS
def test_pairs_differ_in_one_factor_mostly_a_subtle_one(drawn: DrawnSet) -> None:
    torch.manual_seed(0)
    z = paired(torch.randn(1024, 128), 400, drawn)
    differs = (z[:400] != z[400:800])[:, : len(drawn.factors)]
    assert (differs.sum(dim=1) <= 1).all()
    subtle = differs[:, [drawn.names.index(name) for name in drawn.subtle]].any(dim=1)
    assert subtle.float().mean() > SUBTLE - 0.1


@SETS
def test_fresh_pictures_are_of_the_set(drawn: DrawnSet) -> None:
    fresh = FreshPortraits(32, 3, torch.device("cpu"), 5, drawn)
    torch.testing.assert_close(fresh.batch(2), drawn.render(drawn.sample(3, 5, 2), 32))
    assert fresh.drawn == 7


@SETS
def test_there_are_many_factors_each_with_a_known_region(drawn: DrawnSet) -> None:
    assert len(drawn.factors) >= 24
    assert len(set(drawn.names)) == len(drawn.factors)
    for region in {factor.region for factor in drawn.factors}:
        assert drawn.region_mask(drawn.sample(0, 0, 1), region, 8).shape == (1, 1, 8, 8)


@SETS
def test_any_slicing_draws_the_same_people(drawn: DrawnSet) -> None:
    whole = drawn.sample(5, 0, 200)
    pieces = [drawn.sample(5, start, num) for start, num in ((0, 1), (1, 62), (63, 2), (65, 135))]
    assert torch.equal(torch.cat(pieces), whole)
    assert torch.equal(drawn.sample(5, 130, 7), whole[130:137])
    assert drawn.sample(5, 10, 0).shape == (0, len(drawn.factors))
    assert not torch.equal(drawn.sample(6, 0, 200), whole)


@SETS
def test_factors_fill_their_ranges_independently(drawn: DrawnSet) -> None:
    values = drawn.sample(0, 0, 4000)
    for factor, column in zip(drawn.factors, values.T, strict=True):
        assert factor.low <= column.min() and column.max() <= factor.high
        if factor.kind == "binary":
            assert set(column.tolist()) == {0.0, 1.0}
            assert abs(column.mean() - factor.p) < 0.04
    correlation = torch.corrcoef(values.T) - torch.eye(len(drawn.factors))
    assert correlation.abs().max() < 0.08


@SETS
def test_rendering_depends_on_the_factors_alone(drawn: DrawnSet) -> None:
    people = drawn.sample(1, 0, 40)
    img = drawn.render(people, 64)
    assert img.shape == (40, 3, 64, 64) and img.dtype == torch.float32
    assert torch.isfinite(img).all() and img.min() >= -1.0 and img.max() <= 1.0
    assert torch.equal(drawn.render(people, 64), img)
    alone = torch.cat([drawn.render(row[None], 64) for row in people[:8]])
    torch.testing.assert_close(alone, img[:8], atol=2e-4, rtol=0.0)
    assert drawn.render(people[:0], 64).shape == (0, 3, 64, 64)
