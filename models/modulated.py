"""The modulated layers of a StyleGAN2: each draws a region from the one it depends on, in bands.

Bands keep what lies between input and output near the processor, and in memory that is used again;
styles are made for the band that they are multiplied with (decision 40).
"""

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.kept import Kept
from models.latents import is_even
from models.layers import StyleAffine
from models.noise import Noise, Place
from models.ops import (
    ACTIVATION_GAIN,
    DEMOD_EPS,
    LEAKY_SLOPE,
    biased,
    doubling_conv2d,
    fir_filter,
    map_of,
    rows_of,
    shares,
)
from models.region import BAND, Patch, Region, Size, hem_of, hemmed, size_of
from models.resampling import ENERGY, STYLES, Sampled, itself, resize_map, sampling
from models.tiled import pays, tiled_conv2d, values_of


def halved(size: Size) -> Size:
    """What a layer that doubles the resolution takes in."""
    return (size[0] // 2, size[1] // 2)


class SynthesisLayer(nn.Module):
    """Modulated 3×3 convolution, noise, bias and activation; doubles the resolution if `up`."""

    noise_const: Tensor
    resample_filter: Tensor

    def __init__(
        self, w_dim: int, in_ch: int, out_ch: int, res: int, up: bool, clamp: float | None
    ) -> None:
        super().__init__()
        self.res = res
        self.up = up
        self.clamp = clamp
        self.affine = StyleAffine(w_dim, in_ch)
        weight = torch.randn(out_ch, in_ch, 3, 3)
        self.weight = nn.Parameter(weight_as_read(weight, up))
        self.noise_strength = nn.Parameter(torch.zeros([]))
        self.bias = nn.Parameter(torch.zeros(out_ch))
        self.register_buffer("noise_const", torch.randn(res, res))
        self.register_buffer("resample_filter", fir_filter(), persistent=False)
        self.shares = Kept(shares)
        self.values = Kept(values_of)

    def reach(self, region: Region) -> Region:
        """What a region depends on, on the input's grid; beyond its border are zeros."""
        return region.aligned(2).source() if self.up else region.grown(1)

    def forward(
        self, given: Patch, wmap: Tensor, region: Region, size: Size, layer: int, noise: Noise
    ) -> Patch:
        """Draw a region of a plane of that size.

        Args:
            given: what the region depends on, of the layer before.
            wmap: [N, D, h, w].
            layer: index of the style layer.
        """
        region = region.aligned(2) if self.up else region
        inner = halved(size) if self.up else size
        styles, energies = self.styles(wmap, region, inner, size)
        bias, strength = (each * ACTIVATION_GAIN for each in (self.bias, self.noise_strength))

        def draw(band: Region) -> Tensor:
            reach = self.reach(band)
            within = reach.within(inner)
            x = given.part(within) * styles.on(within.top, within.bottom).to(given.x.dtype)
            x = self.convolved(x, within, reach)
            gain = energies.on(band.top, band.bottom).rsqrt_()
            rows = rows_of(x) * rows_of(gain).to(x.dtype)
            shift = noise(
                self.noise_const, Place(layer, band.top, band.left, band.height, band.width, len(x))
            )
            return F.leaky_relu(biased(rows, bias, shift, strength), LEAKY_SLOPE, inplace=True)

        return Patch(in_bands(draw, region, given.x, len(self.weight), self.clamp), region)

    def convolved(self, x: Tensor, known: Region, reach: Region) -> Tensor:
        """What the weight makes of x, of a known region; beyond that, what it reaches is zero."""
        weight = self.weight.to(x.dtype)
        if not self.up and pays(x, weight):
            return tiled_conv2d(x, self.values(self.weight).to(x.dtype), hem_of(known, reach))
        x, padding = hemmed(x, known, reach)
        if self.up:
            return doubling_conv2d(x, weight, self.resample_filter, padding)
        return F.conv2d(x, weight, padding=padding)

    def styles(
        self, wmap: Tensor, region: Region, inner: Size, size: Size
    ) -> tuple[Sampled, Sampled]:
        """What the input is multiplied by, and the energy Σ_i styles_i² Σ_k weight_oik² that the
        output is divided by the root of, where it is drawn.

        The activation's gain is in the energy, ahead of a leaky ReLU, for which that makes no
        difference. Source: StyleGAN2 equation 3, evaluated per place (ours).
        """
        share = self.shares(self.weight) / ACTIVATION_GAIN**2
        least = share.new_full(share.shape[:1], DEMOD_EPS)

        def energy(styles: Tensor) -> Tensor:
            return F.linear(styles.square(), share, least)

        grown = self.reach(region).within(inner)
        modulation = Wanted(inner, grown, STYLES, itself)
        demodulation = Wanted(size, region, ENERGY, energy)
        found = sampled(self.affine, wmap, [modulation, demodulation])
        return found[0], found[1]


class ToRGB(nn.Module):
    """Modulated 1×1 convolution to colours, without demodulation."""

    def __init__(self, w_dim: int, in_ch: int, clamp: float | None) -> None:
        super().__init__()
        self.clamp = clamp
        self.affine = StyleAffine(w_dim, in_ch)
        self.weight = nn.Parameter(torch.randn(3, in_ch, 1, 1))
        self.bias = nn.Parameter(torch.zeros(3))

    def forward(self, given: Patch, wmap: Tensor, region: Region, size: Size) -> Tensor:
        """The colours [N, 3, H, W] of a region of a plane of that size."""
        wanted = Wanted(size, region, STYLES, itself)
        styles = sampled(self.affine, wmap, [wanted])[0]
        weight = (self.weight / math.sqrt(self.weight.shape[1])).to(given.x.dtype)

        def draw(band: Region) -> Tensor:
            x = given.part(band) * styles.on(band.top, band.bottom).to(weight.dtype)
            return F.linear(rows_of(x), weight.flatten(1)).float() + self.bias

        return in_bands(draw, region, given.x, given.x.shape[1], self.clamp)


@dataclass(frozen=True)
class Wanted:
    """What is to be known of styles: a function of them, on a region of a grid of that size."""

    size: Size
    region: Region
    degree: int
    function: Callable[[Tensor], Tensor]


def sampled(affine: StyleAffine, wmap: Tensor, wanted: Sequence[Wanted]) -> list[Sampled]:
    """What is wanted of the styles of a map of w [N, D, h, w]; of its cells no more are used than
    that depends on."""
    if is_even(wmap):
        values = affine(wmap[:, :, :1, :1]).permute(0, 2, 3, 1)
        return [Sampled(values, 0, None, each.function) for each in wanted]
    finest = max(each.size for each in wanted)
    if finest < size_of(wmap):
        wmap = resize_map(wmap, finest)
    cells = size_of(wmap)
    samplings = [sampling(cells, e.size, e.region, e.degree, e.function) for e in wanted]
    span = reduce(Region.joined, [each.span for each in samplings])
    styles = affine(wmap[:, :, span.top : span.bottom, span.left : span.right])
    return [each.of(styles, span) for each in samplings]


def weight_as_read(weight: Tensor, up: bool) -> Tensor:
    """A weight [O, I, k, k] in the order of memory in which the convolutions read it."""
    weight = weight.transpose(0, 1) if up else weight
    weight = weight.contiguous(memory_format=torch.channels_last)
    return weight.transpose(0, 1) if up else weight


def in_bands(
    draw: Callable[[Region], Tensor],
    region: Region,
    given: Tensor,
    channels: int,
    clamp: float | None,
) -> Tensor:
    """Draw a region [N, C, H, W] in bands whose features stay near the processor; on a GPU, in one.
    For gradients, too: each band's share of the gradient of what all are drawn from would be as
    large as the whole.

    Args:
        draw: a band to [N, rows · W, C].
        given: what it is drawn from.
        channels: about how many a band's features have.
        clamp: the largest magnitude of what is drawn; None: any.
    """
    if torch.is_grad_enabled():
        rows = draw(region)
        return map_of(rows if clamp is None else rows.clamp(-clamp, clamp), region.height)
    limit = math.inf if clamp is None else clamp
    most = BAND if given.device.type == "cpu" else sys.maxsize
    bands = region.bands(most // (len(given) * channels))
    drawn: Tensor | None = None  # one band at a time, so that the next one takes its memory
    for band in bands:
        rows = draw(band)
        if drawn is None:
            drawn = rows.new_empty(len(rows), region.height * region.width, rows.shape[2])
        begin = (band.top - region.top) * region.width
        torch.clamp(rows, -limit, limit, out=drawn[:, begin : begin + rows.shape[1]])
    assert drawn is not None
    return map_of(drawn, region.height)
