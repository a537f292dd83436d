"""The StyleGAN2 discriminator, residual architecture.

Source: Karras et al. 2020 (StyleGAN2), section 4; names as in the official networks.
"""

import math

import torch
from torch import Tensor, nn

from models.generator import GeneratorConfig
from models.layers import Conv2d, FullyConnected
from models.ops import normalize_2nd_moment


class DiscriminatorBlock(nn.Module):
    """Two convolutions and a skip, halving the resolution; the finest also reads the colours."""

    def __init__(self, in_ch: int, out_ch: int, *, reads_rgb: bool, clamp: float | None) -> None:
        super().__init__()
        self.fromrgb = Conv2d(3, in_ch, 1, clamp=clamp) if reads_rgb else None
        self.conv0 = Conv2d(in_ch, in_ch, 3, clamp=clamp)
        self.conv1 = Conv2d(in_ch, out_ch, 3, down=True, clamp=clamp)
        self.skip = Conv2d(in_ch, out_ch, 1, activate=False, bias=False, down=True)

    def forward(self, x: Tensor) -> Tensor:
        if self.fromrgb is not None:
            x = self.fromrgb(x)
        y: Tensor = self.skip(x) + self.conv1(self.conv0(x))
        return y * math.sqrt(0.5)


def minibatch_std(x: Tensor, group_size: int) -> Tensor:
    """Append the standard deviation over groups of the batch as one more channel.

    Source: Karras et al. 2018, section 3.
    """
    n, c, h, w = x.shape
    group = math.gcd(group_size, n)
    y = x.float().reshape(group, n // group, c, h, w)
    spread = (y.var(dim=0, unbiased=False) + 1e-8).sqrt().mean(dim=(1, 2, 3))  # [n // group]
    channel = spread.to(x.dtype).repeat(group)[:, None, None, None].expand(n, 1, h, w)
    return torch.cat([x, channel], dim=1)


class Discriminator(nn.Module):
    """img [N, 3, R, R] → logits [N, 1] (projected on the class when conditional)."""

    def __init__(self, config: GeneratorConfig, mbstd_group_size: int = 4) -> None:
        super().__init__()
        self.config = config
        self.mbstd_group_size = mbstd_group_size
        for res in reversed(config.block_res[1:]):
            block = DiscriminatorBlock(
                config.channels(res),
                config.channels(res // 2),
                reads_rgb=res == config.img_resolution,
                clamp=config.conv_clamp,
            )
            self.add_module(f"b{res}", block)
        channels = config.channels(4)
        extra = 1 if mbstd_group_size > 1 else 0
        self.conv = Conv2d(channels + extra, channels, 3, clamp=config.conv_clamp)
        self.fc = FullyConnected(channels * 16, channels, activate=True)
        self.out = FullyConnected(channels, config.w_dim if config.c_dim else 1)
        self.embed = FullyConnected(config.c_dim, config.w_dim) if config.c_dim else None

    def forward(
        self, img: Tensor, c: Tensor | None = None, dtype: torch.dtype = torch.float32
    ) -> Tensor:
        x = img.to(dtype).contiguous(memory_format=torch.channels_last)
        for res in reversed(self.config.block_res[1:]):
            x = self.get_submodule(f"b{res}")(x)
        if self.mbstd_group_size > 1:
            x = minibatch_std(x, self.mbstd_group_size)
        logits: Tensor = self.out(self.fc(self.conv(x).float().flatten(1)))
        if self.embed is None or c is None:
            return logits
        label = normalize_2nd_moment(self.embed(c))
        return (logits * label).sum(dim=1, keepdim=True) / math.sqrt(self.config.w_dim)
