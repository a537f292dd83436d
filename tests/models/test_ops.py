"""The operations against plain per-sample arithmetic."""

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from models.ops import (
    DEMOD_EPS,
    biased,
    doubling_conv2d,
    fir_filter,
    map_of,
    rows_of,
    shares,
    smoothly_upsample2d,
    upsample2d,
)


def per_sample_conv(x: Tensor, weight: Tensor, styles: Tensor, up: bool) -> Tensor:
    """StyleGAN2 equations 1 to 3, literally."""
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
def test_modulated_activations_are_stylegan2s_modulated_weights(up: bool) -> None:
    torch.manual_seed(0)
    x, weight, styles = torch.randn(3, 6, 8, 8), torch.randn(5, 6, 3, 3), torch.randn(3, 6)
    scaled = x * styles[:, :, None, None]
    y = (
        doubling_conv2d(scaled, weight, fir_filter(), (1, 1))
        if up
        else F.conv2d(scaled, weight, padding=1)
    )
    factor = (styles.square() @ shares(weight).T + DEMOD_EPS).rsqrt()
    y = y * factor[:, :, None, None]
    torch.testing.assert_close(y, per_sample_conv(x, weight, styles, up), rtol=1e-4, atol=1e-4)


def test_a_doubling_does_not_care_who_pads() -> None:
    x, weight, kernel = torch.randn(2, 6, 8, 10), torch.randn(5, 6, 3, 3), fir_filter()
    own = doubling_conv2d(F.pad(x, [1, 1, 1, 1]), weight, kernel, (0, 0))
    assert own.shape == (2, 5, 16, 20)
    torch.testing.assert_close(own, doubling_conv2d(x, weight, kernel, (1, 1)), rtol=0, atol=1e-4)


def test_bias_and_noise_are_added() -> None:
    x, bias, noise = torch.randn(2, 3, 4, 5), torch.randn(3), torch.randn(1, 1, 4, 5)
    strength = torch.tensor(0.3)
    for each, wanted in (
        (noise, x + bias[:, None, None] + 0.3 * noise),
        (None, x + bias[:, None, None]),
    ):
        torch.testing.assert_close(
            map_of(biased(rows_of(x).clone(), bias, each, strength), 4), wanted
        )


@pytest.mark.parametrize("upsample", [upsample2d, smoothly_upsample2d])
def test_upsampling_keeps_constants(upsample: Callable[[torch.Tensor], torch.Tensor]) -> None:
    img = upsample(torch.full((1, 3, 8, 8), 0.7))
    assert img.shape == (1, 3, 12, 12)
    assert torch.allclose(img, torch.tensor(0.7))


def test_upsampling_is_what_its_filter_makes() -> None:
    x = torch.randn(2, 3, 7, 9, generator=torch.Generator().manual_seed(1))
    spread = torch.zeros(2, 3, 7, 2, 9, 2)
    spread[:, :, :, 0, :, 0] = x
    filters = {upsample2d: [1.0, 3, 3, 1], smoothly_upsample2d: [1.0, 5, 10, 10, 5, 1]}
    for upsample, taps in filters.items():
        row = 2 * torch.tensor(taps) / sum(taps)
        kernel = (row[:, None] * row).expand(3, 1, -1, -1)
        whole = F.conv2d(spread.reshape(2, 3, 14, 18), kernel, padding=len(row) // 2, groups=3)
        torch.testing.assert_close(upsample(x), whole[..., 2:-3, 2:-3])


@pytest.mark.parametrize("roughness", [0.25, 0.5])
def test_smoothly_doubled_colours_step_evenly(roughness: float) -> None:
    """Within pairs of pixels as much as from one pair to the next, on rough pictures as well."""
    x = torch.randn(1, 1, 64, 64, generator=torch.Generator().manual_seed(0))
    x = roughness * x + F.avg_pool2d(x, 3, 1, 1)

    def within_to_across(img: torch.Tensor) -> torch.Tensor:
        steps = (img[..., 1:] - img[..., :-1]).abs()
        return steps[..., ::2].mean() / steps[..., 1::2].mean()

    assert 0.9 < within_to_across(smoothly_upsample2d(x)) < 1.1
    assert within_to_across(upsample2d(x)) < 0.9
