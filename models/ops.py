"""The operations of StyleGAN2 as plain functions, with styles that may vary over the picture.

Sources: Karras et al. 2020 (StyleGAN2), sections 2 and 4; the spatial form of modulation is ours
(docs/decisions.md, "Spatial modulation").
"""

import functools
import math

import torch
import torch.nn.functional as F
from torch import Tensor

from models.errors import ShapeError

ACTIVATION_GAIN = math.sqrt(2)  # keeps unit variance through the leaky ReLU
LEAKY_SLOPE = 0.2
DEMOD_EPS = 1e-8
MAX_RATIO = 16  # of sizes in one resampling: its weights are exact in bfloat16


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


def smooth_filter() -> Tensor:
    """The [1, 5, 10, 10, 5, 1] low-pass filter as a normalised [6, 6] kernel.

    What it doubles steps as much within a pair of pixels as from one pair to the next, even where
    it is rough; `fir_filter`, which is linear interpolation, does not. Ours (docs/decisions.md).
    """
    taps = torch.tensor([1.0, 5.0, 10.0, 10.0, 5.0, 1.0])
    kernel = taps[:, None] * taps[None, :]
    return kernel / kernel.sum()


def filter2d(x: Tensor, kernel: Tensor, pad: tuple[int, int], gain: float = 1.0) -> Tensor:
    """Filter every channel of [N, C, H, W] with `kernel` [k, k], padding (before, after) by zeros.

    The kernel is symmetric, so correlation and convolution agree.
    """
    channels = x.shape[1]
    weight = (kernel * gain).to(x.dtype).expand(channels, 1, *kernel.shape)
    x = F.pad(x, [pad[0], pad[1], pad[0], pad[1]])
    return F.conv2d(x, weight, groups=channels)


def upsample2d(x: Tensor, kernel: Tensor) -> Tensor:
    """Double the resolution of [N, C, H, W] with the low-pass `kernel`."""
    n, c, h, w = x.shape
    spread = x.new_zeros(n, c, h, 2, w, 2)
    spread[:, :, :, 0, :, 0] = x
    half = kernel.shape[0] // 2
    return filter2d(spread.reshape(n, c, 2 * h, 2 * w), kernel, (half, half - 1), gain=4)


def downsample2d(x: Tensor, kernel: Tensor) -> Tensor:
    """Halve the resolution of [N, C, H, W] with the low-pass `kernel`."""
    channels = x.shape[1]
    weight = kernel.to(x.dtype).expand(channels, 1, *kernel.shape)
    return F.conv2d(F.pad(x, [1, 1, 1, 1]), weight, stride=2, groups=channels)


def resize_map(wmap: Tensor, size: tuple[int, int], edge: int = 0) -> Tensor:
    """Resample a map [N, C, h, w] to `size` by doublings or halvings; 1×1 maps broadcast as is.

    A doubling is bilinear with cells as areas (`align_corners=False`); a halving is its exact left
    inverse. So h → m → r is the same as h → r whenever m is finer than h, which is why every latent
    space embeds exactly in a finer one. (Ours.)

    Args:
        edge: rows and columns of the result that are left out, and never made, on every side.

    Raises:
        ShapeError: `size` is not the map's size times a power of two.
    """
    height, width = wmap.shape[2:]
    if (height, width) == (1, 1):
        return wmap
    ratios = {side / cells for side, cells in zip(size, (height, width), strict=True)}
    if len(ratios) > 1 or not math.log2(ratios.pop()).is_integer():
        raise ShapeError(f"a map of {height}×{width} cells does not fit {size[0]}×{size[1]}")
    while (step := (nearer(wmap.shape[2], size[0]), nearer(wmap.shape[3], size[1]))) != size:
        wmap = resample(wmap, step)
    return trim(wmap, edge) if tuple(wmap.shape[2:]) == size else resample(wmap, size, edge)


