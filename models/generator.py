"""The StyleGAN2 generator, taking a latent map where the original takes one vector per layer.

Parameters carry the names of NVIDIA's official PyTorch networks, so a converted checkpoint is a
rename away. Source: Karras et al. 2020 (StyleGAN2), skip architecture; the maps are ours.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.latents import SQUARE, Cells, LatentMap, Layout, constant
from models.layers import FullyConnected
from models.modulated import SynthesisLayer, ToRGB, halved
from models.noise import Noise, constant_noise, noise_from
from models.ops import normalize_2nd_moment, smoothly_upsample2d, upsample2d
from models.region import Patch, Region, Size, hem_of, hemmed, whole

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


class SynthesisBlock(nn.Module):
    """The layers of one resolution: (conv0,) conv1 and the skip to colours."""

    def __init__(self, config: GeneratorConfig, res: int) -> None:
        super().__init__()
        self.res = res
        w_dim, out_ch, clamp = config.w_dim, config.channels(res), config.conv_clamp
        if res == 4:
            side = 1 if config.homogeneous else 4
            self.const = nn.Parameter(torch.randn(out_ch, side, side))
        else:
            in_ch = config.channels(res // 2)
            self.conv0 = SynthesisLayer(w_dim, in_ch, out_ch, res, True, clamp)
        self.conv1 = SynthesisLayer(w_dim, out_ch, out_ch, res, False, clamp)
        self.torgb = ToRGB(w_dim, out_ch, clamp)


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
        self.upsample = smoothly_upsample2d if config.homogeneous else upsample2d
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
            region: of the picture, to draw that alone: what it is in the whole; None: all. A latent
                of some cells alone, with which a homogeneous generator can do, needs one that they
                reach `SURROUND` cells beyond, or up to the picture's border.

        Returns:
            Pictures [N, 3, H, W] with their features; without a region, H = R · rows / 4, of the
            rows of the base that are not around the picture, and R the resolution, or `finest`.
        """
        known = latent.cells or whole(latent.base).shifted(-surround, -surround)
        plane = known
        if self.config.homogeneous and surround == 0:
            plane = beyond_border(known, latent.base)
        noise = noise_from(noise, plane.top, plane.left)
        blocks = [b for b in self.blocks() if finest is None or b.res <= finest]
        sizes = [size_at(block.res, plane.size) for block in blocks]
        scale = blocks[-1].res // SQUARE[0]
        region = region or known.grown(-surround).times(scale)
        region = region.shifted(-plane.top * scale, -plane.left * scale)
        regions = self.regions(blocks, sizes, region)
        img: Patch | None = None
        given = self.beginning(blocks[0], sizes[0], regions[0], len(latent.layers[0]), dtype)
        for k, (block, size, wanted) in enumerate(zip(blocks, sizes, regions, strict=True)):
            first = 2 * k - 1  # style layer of conv0; conv1 is the next, ToRGB the one after
            conv0, conv1, torgb = (
                repeated(latent.layers[max(0, first + i)], known, plane)
                for i in range(3)  # one block's at a time: together they are large
            )
            if k > 0:
                inner = block.conv1.reach(wanted).within(size)
                given = block.conv0(given, conv0, inner, size, first, noise)
            given = block.conv1(given, conv1, wanted, size, first + 1, noise)
            colours = block.torgb(given, torgb, wanted, size)
            if img is not None:
                colours = colours + doubled(img, wanted, halved(size), self.upsample)
            img = Patch(colours, wanted)
        assert img is not None
        return Drawing(img.x, given.x)

    def regions(
        self, blocks: Sequence[SynthesisBlock], sizes: Sequence[Size], wanted: Region
    ) -> list[Region]:
        """What every block has to draw so that the last one can draw what is wanted."""
        found = [wanted]
        for block, finer, size in zip(blocks[:0:-1], sizes[:0:-1], sizes[-2::-1], strict=True):
            inner = block.conv1.reach(found[-1]).within(finer)
            found.append(block.conv0.reach(inner).within(size))
        return found[::-1]

    def beginning(
        self, block: SynthesisBlock, size: Size, wanted: Region, num: int, dtype: torch.dtype
    ) -> Patch:
        """The constant, where the first block's convolution reaches."""
        region = block.conv1.reach(wanted).within(size)
        x = Patch(tile(block.const, size)[None], whole(size)).part(region)
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


def beyond_border(cells: Region, base: Cells) -> Region:
    """Some cells of a base, and `SURROUND` beyond its border where they reach it."""
    rows, columns = base
    return Region(
        cells.top - SURROUND * (cells.top == 0),
        cells.bottom + SURROUND * (cells.bottom == rows),
        cells.left - SURROUND * (cells.left == 0),
        cells.right + SURROUND * (cells.right == columns),
    )


def repeated(wmap: Tensor, known: Region, plane: Region) -> Tensor:
    """A map [N, D, h, w] of known base cells on a plane: its border is repeated."""
    if known == plane or tuple(wmap.shape[2:]) == (1, 1):
        return wmap
    left, right, top, bottom = hem_of(known, plane)
    down, across = wmap.shape[2], wmap.shape[3]
    rows = (top * down // known.height, bottom * down // known.height)
    columns = (left * across // known.width, right * across // known.width)
    return F.pad(wmap, [*columns, *rows], mode="replicate")


def size_at(res: int, base: Cells) -> Size:
    """Height and width of the plane of a base at a resolution."""
    scale = res // SQUARE[0]
    return (base[0] * scale, base[1] * scale)


def doubled(img: Patch, region: Region, size: Size, upsample: Callable[[Tensor], Tensor]) -> Tensor:
    """Colours [N, 3, H, W] at twice the resolution, of a region there.

    Args:
        size: of the plane that the colours are on; beyond it are zeros.
        upsample: [N, 3, H, W] → [N, 3, 2H - 4, 2W - 4].
    """
    reach = region.aligned(2).source()
    within = reach.within(size)
    x, padding = hemmed(img.part(within), within, reach)
    x = F.pad(x, [padding[1], padding[1], padding[0], padding[0]])
    return Patch(upsample(x), region.aligned(2)).part(region)


def tile(x: Tensor, size: Cells) -> Tensor:
    """Repeat [..., h, w] over `size`."""
    height, width = size
    if tuple(x.shape[-2:]) == size:
        return x
    rows, columns = -(-height // x.shape[-2]), -(-width // x.shape[-1])
    return x.repeat(*[1] * (x.ndim - 2), rows, columns)[..., :height, :width]
