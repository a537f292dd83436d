"""The spatial priors: distribution, correlation, and that a window is part of a plane."""

import math

import pytest
import torch

from models.counter import bits, normal, uniform
from models.prior import PRIORS, GaussianPrior, Prior, field_window, sample_fields

CPU = torch.device("cpu")
EVERY = pytest.mark.parametrize("prior", PRIORS.values(), ids=PRIORS.keys())


def correlation(prior: GaussianPrior, distance: float, length: float) -> float:
    """What the docstring of the prior promises, with its global share."""
    local = math.exp(-0.5 * (distance / length) ** 2)
    return prior.global_share + (1 - prior.global_share) * local


def lattice(*ranges: tuple[int, int]) -> list[torch.Tensor]:
    return list(torch.meshgrid(*(torch.arange(*r) for r in ranges), indexing="ij"))


def test_lattice_noise_is_white_and_normal() -> None:
    noise = normal(3, *lattice((0, 8), (-60, 60), (1000, 1120)))
    assert abs(noise.mean()) < 0.01
    assert abs(noise.std() - 1) < 0.01
    levels = torch.tensor([0.02275, 0.15866, 0.84134, 0.97725], dtype=torch.float64)
    wanted = torch.tensor([-2, -1, 1, 2], dtype=torch.float64)
    torch.testing.assert_close(torch.quantile(noise, levels), wanted, atol=0.03, rtol=0)
    for other in (noise[:, 1:], noise[:, :, 1:], noise[1:]):
        same = noise[tuple(slice(n) for n in other.shape)]
        assert abs((same * other).mean()) < 0.01


def test_numbers_depend_on_the_place_alone() -> None:
    rows, columns = lattice((-5, 9), (10**12, 10**12 + 7))
    whole = uniform(11, rows, columns)
    assert torch.equal(whole[3:6, 2:4], uniform(11, rows[3:6, 2:4], columns[3:6, 2:4]))
    assert ((whole >= 0) & (whole < 1)).all()
    assert not torch.equal(whole, uniform(12, rows, columns))
    assert bits(11, rows, columns).unique().numel() == rows.numel()


@pytest.mark.parametrize("length", [0.0, 1.0, 3.5])
@pytest.mark.parametrize("share", [0.0, 0.3])
def test_every_cell_is_standard_normal_over_seeds(length: float, share: float) -> None:
    prior = GaussianPrior((length, length), share)
    plane = torch.cat([field_window(prior, s, 64, (5, -3, 2, 2), length) for s in range(60)])
    drawn = sample_fields(prior, 60, 64, 2, 2, CPU)
    for found in (plane, drawn):
        assert abs(found.mean()) < 0.08
        assert abs(found.var() - 1) < 0.08


@pytest.mark.parametrize("length", [1.0, 2.0, 5.0])
def test_correlation_falls_as_promised(length: float) -> None:
    prior = GaussianPrior((length, length), 0.0)
    plane = field_window(prior, 7, 48, (0, 0, 96, 96), length)
    drawn = sample_fields(prior, 200, 32, 12, 12, CPU)
    for cells, furthest in ((plane, 8), (drawn, 4)):
        for d in (k for k in (1, 2, 4, 8) if k <= furthest):
            wanted = correlation(prior, d, length)
            assert abs((cells[..., d:] * cells[..., :-d]).mean().item() - wanted) < 0.06
            assert abs((cells[:, :, d:] * cells[:, :, :-d]).mean().item() - wanted) < 0.06


def test_the_global_share_is_the_same_everywhere() -> None:
    vector = PRIORS["vector"]
    far, near = (field_window(vector, 1, 16, (at, at, 3, 3), 0.0) for at in (10**6, 0))
    assert torch.equal(far, near)
    assert (far - far[..., :1, :1]).abs().max() == 0
    drawn = sample_fields(vector, 2, 16, 3, 3, CPU)
    assert (drawn - drawn[..., :1, :1]).abs().max() == 0
    assert (drawn[0] - drawn[1]).abs().mean() > 0.3


@EVERY
def test_a_window_is_part_of_a_larger_one(prior: Prior) -> None:
    large = field_window(prior, -5, 8, (-20, -30, 60, 70), 2.5)
    part = field_window(prior, -5, 8, (-3, 4, 9, 11), 2.5)
    torch.testing.assert_close(part, large[:, :, 17:26, 34:45], atol=1e-6, rtol=0)


@EVERY
def test_seeds_and_channels_differ(prior: Prior) -> None:
    one, other = (field_window(prior, seed, 4, (0, 0, 16, 16), 2.0) for seed in (1, 2))
    assert (one - other).abs().mean() > 0.3
    assert (one[:, 0] - one[:, 1]).abs().mean() > 0.3


def test_anchors_vary_less_between() -> None:
    drawn = sample_fields(PRIORS["anchors"], 400, 16, 9, 9, CPU)
    assert 0.3 < drawn.var() < 0.9


@pytest.mark.parametrize("length", [0.0, 0.4, 1.0, 20.0])
def test_the_filter_keeps_the_variance(length: float) -> None:
    _, weights = GaussianPrior().weights(-3, 5, length)
    for row in weights:
        assert math.isclose(row.square().sum().item(), 1, rel_tol=1e-12)