def nearer(cells: int, wanted: int) -> int:
    """The next size on the way from `cells` to `wanted`. Upwards the last step is the longest: of
    that no more is made than is drawn."""
    if wanted > cells * MAX_RATIO:
        return min(cells * MAX_RATIO, wanted // MAX_RATIO)
    return max(wanted, cells // MAX_RATIO)


def resample(wmap: Tensor, size: tuple[int, int], edge: int = 0) -> Tensor:
    """Resample a map [N, C, h, w] by one matrix product along each axis; several times faster than
    interpolation with its gradient, and in the order of memory that convolutions like."""
    n, channels, height, width = wmap.shape
    x = wmap.permute(0, 2, 3, 1)
    down = resampling(height, size[0])[edge : size[0] - edge].to(x)
    across = resampling(width, size[1])[edge : size[1] - edge].to(x)
    rows, columns = len(down), len(across)
    if size[0] < height:
        x = torch.matmul(down, x.flatten(2)).reshape(n, rows, width, channels)
    x = torch.matmul(across, x)  # a product for every row: done where there are fewest
    if size[0] >= height:
        x = torch.matmul(down, x.flatten(2)).reshape(n, rows, columns, channels)
    return x.permute(0, 3, 1, 2)


@functools.lru_cache(maxsize=64)
def resampling(cells: int, size: int) -> Tensor:
    """The weights [size, cells] of one axis."""
    with torch.inference_mode(False):  # they outlive the call, and are used with gradients, too
        weights = torch.eye(cells)
        while cells < size:
            weights = doubling(cells) @ weights
            cells *= 2
        while cells > size:
            weights = halving(cells) @ weights
            cells //= 2
        return weights


def doubling(cells: int) -> Tensor:
    """Bilinear doubling [2 cells, cells]: 3/4 of the nearest cell, 1/4 of the next one."""
    own = torch.eye(cells)
    before, after = torch.cat([own[:1], own[:-1]]), torch.cat([own[1:], own[-1:]])
    pairs = torch.stack([0.75 * own + 0.25 * before, 0.75 * own + 0.25 * after], dim=1)
    return pairs.reshape(2 * cells, cells)


def halving(cells: int) -> Tensor:
    """The left inverse [cells / 2, cells] of a doubling.

    The taps are (-1, 3, 3, -1)/4 with repeated borders: against bilinear doubling's (1, 3)/4 and
    (3, 1)/4 they sum to 1 on the cell itself and to 0 on its neighbours.
    """
    own = torch.eye(cells)
    padded = torch.cat([own[:1], own, own[-1:]])
    taps = zip((-0.25, 0.75, 0.75, -0.25), range(4), strict=True)
    return torch.stack([tap * padded[k : k + cells : 2] for tap, k in taps]).sum(dim=0)


def trim(x: Tensor, edge: int) -> Tensor:
    """[..., H, W] without `edge` rows and columns on every side."""
    return x if edge == 0 else x[..., edge:-edge, edge:-edge]


def demodulation(styles: Tensor, weight: Tensor) -> Tensor:
    """The factor that restores unit variance after a modulated convolution, at every place.

    Args:
        styles: [N, I, h, w].
        weight: [O, I, k, k].

    Returns:
        [N, O, h, w]: rsqrt(Σ_i styles_i² Σ_k weight_oik² + 1e-8).

    Source: StyleGAN2 equation 3, evaluated per place (ours).
    """
    energy = weight.square().sum(dim=(2, 3), keepdim=True).to(styles.dtype)  # [O, I, 1, 1]
    least = energy.new_full(energy.shape[:1], DEMOD_EPS)
    return F.conv2d(styles.square(), energy, least).rsqrt()


def modulated_conv2d(x: Tensor, weight: Tensor, styles: Tensor, up: Tensor | None = None) -> Tensor:
    """Convolve with weights scaled by a style that may differ from place to place.

    Args:
        x: [N, I, H, W], in the dtype that the convolution runs in.
        weight: [O, I, k, k].
        styles: [N, I, H, W] in the same dtype, or [N, I, 1, 1]: StyleGAN2's own case.
        up: the low-pass filter [4, 4] of a layer that doubles the resolution.

    Returns:
        [N, O, H, W], or [N, O, 2H, 2W] with `up`; not demodulated.
    """
    x, cast = x * styles, weight.to(x.dtype)
    if up is None:
        return F.conv2d(x, cast, padding=weight.shape[2] // 2)
    y = F.conv_transpose2d(x, cast.transpose(0, 1), stride=2)
    return filter2d(y, up, (1, 1), gain=4)


def with_noise(bias: Tensor, noise: Tensor, strength: Tensor, dtype: torch.dtype) -> Tensor:
    """bias [C] + strength [] · noise [N, 1, H, W]: [N, C, H, W], rounded once.

    As a matrix product, which is several times faster than adding either to what lies in the order
    of memory of convolutions.
    """
    n, _, height, width = noise.shape
    column, row = noise.reshape(-1, 1).to(dtype), strength.expand(1, len(bias)).to(dtype)
    shift = torch.addmm(bias.to(dtype), column, row)
    return shift.reshape(n, height, width, -1).permute(0, 3, 1, 2)
