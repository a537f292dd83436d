"""The spatial encoder: picture → whitened coordinates of every style layer's map.

A convolutional pyramid down to 4×4 and back up; each style layer's map is read at its own
resolution. It predicts whitened coordinates, so zero is the mean latent and plausible output is
about unit size. Ours; the pyramid follows Lin et al. 2017 (FPN).
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.latents import Layout


@dataclass(frozen=True)
class EncoderConfig:
    """Architecture.

    Attributes:
        num_live: K, whitened coordinates per cell.
        width: channels of the finest level; doubled at every halving up to `max_width`.
    """

    num_live: int
    width: int = 24
    max_width: int = 128


class Encoder(nn.Module):
    """img [N, 3, R, R] → L maps [N, K, h_l, w_l] of the space `S+`."""

    def __init__(self, config: EncoderConfig, layout: Layout) -> None:
        super().__init__()
        self.config = config
        self.layout = layout
        sizes = [layout.resolution >> k for k in range(layout.resolution.bit_length() - 2)]
        widths = [min(config.width << k, config.max_width) for k in range(len(sizes))]
        self.stem = conv(3, widths[0])
        self.down = nn.ModuleList(
            nn.Sequential(conv(a, b, stride=2), conv(b, b))
            for a, b in zip(widths, widths[1:], strict=False)
        )
        coarse_to_fine = list(zip(sizes, widths, strict=True))[::-1]
        read = [(size, width) for size, width in coarse_to_fine if size <= layout.grid]
        self.lateral = nn.ModuleDict({str(s): nn.Conv2d(w, config.max_width, 1) for s, w in read})
        self.up = nn.ModuleDict({str(s): conv(config.max_width, config.max_width) for s, _ in read})
        self.heads = nn.ModuleList()
        for _ in layout.layer_res:
            head = nn.Conv2d(config.max_width, config.num_live, 3, padding=1)
            nn.init.zeros_(head.weight)
            nn.init.zeros_(head.bias)  # type: ignore[arg-type]
            self.heads.append(head)

    def forward(self, img: Tensor) -> list[Tensor]:
        # Down: features at every resolution.
        x = self.stem(img.contiguous(memory_format=torch.channels_last))
        levels = {x.shape[2]: x}
        for stage in self.down:
            x = stage(x)
            levels[x.shape[2]] = x
        # Up: coarse context joins each finer level.
        rising: dict[int, Tensor] = {}
        context: Tensor | None = None
        for key, lateral in self.lateral.items():
            level = lateral(levels[int(key)])
            if context is not None:
                level = level + F.interpolate(context, scale_factor=2, mode="nearest")
            context = level + self.up[key](level)
            rising[int(key)] = context
        # Heads: one map per style layer.
        cells = [min(res, self.layout.grid) for res in self.layout.layer_res]
        return [head(rising[size]) for head, size in zip(self.heads, cells, strict=True)]


def conv(in_channels: int, out_channels: int, stride: int = 1) -> nn.Sequential:
    """3×3 convolution and leaky ReLU."""
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1), nn.LeakyReLU(0.2)
    )
