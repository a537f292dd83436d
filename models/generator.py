"""The StyleGAN2 generator, taking a latent map where the original takes one vector per layer.

Parameters carry the names of NVIDIA's official PyTorch networks, so a converted checkpoint is a
rename away. Source: Karras et al. 2020 (StyleGAN2), skip architecture; the maps are ours.
"""

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.latents import SQUARE, Cells, LatentMap, Layout, constant
from models.layers import FullyConnected, StyleAffine
from models.noise import Noise, Place, constant_noise
from models.ops import (
    ACTIVATION_GAIN,
    DEMOD_EPS,
    LEAKY_SLOPE,
    biased,
    doubling_conv2d,
    fir_filter,
    map_of,
    normalize_2nd_moment,
    rows_of,
    shares,
    upsample2d,
)
from models.region import BAND, Patch, Region, Size, hemmed, whole
from models.resampling import ENERGY, STYLES, Sampled, itself, sampling

SURROUND = 6  # base cells drawn around a picture of a homogeneous generator; 4 would be reached


@dataclass(frozen=True)
class GeneratorConfig:
    """The architecture, with the official implementation's names and defaults.

    Attributes:
        grid: the finest latent grid offered for painting and encoding, in cells per side (ours).
        homogeneous: no place is special: the constant is one cell, and what padding reaches is cut
            off, so a picture is a window of an endless plane (ours; spatially trained models).
    """

    img_resolution: int
    z_dim: int = 512
    w_dim: int = 512
    c_dim: int = 0
    channel_base: int = 32768
    channel_max: int = 512
    mapping_layers: int = 8
    conv_clamp: float | None = None
    grid: int = 32
    homogeneous: bool = False

    def channels(self, res: int) -> int:
        """Feature channels of the block at that resolution."""
        return min(self.channel_base // res, self.channel_max)

    @property
    def block_res(self) -> list[int]:
        """4, 8, …, img_resolution."""
        return [1 << k for k in range(2, self.img_resolution.bit_length())]

    @property
    def layout(self) -> Layout:
        """Where the style layers live."""
        return Layout(self.img_resolution, self.w_dim, min(self.grid, self.img_resolution))


class MappingNetwork(nn.Module):
    """z [N, Z] (and class c [N, c_dim]) → w [N, D]."""

    w_avg: Tensor

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        self.config = config
        width = config.z_dim
        if config.c_dim:
            self.embed = FullyConnected(config.c_dim, config.w_dim)
            width += config.w_dim
        for i in range(config.mapping_layers):
            layer = FullyConnected(width, config.w_dim, activate=True, lr_multiplier=0.01)
            self.add_module(f"fc{i}", layer)
            width = config.w_dim
        self.register_buffer("w_avg", torch.zeros(config.w_dim))

    def cells(self, z: Tensor, truncation: float = 1.0) -> Tensor:
        """Map a field z [N, Z, h, w] to a map of w [N, D, h, w], cell by cell."""
        n, _, height, width = z.shape
        w: Tensor = self(z.permute(0, 2, 3, 1).reshape(n * height * width, -1), None, truncation)
        return w.reshape(n, height, width, -1).permute(0, 3, 1, 2)

    def forward(self, z: Tensor, c: Tensor | None = None, truncation: float = 1.0) -> Tensor:
        """Map z to w, pulled towards `w_avg` by `truncation` (1: not at all, 0: the mean)."""
        x = normalize_2nd_moment(z)
        if self.config.c_dim:
            if c is None:
                c = z.new_zeros(z.shape[0], self.config.c_dim)
            x = torch.cat([x, normalize_2nd_moment(self.embed(c))], dim=1)
        for i in range(self.config.mapping_layers):
            x = self.get_submodule(f"fc{i}")(x)
        return x if truncation == 1 else self.w_avg.lerp(x, truncation)


@dataclass(frozen=True)
class Level:
    """The plane that is drawn on at one resolution.

    Attributes:
        size: height and width, with what is around the picture.
        around: pixels on every side that are not of the picture.
    """

    size: Size
    around: int

    def halved(self) -> "Level":
        """What a layer that doubles the resolution takes in."""
        return Level((self.size[0] // 2, self.size[1] // 2), self.around // 2)

    def place(self, region: Region, layer: int, num: int) -> Place:
        """Where a region lies, counted from the picture's corner."""
        top, left = region.top - self.around, region.left - self.around
        return Place(layer, top, left, region.height, region.width, num)


class SynthesisLayer(nn.Module):
    """Modulated 3×3 convolution, noise, bias and activation; doubles the resolution if `up`."""

    noise_const: Tensor
    resample_filter: Tensor

    def __init__(
        self, config: GeneratorConfig, in_ch: int, out_ch: int, res: int, up: bool
    ) -> None:
        super().__init__()
        self.res = res
        self.up = up
        self.clamp = config.conv_clamp
        self.affine = StyleAffine(config.w_dim, in_ch)
        weight = torch.randn(out_ch, in_ch, 3, 3)
        self.weight = nn.Parameter(weight_as_read(weight, up))
        self.noise_strength = nn.Parameter(torch.zeros([]))
        self.bias = nn.Parameter(torch.zeros(out_ch))
        self.register_buffer("noise_const", torch.randn(res, res))
        self.register_buffer("resample_filter", fir_filter(), persistent=False)

    def reach(self, region: Region) -> Region:
        """What a region depends on, on the input's grid; beyond its border are zeros."""
        return region.aligned(2).source() if self.up else region.grown(1)

    def forward(
        self, given: Patch, wmap: Tensor, region: Region, level: Level, layer: int, noise: Noise
    ) -> Patch:
        """Draw a region of a level.

        Args:
            given: what the region depends on, of the layer before.
            wmap: [N, D, h, w].
            layer: index of the style layer.
        """
        region = region.aligned(2) if self.up else region
        inner = level.halved() if self.up else level
        styles, energies = self.styles(wmap, region, inner, level)
        weight = self.weight.to(given.x.dtype)
        bias, strength = (each * ACTIVATION_GAIN for each in (self.bias, self.noise_strength))

        def draw(band: Region) -> Tensor:
            reach = self.reach(band)
            within = reach.within(inner.size)
            x = given.part(within) * styles.on(within.top, within.bottom).to(weight.dtype)
            x, padding = hemmed(x, within, reach)
            if self.up:
                x = doubling_conv2d(x, weight, self.resample_filter, padding)
            else:
                x = F.conv2d(x, weight, padding=padding)
            deviation = energies.on(band.top, band.bottom).sqrt_()
            rows = rows_of(x) / rows_of(deviation).to(x.dtype)
            shift = noise(self.noise_const, level.place(band, layer, len(x)))
            rows = F.leaky_relu(biased(rows, bias, shift, strength), LEAKY_SLOPE, inplace=True)
            return rows if self.clamp is None else rows.clamp(-self.clamp, self.clamp)

        return Patch(in_bands(draw, region, given.x, len(weight)), region)

    def styles(
        self, wmap: Tensor, region: Region, inner: Level, level: Level
    ) -> tuple[Sampled, Sampled]:
        """What the input is multiplied by, and the energy Σ_i styles_i² Σ_k weight_oik² that the
        output is divided by the root of, where it is drawn.

        The activation's gain is in the energy, ahead of a leaky ReLU, for which that makes no
        difference. Source: StyleGAN2 equation 3, evaluated per place (ours).
        """
        share = shares(self.weight) / ACTIVATION_GAIN**2
        least = share.new_full(share.shape[:1], DEMOD_EPS)

        def energy(styles: Tensor) -> Tensor:
            return F.linear(styles.square(), share, least)

        grown = self.reach(region).within(inner.size)
        modulation = Wanted(inner.size, grown, STYLES, itself)
        demodulation = Wanted(level.size, region, ENERGY, energy)
        found = sampled(self.affine, wmap, [modulation, demodulation])
        return found[0], found[1]


class ToRGB(nn.Module):
    """Modulated 1×1 convolution to colours, without demodulation."""

    def __init__(self, config: GeneratorConfig, in_ch: int) -> None:
        super().__init__()
        self.clamp = config.conv_clamp
        self.affine = StyleAffine(config.w_dim, in_ch)
        self.weight = nn.Parameter(torch.randn(3, in_ch, 1, 1))
        self.bias = nn.Parameter(torch.zeros(3))

    def forward(self, given: Patch, wmap: Tensor, region: Region, level: Level) -> Tensor:
        """The colours [N, 3, H, W] of a region of a level."""
        wanted = Wanted(level.size, region, STYLES, itself)
        styles = sampled(self.affine, wmap, [wanted])[0]
        weight = (self.weight / math.sqrt(self.weight.shape[1])).to(given.x.dtype)

        def draw(band: Region) -> Tensor:
            x = given.part(band) * styles.on(band.top, band.bottom).to(weight.dtype)
            rows = F.linear(rows_of(x), weight.flatten(1)).float() + self.bias
            return rows if self.clamp is None else rows.clamp(-self.clamp, self.clamp)

        return in_bands(draw, region, given.x, given.x.shape[1])


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
    cells = (wmap.shape[2], wmap.shape[3])
    if cells == (1, 1):
        values = affine(wmap).permute(0, 2, 3, 1)
        return [Sampled(values, 0, None, each.function) for each in wanted]
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
    draw: Callable[[Region], Tensor], region: Region, given: Tensor, channels: int
) -> Tensor:
    """Draw a region [N, C, H, W] in bands whose features stay near the processor; on a GPU, in one.

    Args:
        draw: a band to [N, rows · W, C].
        given: what it is drawn from.
        channels: about how many a band's features have.
    """
    most = BAND if given.device.type == "cpu" else sys.maxsize
    bands = list(region.bands(most // (len(given) * channels)))
    if len(bands) == 1 or torch.is_grad_enabled():
        return map_of(torch.cat([draw(band) for band in bands], dim=1), region.height)
    drawn: Tensor | None = None  # one band at a time, so that the next one takes its memory
    for band in bands:
        rows = draw(band)
        if drawn is None:
            drawn = rows.new_empty(len(rows), region.height * region.width, rows.shape[2])
        begin = (band.top - region.top) * region.width
        drawn[:, begin : begin + rows.shape[1]] = rows
    assert drawn is not None
    return map_of(drawn, region.height)


class SynthesisBlock(nn.Module):
    """The layers of one resolution: (conv0,) conv1 and the skip to colours."""

    resample_filter: Tensor

    def __init__(self, config: GeneratorConfig, res: int) -> None:
        super().__init__()
        self.res = res
        out_ch = config.channels(res)
        if res == 4:
            side = 1 if config.homogeneous else 4
            self.const = nn.Parameter(torch.randn(out_ch, side, side))
        else:
            self.conv0 = SynthesisLayer(config, config.channels(res // 2), out_ch, res, up=True)
        self.conv1 = SynthesisLayer(config, out_ch, out_ch, res, up=False)
        self.torgb = ToRGB(config, out_ch)
        self.register_buffer("resample_filter", fir_filter(), persistent=False)


@dataclass(frozen=True)
class Drawing:
    """A picture, and what the generator knew of it before it was colours.

    Attributes:
        img: [N, 3, H, W] float32, nominally in [-1, 1].
        features: [N, C, H, W] of the last block that was drawn; the colours are read off them.
    """

    img: Tensor
    features: Tensor


class SynthesisNetwork(nn.Module):
    """Latent map → picture."""

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        self.config = config
        for res in config.block_res:
            self.add_module(f"b{res}", SynthesisBlock(config, res))

    def blocks(self) -> list[SynthesisBlock]:
        """From coarse to fine."""
        found = [self.get_submodule(f"b{res}") for res in self.config.block_res]
        return [block for block in found if isinstance(block, SynthesisBlock)]

    def forward(
        self,
        latent: LatentMap,
        noise: Noise = constant_noise,
        dtype: torch.dtype = torch.float32,
        surround: int = 0,
        finest: int | None = None,
        region: Region | None = None,
    ) -> Tensor:
        """The picture of a latent alone, as `draw` has it."""
        return self.draw(latent, noise, dtype, surround, finest, region).img

    def draw(
        self,
        latent: LatentMap,
        noise: Noise = constant_noise,
        dtype: torch.dtype = torch.float32,
        surround: int = 0,
        finest: int | None = None,
        region: Region | None = None,
    ) -> Drawing:
        """Draw a latent.

        Args:
            latent: L maps [N, D, h_l, w_l]; its base sets the size of the picture.
            noise: the constant one makes the picture a function of the latent alone.
            dtype: what the convolutions run in; colours are summed in float32.
            surround: base cells on every side of the latent that are around the picture, of a
                homogeneous generator; without them, the picture's border is repeated.
            finest: resolution of the last block to draw; None: all.
            region: of the picture, to draw that alone: what it is in the whole; None: all.

        Returns:
            Pictures [N, 3, H, W] with their features; without a region, H = R · rows / 4, of the
            rows of the base that are not around the picture, and R the resolution, or `finest`.
        """
        if self.config.homogeneous and surround == 0:
            latent, surround = surrounded(latent, SURROUND), SURROUND
        blocks = [b for b in self.blocks() if finest is None or b.res <= finest]
        levels = [level_of(block.res, latent.base, surround) for block in blocks]
        if region is None:
            region = whole(levels[-1].size).grown(-levels[-1].around)
        else:
            region = region.shifted(levels[-1].around)
        regions = self.regions(blocks, levels, region)
        img: Patch | None = None
        given = self.beginning(blocks[0], levels[0], regions[0], len(latent.layers[0]), dtype)
        for k, (block, level, wanted) in enumerate(zip(blocks, levels, regions, strict=True)):
            first = 2 * k - 1  # style layer of conv0; conv1 is the next, ToRGB the one after
            conv0, conv1, torgb = (latent.layers[max(0, first + i)] for i in range(3))
            if k > 0:
                inner = block.conv1.reach(wanted).within(level.size)
                given = block.conv0(given, conv0, inner, level, first, noise)
            given = block.conv1(given, conv1, wanted, level, first + 1, noise)
            colours = block.torgb(given, torgb, wanted, level)
            if img is not None:
                colours = colours + doubled(img, wanted, level.halved().size)
            img = Patch(colours, wanted)
        assert img is not None
        return Drawing(img.x, given.x)

    def regions(
        self, blocks: Sequence[SynthesisBlock], levels: Sequence[Level], wanted: Region
    ) -> list[Region]:
        """What every block has to draw so that the last one can draw what is wanted."""
        found = [wanted]
        for block, finer, level in zip(blocks[:0:-1], levels[:0:-1], levels[-2::-1], strict=True):
            inner = block.conv1.reach(found[-1]).within(finer.size)
            found.append(block.conv0.reach(inner).within(level.size))
        return found[::-1]

    def beginning(
        self, block: SynthesisBlock, level: Level, wanted: Region, num: int, dtype: torch.dtype
    ) -> Patch:
        """The constant, where the first block's convolution reaches."""
        region = block.conv1.reach(wanted).within(level.size)
        x = Patch(tile(block.const, level.size)[None], whole(level.size)).part(region)
        x = x.to(dtype).expand(num, -1, -1, -1)
        return Patch(x.contiguous(memory_format=torch.channels_last), region)


class Generator(nn.Module):
    """Mapping and synthesis network of one StyleGAN2."""

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        self.config = config
        self.mapping = MappingNetwork(config)
        self.synthesis = SynthesisNetwork(config)

    @property
    def num_ws(self) -> int:
        """L, the number of style layers."""
        return len(self.config.layout.layer_res)

    def broadcast(self, w: Tensor, base: Cells = SQUARE) -> LatentMap:
        """Plain StyleGAN2's latent from w [N, D] or [N, L, D]."""
        return constant(w, self.num_ws, base)

    def forward(self, z: Tensor, c: Tensor | None = None, truncation: float = 1.0) -> Tensor:
        """Generate pictures [N, 3, R, R] from z [N, Z]."""
        img: Tensor = self.synthesis(self.broadcast(self.mapping(z, c, truncation)))
        return img


def surrounded(latent: LatentMap, cells: int) -> LatentMap:
    """A latent with its border repeated over so many base cells on every side."""
    rows, columns = latent.base

    def grown(_: int, wmap: Tensor) -> Tensor:
        if tuple(wmap.shape[2:]) == (1, 1):
            return wmap
        down, across = cells * wmap.shape[2] // rows, cells * wmap.shape[3] // columns
        return F.pad(wmap, [across, across, down, down], mode="replicate")

    return LatentMap(latent.map(grown).layers, (rows + 2 * cells, columns + 2 * cells))


def level_of(res: int, base: Cells, surround: int) -> Level:
    """The plane of a latent at a resolution."""
    scale = res // 4
    return Level((base[0] * scale, base[1] * scale), surround * scale)


def doubled(img: Patch, region: Region, size: Size) -> Tensor:
    """Colours [N, 3, H, W] at twice the resolution, of a region there.

    Args:
        size: of the plane that the colours are on; beyond it are zeros.
    """
    reach = region.aligned(2).source()
    within = reach.within(size)
    x, padding = hemmed(img.part(within), within, reach)
    x = F.pad(x, [padding[1], padding[1], padding[0], padding[0]])
    return Patch(upsample2d(x), region.aligned(2).grown(1)).part(region)


def tile(x: Tensor, size: Cells) -> Tensor:
    """Repeat [..., h, w] over `size`."""
    height, width = size
    if tuple(x.shape[-2:]) == size:
        return x
    rows, columns = -(-height // x.shape[-2]), -(-width // x.shape[-1])
    return x.repeat(*[1] * (x.ndim - 2), rows, columns)[..., :height, :width]
