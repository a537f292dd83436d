"""Maps of cells on finer and coarser grids: exact both ways, and sampled where they are drawn."""

import pytest
import torch
from torch import Tensor

from models.errors import ShapeError
from models.region import Region
from models.resampling import ENERGY, STYLES, itself, resampling, resize_map, sampling


def test_going_up_in_two_steps_is_going_up_in_one() -> None:
    wmap = torch.randn(1, 3, 4, 4)
    two_steps = resize_map(resize_map(wmap, (8, 8)), (32, 32))
    torch.testing.assert_close(two_steps, resize_map(wmap, (32, 32)))


def test_going_up_and_down_again_returns() -> None:
    wmap = torch.randn(1, 3, 4, 8)
    torch.testing.assert_close(resize_map(resize_map(wmap, (32, 64)), (4, 8)), wmap)


def test_a_size_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ShapeError, match="4×4 cells does not fit 12×12"):
        resize_map(torch.zeros(1, 1, 4, 4), (12, 12))
    with pytest.raises(ShapeError, match="4×4 cells does not fit 8×16"):
        sampling((4, 4), (8, 16), Region(0, 8, 0, 8), STYLES, itself)


def test_weights_made_without_gradients_serve_a_backward_pass() -> None:
    resampling.cache_clear()
    with torch.inference_mode():
        resize_map(torch.zeros(1, 1, 4, 4), (16, 16))
    wmap = torch.zeros(1, 2, 4, 4, requires_grad=True)
    resize_map(wmap, (16, 16)).sum().backward()
    assert wmap.grad is not None


@pytest.mark.parametrize("side", [2, 4, 8, 16, 32, 64, 128, 256])
@pytest.mark.parametrize("edges", [(0, 1, 0, 1), (0.1, 0.6, 0.3, 1), (0.5, 0.52, 0.47, 0.7)])
def test_what_is_sampled_is_that_part_of_the_whole(
    side: int, edges: tuple[float, float, float, float]
) -> None:
    """A square's degree is twice that of the map; three and five places a cell say all."""
    wmap, size = torch.randn(2, 3, 8, 16, dtype=torch.float64), (side, 2 * side)
    top, bottom, left, right = (
        round(edge * length)
        for edge, length in zip(edges, (side, side, 2 * side, 2 * side), strict=True)
    )
    region = Region(top, max(bottom, top + 1), left, max(right, left + 1))
    part = (slice(None), slice(None), slice(top, region.bottom), slice(left, region.right))
    fine = resize_map(wmap, size)

    def squared(x: Tensor) -> Tensor:
        return x.square().sum(dim=-1, keepdim=True)

    for degree, function, expected in (
        (STYLES, itself, fine),
        (ENERGY, squared, fine.square().sum(dim=1, keepdim=True)),
    ):
        wanted = sampling((8, 16), size, region, degree, function)
        cells = wanted.span
        known = wmap[:, :, cells.top : cells.bottom, cells.left : cells.right]
        found = wanted.of(known, cells)
        drawn = found.on(region.top, region.bottom)
        torch.testing.assert_close(drawn, expected[part], rtol=0, atol=1e-5)
        middle = (region.top + region.bottom) // 2
        below = found.on(middle, region.bottom)
        torch.testing.assert_close(below, drawn[:, :, middle - top :], rtol=0, atol=1e-12)


def test_what_is_a_sum_of_squares_is_never_interpolated_below_zero() -> None:
    """Styles that turn into their opposite are all zero between."""
    styles = torch.randn(1, 3, 4, 1) * torch.tensor([1e3, 1e3, -1e3, 1e-4])
    wanted = sampling((4, 4), (512, 512), Region(0, 512, 0, 512), ENERGY, torch.square)
    drawn = wanted.of(styles, wanted.span).on(0, 512)
    assert drawn.min() >= 0
    exact = resize_map(styles, (512, 512)).square()
    torch.testing.assert_close(drawn, exact, rtol=1e-5, atol=1e-6 * exact.max().item())
