"""The operations of StyleGAN2 as plain functions, with styles that may vary over the picture.

Sources: Karras et al. 2020 (StyleGAN2), sections 2 and 4; the spatial form of modulation is ours
(decision 1).
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from models.region import Padding

ACTIVATION_GAIN = math.sqrt(2)  # keeps unit variance through the leaky ReLU
LEAKY_SLOPE = 0.2
DEMOD_EPS = 1e-8


def normalize_2nd_moment(x: Tensor, dim: int = 1) -> Tensor:
    """Scale `x` to unit mean square along `dim`."""
    return x * (x.square().mean(dim=dim, keepdim=True) + 1e-8).rsqrt()


def leaky_relu(x: Tensor) -> Tensor:
    """Leaky ReLU of slope 0.2, scaled by sqrt(2)."""
    return F.leaky_relu(x, LEAKY_SLOPE) * ACTIVATION_GAIN


def bias_act(x: Tensor, bias: Tensor, clamp: float | None = None) -> Tensor:
    """Add a bias [C] to [N, C, ...], apply the leaky ReLU, clamp to ±`clamp`."""
    x = leaky_relu(x + bias.to(x.dtype).reshape(1, -1, *[1] * (x.ndim - 2)))
    return x if clamp is None else x.clamp(-clamp, clamp)


def fir_filter() -> Tensor:
    """The [1, 3, 3, 1] low-pass filter as a normalised [4, 4] kernel."""
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0])
    kernel = taps[:, None] * taps[None, :]
    return kernel / kernel.sum()


def upsample2d(x: Tensor) -> Tensor:
    """Double the resolution of [N, C, H, W] with the low-pass filter: bilinear.

    Returns:
        [N, C, 2H - 4, 2W - 4]: without what the border of x makes.
    """
    return F.interpolate(x, scale_factor=2, mode="bilinear")[:, :, 2:-2, 2:-2]


def smoothly_upsample2d(x: Tensor) -> Tensor:
    """Double the resolution of [N, C, H, W] with the low-pass filter [1, 5, 10, 10, 5, 1].

    What it doubles steps as much within a pair of pixels as from one pair to the next, even where
    it is rough; linear interpolation does not. Ours (decision 65).

    Returns:
        [N, C, 2H - 4, 2W - 4]: without what lies beyond x would change.
    """
    for dim in (2, 3):
        num = x.shape[dim] - 2
        before, here, after = (x.narrow(dim, k, num) for k in range(3))
        pair = 5 * before + 10 * here + after, before + 10 * here + 5 * after
        x = torch.stack(pair, dim=dim + 1).flatten(dim, dim + 1) / 16
    return x


def downsample2d(x: Tensor, kernel: Tensor) -> Tensor:
    """Halve the resolution of [N, C, H, W] with the low-pass `kernel`."""
    channels = x.shape[1]
    weight = kernel.to(x.dtype).expand(channels, 1, *kernel.shape)
    return F.conv2d(F.pad(x, [1, 1, 1, 1]), weight, stride=2, groups=channels)


def shares(weight: Tensor) -> Tensor:
    """Σ_k weight_oik² of a convolution's weight [O, I, k, k]: [O, I]."""
    taps = [tap for row in weight.unbind(2) for tap in row.unbind(2)]
    found = torch.zeros_like(taps[0])
    for tap in taps:
        found = found.addcmul_(tap, tap)
    return found


def doubling_conv2d(x: Tensor, weight: Tensor, kernel: Tensor, padding: Padding) -> Tensor:
    """Convolve, double the resolution, and filter with the low-pass `kernel` [4, 4].

    Args:
        x: [N, I, H, W].
        weight: [O, I, 3, 3].
        padding: zeros around x, down and across, of 1 or 0.

    Returns:
        [N, O, 2H - 4, 2W - 4], of the padded H and W: what lies nearer to the border depends on
        more than is given.
    """
    down, across = padding
    y = F.conv_transpose2d(x, weight.transpose(0, 1), stride=2, padding=(1 - down, 1 - across))
    kernels = (kernel * 4).to(x.dtype).expand(len(weight), 1, -1, -1)
    return F.conv2d(y, kernels, padding=padding, groups=len(weight))


def biased(x: Tensor, bias: Tensor, noise: Tensor | None, strength: Tensor) -> Tensor:
    """x + bias + strength · noise, written over x.

    By a matrix product of rank two, which is several times faster than adding either to what lies
    in the order of memory of convolutions.

    Args:
        x: [N, H · W, C].
        bias: [C].
        noise: [N or 1, 1, H, W], or None for none.
        strength: of the noise, a number.
    """
    columns, table = x.new_ones(len(x), x.shape[1], 1), bias[None]
    if noise is not None:
        places = rows_of(noise).to(x.dtype).expand(len(x), -1, -1)
        columns = torch.cat([columns, places], dim=2)
        table = torch.stack([bias, strength.expand_as(bias)])
    return x.baddbmm_(columns, table.to(x.dtype).expand(len(x), -1, -1))


def rows_of(x: Tensor) -> Tensor:
    """[N, C, H, W] as [N, H · W, C], which is how convolutions on a CPU want it in memory."""
    return x.permute(0, 2, 3, 1).flatten(1, 2)


def map_of(rows: Tensor, height: int) -> Tensor:
    """[N, H · W, C] as [N, C, H, W]."""
    n, places, channels = rows.shape
    return rows.reshape(n, height, places // height, channels).permute(0, 3, 1, 2)
