"""The encoders of pSp and e4e: picture → one w for every style layer.

A residual network down to sixteen cells a side (IR-SE50, of face recognition), a pyramid back up,
and a head for every style layer on the level that it draws at. Parts and weights have the names
that they have in those projects' files (`models/checkpoints/style_encoders.py`). Sources:
eladrich/pixel2style2pixel@5cfff38 and omertov/encoder4editing@99ea505, models/encoders.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.errors import ShapeError
from models.latents import Layout, constant, embed
from models.shapes import check_shape
from models.whitening import Whitening

SIDE = 256  # pixels that a picture is brought to
STAGES = ((1, 3), (2, 4), (4, 14), (8, 3))
"""(width in units of the first stage's, blocks) on the way down; each stage halves."""
FINE, MIDDLE = 6, 20  # the blocks after which features go into the pyramid, beside the last one
LEVELS = ((16, 3), (32, 7), (64, math.inf))
"""(cells a side, style layers before this one) that read each level of the pyramid."""
SLOPE = 0.01  # of the heads' leaky ReLU


@dataclass(frozen=True)
class StyleEncoderConfig:
    """Architecture.

    Attributes:
        kind: `psp` reads every layer's w by itself; `e4e` one w for all of them, and of every layer
            how it differs.
        num_styles: L.
        w_dim: D; channels of the pyramid, too.
        rows: of the 256 of a square picture, how many in its middle are looked at: cars are wide.
    """

    kind: Literal["psp", "e4e"]
    num_styles: int
    w_dim: int = 512
    rows: int = SIDE


class StyleEncoder(nn.Module):
    """img [N, 3, R, R] → w [N, L, D]. Its weights may be kept in half precision."""

    latent_avg: Tensor

    def __init__(self, config: StyleEncoderConfig) -> None:
        super().__init__()
        self.config = config
        dim, width = config.w_dim, config.w_dim // 8
        self.input_layer = nn.Sequential(
            Conv(3, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.PReLU(width)
        )
        blocks: list[nn.Module] = []
        before = width
        for factor, num_blocks in STAGES:
            for k in range(num_blocks):
                blocks.append(Block(before, factor * width, stride=1 if k else 2))
                before = factor * width
        self.body = nn.Sequential(*blocks)
        self.latlayer1 = Conv(4 * width, dim, 1)
        self.latlayer2 = Conv(2 * width, dim, 1)
        self.styles = nn.ModuleList(Head(dim, cells_read(i)) for i in range(config.num_styles))
        self.register_buffer("latent_avg", torch.zeros(config.num_styles, dim))

    def for_layers(self, num: int) -> "StyleEncoder":
        """The same encoder for a generator of fewer style layers, without what it does not need.

        Raises:
            ShapeError: the generator has more of them.
        """
        if num > self.config.num_styles:
            raise ShapeError(f"it is for {self.config.num_styles} style layers, not for {num}")
        if num == self.config.num_styles:
            return self
        dropped = tuple(f"styles.{i}." for i in range(num, self.config.num_styles))
        state = {k: v for k, v in self.state_dict().items() if not k.startswith(dropped)}
        state["latent_avg"] = self.latent_avg[:num].clone()
        return assembled(replace(self.config, num_styles=num), state)

    def in_coordinates(self, before: Whitening, after: Whitening) -> "StyleEncoder":
        """The same encoder: it finds w, whatever the whitened coordinates are."""
        return self

    def coordinates(self, img: Tensor, whitening: Whitening, layout: Layout) -> list[Tensor]:
        """Pictures as L whitened maps [N, K, h_l, w_l] of the space `S+`, one value in all cells of
        each. In float32, which on a CPU is also faster than bfloat16 (decision 85)."""
        with torch.autocast(img.device.type, enabled=False):
            codes = self(img)
        v = whitening.to_v(codes.transpose(1, 2)).transpose(1, 2)  # [N, L, K]
        return list(embed(constant(v, len(layout.layer_res)), "S+", layout).layers)

    def forward(self, img: Tensor) -> Tensor:
        check_shape("img", img, [None, 3, None, None])
        x = self.seen(img).contiguous(memory_format=torch.channels_last)
        # Down.
        x = self.input_layer(x)
        taken = {}
        for k, block in enumerate(self.body):
            x = block(x)
            if k in (FINE, MIDDLE):
                taken[k] = x
        # Up.
        middle = added(x, self.latlayer1(taken[MIDDLE]))
        fine = added(middle, self.latlayer2(taken[FINE]))
        # Heads.
        levels = {16: x, 32: middle, 64: fine}
        read = [head(levels[cells_read(i)]) for i, head in enumerate(self.styles)]
        codes = torch.stack(read, dim=1)  # [N, L, D]
        if self.config.kind == "e4e":
            codes = torch.cat([codes[:, :1], codes[:, :1] + codes[:, 1:]], dim=1)
        return codes + self.latent_avg

    def seen(self, img: Tensor) -> Tensor:
        """What is looked at of pictures [N, 3, R, R], in its own size: [N, 3, rows, 256]."""
        cut = img.shape[2] * (SIDE - self.config.rows) // (2 * SIDE)
        part = img[:, :, cut : img.shape[2] - cut]
        size = (self.config.rows, SIDE)
        if tuple(part.shape[2:]) == size:
            return part
        # As Pillow's bilinear filter does, with which those encoders were trained.
        return F.interpolate(part, size=size, mode="bilinear", align_corners=False, antialias=True)


def assembled(config: StyleEncoderConfig, state: Mapping[str, Tensor]) -> StyleEncoder:
    """An encoder of these very weights, in the types that they have, to be used and not trained.

    Raises:
        RuntimeError: they are not those of the architecture.
    """
    with torch.device("meta"):
        encoder = StyleEncoder(config)
    encoder.load_state_dict(state, assign=True)
    return encoder.eval().requires_grad_(False)


class Conv(nn.Conv2d):
    """A convolution whose weights may be kept in a smaller type than it computes in."""

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight.to(x.dtype)
        return F.conv2d(x, weight, self.bias, self.stride, self.padding)


class Block(nn.Module):
    """A residual block of IR-SE50."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.shortcut_layer: nn.Module
        if before == after:
            self.shortcut_layer = nn.MaxPool2d(1, stride)
        else:
            self.shortcut_layer = nn.Sequential(
                Conv(before, after, 1, stride, bias=False), nn.BatchNorm2d(after)
            )
        self.res_layer = nn.Sequential(
            nn.BatchNorm2d(before),
            Conv(before, after, 3, padding=1, bias=False),
            nn.PReLU(after),
            Conv(after, after, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(after),
            Excitation(after),
        )

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.res_layer(x) + self.shortcut_layer(x)
        return found


class Excitation(nn.Module):
    """Weighs channels by what the whole picture says of each. Source: Hu et al. 2018 (SENet)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.fc1 = Conv(channels, channels // 16, 1, bias=False)
        self.fc2 = Conv(channels // 16, channels, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        whole = x.mean(dim=(2, 3), keepdim=True)
        return x * torch.sigmoid(self.fc2(F.relu(self.fc1(whole))))


class Head(nn.Module):
    """One style layer's w [N, D], by halving a level of the pyramid until one cell is left."""

    def __init__(self, dim: int, cells: int) -> None:
        super().__init__()
        self.convs = nn.Sequential()
        for _ in range(int(math.log2(cells))):
            self.convs.append(Conv(dim, dim, 3, stride=2, padding=1))
            self.convs.append(nn.LeakyReLU(SLOPE))
        self.linear = Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.linear(self.convs(x).flatten(1))
        return found


class Linear(nn.Linear):
    """A linear layer whose weight is scaled at run time, and may be kept in a smaller type."""

    def forward(self, x: Tensor) -> Tensor:
        gain = 1 / math.sqrt(self.in_features)
        return F.linear(x, self.weight.to(x.dtype) * gain, self.bias)


def cells_read(layer: int) -> int:
    """Cells a side of the level that a style layer's head reads."""
    return next(cells for cells, end in LEVELS if layer < end)


def added(coarse: Tensor, fine: Tensor) -> Tensor:
    """A level of the pyramid: the coarser one, enlarged, and what is new in it."""
    size = fine.shape[2:]
    return F.interpolate(coarse, size=size, mode="bilinear", align_corners=True) + fine
