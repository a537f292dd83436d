"""The StyleGAN2 generator, taking a latent map where the original takes one vector per layer.

Parameters carry the names of NVIDIA's official PyTorch networks, so a converted checkpoint is a
rename away. Source: Karras et al. 2020 (StyleGAN2), skip architecture; the maps are ours.
"""

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.latents import SQUARE, Cells, LatentMap, Layout, constant
from models.layers import FullyConnected, StyleAffine
from models.noise import Noise, Place, constant_noise
from models.ops import (
    ACTIVATION_GAIN,
    LEAKY_SLOPE,
    demodulation,
    fir_filter,
    modulated_conv2d,
    normalize_2nd_moment,
    resize_map,
    smooth_filter,
    trim,
    upsample2d,
    with_noise,
)

SURROUND = 6  # base cells drawn around a picture of a homogeneous generator, and cut off
KEEP = 4  # pixels of each resolution around the picture on which the next one depends


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
    """The part of the picture that is drawn at one resolution.

    Attributes:
        size: height and width of the whole, with what is around the picture.
        edge: pixels on every side of the whole that are left out already.
        around: pixels on every side of the whole that are not of the picture.
    """

    size: Cells
    edge: int
    around: int

    def spare(self, cells: int) -> int:
        """Cells on every side of a map of so many rows that nothing drawn depends on; even, so that
        halves of the rest lie where halves of the whole do."""
        reach = self.edge * cells // self.size[0] - 1 if cells <= self.size[0] else 0
        return max(0, reach - reach % 2)

    def fit(self, styles: Tensor, spare: int) -> Tensor:
        """The styles of a map without its spare cells, resampled to what is drawn."""
        rows = styles.shape[2]
        if rows == 1:
            return styles
        outer = spare * self.size[0] // (rows + 2 * spare)
        whole = (self.size[0] - 2 * outer, self.size[1] - 2 * outer)
        return resize_map(styles, whole, self.edge - outer)

    def halved(self) -> "Level":
        """What is drawn, as a layer that doubles the resolution takes it in."""
        height, width = self.size
        return Level((height // 2, width // 2), self.edge // 2, self.around // 2)

    def within(self, kept: int) -> "Level":
        """The same with no more than `kept` pixels around the picture."""
        return replace(self, edge=max(self.edge, self.around - kept))

    def place(self, x: Tensor, layer: int) -> Place:
        """Where features [N, C, H, W] of this level lie, counted from the picture's corner."""
        begin = self.edge - self.around
        return Place(layer, begin, begin, x.shape[2], x.shape[3], x.shape[0])


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
        self.weight = nn.Parameter(torch.randn(out_ch, in_ch, 3, 3))
        self.noise_strength = nn.Parameter(torch.zeros([]))
        self.bias = nn.Parameter(torch.zeros(out_ch))
        self.register_buffer("noise_const", torch.randn(res, res))
        self.register_buffer("resample_filter", fir_filter(), persistent=False)

    def forward(self, x: Tensor, wmap: Tensor, level: "Level", layer: int, noise: Noise) -> Tensor:
        spare = level.spare(wmap.shape[2])
        styles = self.affine(trim(wmap, spare)).to(x.dtype)
        after = level.fit(styles, spare)
        if self.up:
            before = level.halved().fit(styles, spare)
            x = modulated_conv2d(x, self.weight, before, self.resample_filter)
        else:
            x = modulated_conv2d(x, self.weight, after)
        # The activation's gain, ahead of a leaky ReLU, for which it makes no difference.
        shift = self.bias.to(x.dtype)[:, None, None] * ACTIVATION_GAIN
        factor = demodulation(after, self.weight / ACTIVATION_GAIN)
        drawn = noise(self.noise_const, level.place(x, layer))
        if drawn is not None:
            strength = self.noise_strength * ACTIVATION_GAIN
            shift = with_noise(self.bias * ACTIVATION_GAIN, drawn, strength, x.dtype)
        x = F.leaky_relu(torch.addcmul(shift, x, factor), LEAKY_SLOPE, inplace=True)
        return x if self.clamp is None else x.clamp(-self.clamp, self.clamp)


class ToRGB(nn.Module):
    """Modulated 1×1 convolution to colours, without demodulation."""

    def __init__(self, config: GeneratorConfig, in_ch: int) -> None:
        super().__init__()
        self.clamp = config.conv_clamp
        self.affine = StyleAffine(config.w_dim, in_ch)
        self.weight = nn.Parameter(torch.randn(3, in_ch, 1, 1))
        self.bias = nn.Parameter(torch.zeros(3))

    def forward(self, x: Tensor, wmap: Tensor, level: "Level") -> Tensor:
        spare = level.spare(wmap.shape[2])
        styles = self.affine(trim(wmap, spare)).to(x.dtype) / math.sqrt(self.weight.shape[1])
        y = modulated_conv2d(x, self.weight, level.fit(styles, spare)).float()
        y = y + self.bias[:, None, None]
        return y if self.clamp is None else y.clamp(-self.clamp, self.clamp)


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
        doubling = smooth_filter() if config.homogeneous else fir_filter()
        self.register_buffer("resample_filter", doubling, persistent=False)


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
    ) -> Tensor:
        """The picture of a latent alone, as `draw` has it."""
        return self.draw(latent, noise, dtype, surround, finest).img

    def draw(
        self,
        latent: LatentMap,
        noise: Noise = constant_noise,
        dtype: torch.dtype = torch.float32,
        surround: int = 0,
        finest: int | None = None,
    ) -> Drawing:
        """Draw a latent.

        Args:
            latent: L maps [N, D, h_l, w_l]; its base sets the size of the picture.
            noise: the constant one makes the picture a function of the latent alone.
            dtype: what the convolutions run in; colours are summed in float32.
            surround: base cells on every side of the latent that are around the picture, of a
                homogeneous generator; without them, the picture's border is repeated.
            finest: resolution of the last block to draw; None: all.

        Returns:
            Pictures [N, 3, H, W] with their features; H = R · rows / 4, of the rows of the base
            that are not around the picture, and R the resolution, or `finest`.
        """
        if self.config.homogeneous and surround == 0:
            latent, surround = surrounded(latent, SURROUND), SURROUND
        rows, columns = latent.base
        num = latent.layers[0].shape[0]
        img: Tensor | None = None
        x = latent.layers[0].new_empty(0)
        edge = 0  # pixels of this resolution that are left out already, on every side
        blocks = [b for b in self.blocks() if finest is None or b.res <= finest]
        for k, block in enumerate(blocks):
            scale = block.res // 4
            level = Level((rows * scale, columns * scale), edge, surround * scale)
            first = 2 * k - 1  # style layer of conv0; conv1 is the next, ToRGB the one after
            conv0, conv1, torgb = (latent.layers[max(0, first + i)] for i in range(3))
            if block.res == 4:
                x = tile(block.const, latent.base).to(dtype).expand(num, -1, -1, -1)
                x = x.contiguous(memory_format=torch.channels_last)
            else:
                x = block.conv0(x, conv0, level, first, noise)
            kept = KEEP if block is not blocks[-1] else 0
            inner = level.within(kept)
            x = trim(x, max(0, inner.edge - edge - 1))  # the next convolution reaches one pixel
            x = block.conv1(x, conv1, level.within(kept + 1), first + 1, noise)
            x = trim(x, inner.edge - level.within(kept + 1).edge)
            colours = block.torgb(x, torgb, inner)
            if img is not None:
                colours = trim(upsample2d(img, block.resample_filter), inner.edge - edge) + colours
            img, edge = colours, 2 * inner.edge
        assert img is not None
        return Drawing(img, x)


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


def tile(x: Tensor, size: Cells) -> Tensor:
    """Repeat [..., h, w] over `size`."""
    height, width = size
    if tuple(x.shape[-2:]) == size:
        return x
    rows, columns = -(-height // x.shape[-2]), -(-width // x.shape[-1])
    return x.repeat(*[1] * (x.ndim - 2), rows, columns)[..., :height, :width]
