"""The StyleGAN2 generator, taking a latent map where the original takes one vector per layer.

Parameters carry the names of NVIDIA's official PyTorch networks, so a converted checkpoint is a
rename away. Source: Karras et al. 2020 (StyleGAN2), skip architecture; the maps are ours.
"""

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from models.latents import SQUARE, Cells, LatentMap, Layout, constant
from models.layers import FullyConnected, StyleAffine
from models.ops import (
    bias_act,
    fir_filter,
    modulated_conv2d,
    normalize_2nd_moment,
    resize_map,
    upsample2d,
)

NoiseMode = Literal["const", "random", "none"]


@dataclass(frozen=True)
class GeneratorConfig:
    """The architecture, with the official implementation's names and defaults.

    Attributes:
        grid: the finest latent grid offered for painting and encoding, in cells per side (ours).
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

    def forward(self, x: Tensor, wmap: Tensor, size: Cells, noise_mode: NoiseMode) -> Tensor:
        styles = resize_map(self.affine(wmap), size)
        up = self.resample_filter if self.up else None
        x = modulated_conv2d(x, self.weight, styles, up=up)
        if noise_mode != "none":
            x = x + (self.noise(x, noise_mode) * self.noise_strength).to(x.dtype)
        return bias_act(x, self.bias, self.clamp)

    def noise(self, x: Tensor, noise_mode: NoiseMode) -> Tensor:
        """Noise [N or 1, 1, H, W]; the constant one is repeated over wider pictures."""
        height, width = x.shape[2:]
        if noise_mode == "random":
            return torch.randn(x.shape[0], 1, height, width, device=x.device)
        return tile(self.noise_const, (height, width))[None, None]


class ToRGB(nn.Module):
    """Modulated 1×1 convolution to colours, without demodulation."""

    def __init__(self, config: GeneratorConfig, in_ch: int) -> None:
        super().__init__()
        self.clamp = config.conv_clamp
        self.affine = StyleAffine(config.w_dim, in_ch)
        self.weight = nn.Parameter(torch.randn(3, in_ch, 1, 1))
        self.bias = nn.Parameter(torch.zeros(3))

    def forward(self, x: Tensor, wmap: Tensor, size: Cells) -> Tensor:
        styles = resize_map(self.affine(wmap) / math.sqrt(self.weight.shape[1]), size)
        y = modulated_conv2d(x, self.weight, styles, demodulate=False).float()
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
            self.const = nn.Parameter(torch.randn(out_ch, 4, 4))
        else:
            self.conv0 = SynthesisLayer(config, config.channels(res // 2), out_ch, res, up=True)
        self.conv1 = SynthesisLayer(config, out_ch, out_ch, res, up=False)
        self.torgb = ToRGB(config, out_ch)
        self.register_buffer("resample_filter", fir_filter(), persistent=False)


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
        noise_mode: NoiseMode = "const",
        dtype: torch.dtype = torch.float32,
    ) -> Tensor:
        """Draw the picture of a latent.

        Args:
            latent: L maps [N, D, h_l, w_l]; its base sets the size of the picture.
            noise_mode: `const` is a function of the latent alone.
            dtype: what the convolutions run in; colours are summed in float32.

        Returns:
            img [N, 3, H, W] float32, nominally in [-1, 1]; H = R · base rows / 4.
        """
        wmaps = list(latent.layers)
        rows, columns = latent.base
        sizes = [(r * rows // 4, r * columns // 4) for r in self.config.layout.layer_res]
        num = wmaps[0].shape[0]
        img: Tensor | None = None
        x = wmaps[0].new_empty(0)
        for k, block in enumerate(self.blocks()):
            first = 2 * k - 1  # style layer of conv0; conv1 is the next, ToRGB the one after
            if block.res == 4:
                x = tile(block.const, latent.base).to(dtype).expand(num, -1, -1, -1)
                x = x.contiguous(memory_format=torch.channels_last)
            else:
                x = block.conv0(x, wmaps[first], sizes[first], noise_mode)
            x = block.conv1(x, wmaps[first + 1], sizes[first + 1], noise_mode)
            colours = block.torgb(x, wmaps[first + 2], sizes[first + 2])
            img = colours if img is None else upsample2d(img, block.resample_filter) + colours
        assert img is not None
        return img


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


def tile(x: Tensor, size: Cells) -> Tensor:
    """Repeat [..., h, w] over `size`."""
    height, width = size
    if tuple(x.shape[-2:]) == size:
        return x
    rows, columns = -(-height // x.shape[-2]), -(-width // x.shape[-1])
    return x.repeat(*[1] * (x.ndim - 2), rows, columns)[..., :height, :width]
