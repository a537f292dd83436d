"""The spatial encoder: picture → whitened coordinates of every style layer's map.

A convolutional trunk down to 4×4, as the perceptual network has it, whose weights it may begin
with; a reading of the whole picture; and a pyramid back up, on which each style layer's map is
read at its own resolution. It predicts whitened coordinates, so zero is the mean latent and
plausible output is about unit size. Ours; the pyramid follows Lin et al. 2017 (FPN).
"""

from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.latents import Layout
from models.perceptual import PerceptualNet, downward
from models.whitening import Whitening, change_of_coordinates

SLOPE = 0.2  # of the leaky ReLU on the way up


@dataclass(frozen=True)
class EncoderConfig:
    """Architecture.

    Attributes:
        num_live: K, whitened coordinates per cell.
        widths: channels of the stages down, each of which halves the picture; from R to 4 px.
        embedding: size of the reading of the whole picture.
        width: channels on the way up.
    """

    num_live: int
    widths: tuple[int, ...]
    embedding: int = 128
    width: int = 128


def usual_widths(resolution: int) -> tuple[int, ...]:
    """Widths of the stages down for pictures of that size."""
    num_stages = resolution.bit_length() - 3
    return tuple(min(24 << k, 128) for k in range(num_stages))


class Encoder(nn.Module):
    """img [N, 3, R, R] → L maps [N, K, h_l, w_l] of the space `S+`."""

    def __init__(self, config: EncoderConfig, layout: Layout) -> None:
        super().__init__()
        self.config = config
        self.layout = layout
        self.stages = downward(config.widths)
        self.embed = nn.Linear(config.widths[-1] * 16, config.embedding)
        self.spread = nn.Linear(config.embedding, config.width)
        sizes = [layout.resolution >> (k + 1) for k in range(len(config.widths))]
        levels = [(s, w) for s, w in zip(sizes, config.widths, strict=True) if s <= layout.grid]
        self.lateral = nn.ModuleDict({str(s): nn.Conv2d(w, config.width, 1) for s, w in levels})
        self.up = nn.ModuleDict({str(s): conv(config.width) for s, _ in levels})
        self.heads = nn.ModuleList()
        for _ in layout.layer_res:
            head = nn.Conv2d(config.width, config.num_live, 3, padding=1)
            nn.init.zeros_(head.weight)
            nn.init.zeros_(head.bias)  # type: ignore[arg-type]
            self.heads.append(head)

    def begin_with(self, perceptual: PerceptualNet) -> None:
        """Take over what a perceptual network of the same trunk has learnt to see."""
        self.stages.load_state_dict(perceptual.stages.state_dict())
        self.embed.load_state_dict(perceptual.embed.state_dict())

    @torch.no_grad()
    def in_coordinates(self, before: Whitening, after: Whitening) -> "Encoder":
        """The same encoder for other whitened coordinates: it finds the same w, but for what is
        dead in the new ones."""
        turn, shift = change_of_coordinates(before, after)
        other = Encoder(replace(self.config, num_live=after.num_live), self.layout)
        own = {k: v for k, v in self.state_dict().items() if not k.startswith("heads.")}
        missing, _ = other.load_state_dict(own, strict=False)
        assert all(name.startswith("heads.") for name in missing), missing
        for old, new in zip(self.heads, other.heads, strict=True):
            assert isinstance(old, nn.Conv2d) and isinstance(new, nn.Conv2d)
            assert old.bias is not None and new.bias is not None
            new.weight.copy_(torch.einsum("kj,jchw->kchw", turn, old.weight))
            new.bias.copy_(turn @ old.bias + shift)
        return other.to(self.spread.weight.device).eval().requires_grad_(False)

    def forward(self, img: Tensor) -> list[Tensor]:
        # Down: features at every resolution, and the reading of the whole.
        x = img.contiguous(memory_format=torch.channels_last)
        found: dict[int, Tensor] = {}
        for stage in self.stages:
            x = stage(x)
            found[x.shape[2]] = x
        whole = F.leaky_relu(self.embed(x.flatten(1)), SLOPE)
        context = self.spread(whole)[:, :, None, None].expand(-1, -1, 4, 4)
        # Up: the coarse joins each finer level.
        rising: dict[int, Tensor] = {}
        for size in sorted(map(int, self.lateral)):
            if size > context.shape[2]:
                context = F.interpolate(context, scale_factor=2, mode="nearest")
            level = self.lateral[str(size)](found[size]) + context
            context = level + self.up[str(size)](level)
            rising[size] = context
        while context.shape[2] < self.layout.grid:  # a grid as fine as the picture itself
            context = F.interpolate(context, scale_factor=2, mode="nearest")
            rising[context.shape[2]] = context
        # Heads: one map per style layer.
        cells = [min(res, self.layout.grid) for res in self.layout.layer_res]
        return [head(rising[size]) for head, size in zip(self.heads, cells, strict=True)]


def conv(channels: int) -> nn.Sequential:
    """3×3 convolution and leaky ReLU, begun so that signals keep their size (He et al. 2015)."""
    layer = nn.Conv2d(channels, channels, 3, padding=1)
    nn.init.kaiming_normal_(layer.weight, a=SLOPE)
    return nn.Sequential(layer, nn.LeakyReLU(SLOPE))
