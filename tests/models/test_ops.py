"""The operations against plain per-sample arithmetic."""

import pytest
import torch
import torch.nn.functional as F

from models.errors import ShapeError
from models.ops import (
    demodulation,
    fir_filter,
    modulated_conv2d,
    resampling,
    resize_map,
    smooth_filter,
    trim,
    upsample2d,
)


def per_sample_conv(x, weight, styles, up):  # StyleGAN2 equations 1 to 3, literally
    pictures = []
    for one, style in zip(x, styles, strict=True):
        scaled = weight * style[None, :, None, None]
        scaled = scaled / (scaled.square().sum(dim=(1, 2, 3), keepdim=True) + 1e-8).sqrt()
        if up:
            y = F.conv_transpose2d(one[None], scaled.transpose(0, 1), stride=2)
            kernel = (4 * fir_filter()).expand(y.shape[1], 1, 4, 4)
            y = F.conv2d(F.pad(y, [1, 1, 1, 1]), kernel, groups=y.shape[1])
        else:
            y = F.conv2d(one[None], scaled, padding=1)
        pictures.append(y)
    return torch.cat(pictures)


@pytest.mark.parametrize("up", [False, True])
@pytest.mark.parametrize("cells", [1, 8, 16])
def test_a_constant_style_map_is_stylegan2s_convolution(up: bool, cells: int) -> None:
    torch.manual_seed(0)
    x, weight, styles = torch.randn(3, 6, 8, 8), torch.randn(5, 6, 3, 3), torch.randn(3, 6)
    size = cells if cells == 1 else (16 if up else 8)
    spread = styles[:, :, None, None].expand(-1, -1, size, size)
    y = modulated_conv2d(x, weight, resize_map(spread, (8, 8)), fir_filter() if up else None)
    y = y * demodulation(spread, weight)
    torch.testing.assert_close(y, per_sample_conv(x, weight, styles, up), rtol=1e-4, atol=1e-4)


def test_demodulation_restores_unit_variance_at_every_place() -> None:
    torch.manual_seed(0)
    weight, styles = torch.randn(4, 8, 3, 3), torch.rand(1, 8, 2, 2) * 5 + 0.1
    factor = demodulation(styles, weight)
    energy = torch.einsum("oikl,niyx->noyx", weight.square(), styles.square())
    torch.testing.assert_close(factor.square() * energy, torch.ones(1, 4, 2, 2))


def test_going_up_in_two_steps_is_going_up_in_one() -> None:
    wmap = torch.randn(1, 3, 4, 4)
    two_steps = resize_map(resize_map(wmap, (8, 8)), (32, 32))
    torch.testing.assert_close(two_steps, resize_map(wmap, (32, 32)))


def test_going_up_and_down_again_returns() -> None:
    wmap = torch.randn(1, 3, 4, 8)
    torch.testing.assert_close(resize_map(resize_map(wmap, (32, 64)), (4, 8)), wmap)


@pytest.mark.parametrize(
    ("cells", "size", "edge"), [(4, 32, 8), (4, 128, 32), (64, 4, 1), (4, 4, 1)]
)
def test_edges_that_are_left_out_leave_the_rest_as_it_was(cells: int, size: int, edge: int) -> None:
    wmap, whole = torch.randn(2, 3, cells, 2 * cells), (size, 2 * size)
    torch.testing.assert_close(resize_map(wmap, whole, edge), trim(resize_map(wmap, whole), edge))


def test_a_size_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ShapeError, match="4×4 cells does not fit 12×12"):
        resize_map(torch.zeros(1, 1, 4, 4), (12, 12))


def test_upsampling_keeps_constants() -> None:
    img = upsample2d(torch.full((1, 3, 8, 8), 0.7), fir_filter())
    assert torch.allclose(img[:, :, 2:-2, 2:-2], torch.tensor(0.7))


def test_weights_made_without_gradients_serve_a_backward_pass() -> None:
    resampling.cache_clear()
    with torch.inference_mode():
        resize_map(torch.zeros(1, 1, 4, 4), (16, 16))
    wmap = torch.zeros(1, 2, 4, 4, requires_grad=True)
    resize_map(wmap, (16, 16)).sum().backward()
    assert wmap.grad is not None


@pytest.mark.parametrize("roughness", [0.25, 0.5])
def test_doubled_colours_step_evenly(roughness: float) -> None:
    """Within pairs of pixels as much as from one pair to the next, on rough pictures as well."""
    x = torch.randn(1, 1, 64, 64, generator=torch.Generator().manual_seed(0))
    x = roughness * x + torch.nn.functional.avg_pool2d(x, 3, 1, 1)
    img = upsample2d(x, smooth_filter())[..., 8:-8, 8:-8]
    steps = (img[..., 1:] - img[..., :-1]).abs()
    within, across = steps[..., ::2].mean(), steps[..., 1::2].mean()
    assert 0.9 < within / across < 1.1
    linear = upsample2d(x, fir_filter())[..., 8:-8, 8:-8]
    steps = (linear[..., 1:] - linear[..., :-1]).abs()
    assert steps[..., ::2].mean() / steps[..., 1::2].mean() < 0.9


def test_both_filters_keep_a_level() -> None:
    for kernel in (fir_filter(), smooth_filter()):
        img = upsample2d(torch.ones(1, 1, 8, 8), kernel)
        torch.testing.assert_close(img[..., 4:-4, 4:-4], torch.ones(1, 1, 8, 8))
