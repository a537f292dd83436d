"""ST-LPIPS (Ghildyal and Liu 2022), where its authors' package is present: a learned distance of
pictures that forgives a shift by a pixel or two.

The package `stlpips-pytorch` (BSD-2-Clause) carries its whole network, which is read from its file
without importing the package. It was trained from nothing on human judgements: a relative of LPIPS
(`models/lpips.py`), whose figures its own do not compare with.
"""

import functools
import importlib.util
import logging
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.checkpoints.reader import one_line, read_by_head
from models.errors import CheckpointError
from models.metrics import comparable

log = logging.getLogger(__name__)

PACKAGE = "stlpips_pytorch"
WEIGHTS = "weights/vST0.0/alex_shift_tolerant.pth"
"""Of AlexNet, in the package. Its VGG costs four times as much."""
CONVOLUTIONS = ("slice1.0", "slice2.5", "slice3.9", "slice4.11", "slice5.13")
"""The package's names of them."""
EPS = 1e-10


class ShiftTolerantNet(nn.Module):
    """AlexNet whose strides are those of blurs, and a weight for each of its channels.

    Source: abhijay9/ShiftTolerant-LPIPS@9a53cd5, variant `shift_tolerant` of `alex`.
    """

    shift: Tensor
    scale: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList(
            (
                nn.Conv2d(3, 64, 11, padding=2),
                nn.Conv2d(64, 192, 5, padding=2),
                nn.Conv2d(192, 384, 3, padding=1),
                nn.Conv2d(384, 256, 3, padding=1),
                nn.Conv2d(256, 256, 3, padding=1),
            )
        )
        self.weights = nn.ParameterList(torch.zeros(1, c, 1, 1) for c in (64, 192, 384, 256, 256))
        self.register_buffer("shift", torch.zeros(1, 3, 1, 1))
        self.register_buffer("scale", torch.ones(1, 3, 1, 1))

    def forward(self, img: Tensor, other: Tensor) -> Tensor:
        """The distance [N] of pictures [N, 3, H, W] in [-1, 1], of 32 px or more."""
        pairs = zip(self.features(img), self.features(other), self.weights, strict=True)
        parts = [((a - b).square() * weight).sum(dim=1).mean(dim=(1, 2)) for a, b, weight in pairs]
        return torch.stack(parts).sum(dim=0)

    def features(self, img: Tensor) -> list[Tensor]:
        """What every convolution finds, [N, C, h, w], as directions of length 1."""
        first, second, third, *others = self.convolutions
        x = F.relu(halved(first((img - self.shift) / self.scale)))
        found = [x]
        for convolution in (second, third):
            x = F.relu(convolution(halved(F.max_pool2d(x, 3, stride=1))))
            found.append(x)
        for convolution in others:
            x = F.relu(convolution(x))
            found.append(x)
        return [F.normalize(x.float(), dim=1, eps=EPS) for x in found]


def halved(x: Tensor) -> Tensor:
    """Every second pixel of a blur by (1, 2, 1)/4: a mean of neighbours, and a mean of those."""
    padded = F.pad(x, (2, 2, 2, 2), mode="reflect")
    return F.avg_pool2d(F.avg_pool2d(padded, 2, stride=1), 2)


@dataclass(frozen=True)
class StLpips:
    """The distance, with its network."""

    network: ShiftTolerantNet
    name: str = "st-lpips-alex"

    def distance(self, img: Tensor, other: Tensor) -> Tensor:
        """ST-LPIPS [N] between pictures [N, 3, H, W] in [-1, 1]."""
        distance: Tensor = self.network(comparable(img), comparable(other))
        return distance


def weights_path() -> Path | None:
    """Where the package has its weights; None, if it is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    places = (spec.submodule_search_locations if spec else None) or []
    return next((file for place in places if (file := Path(place) / WEIGHTS).is_file()), None)


@functools.cache
def find_st_lpips(device: torch.device) -> StLpips | None:
    """ST-LPIPS, or None without the package; loaded once for each device."""
    path = weights_path()
    if path is None:
        return None
    try:
        network = read_network(path)
    except CheckpointError as error:  # another version of the package, or a damaged one
        log.warning("ST-LPIPS cannot be used: %s", error)
        return None
    return StLpips(network.to(device).eval().requires_grad_(False))


def read_network(path: Path) -> ShiftTolerantNet:
    """The network in the package's file of weights.

    Raises:
        CheckpointError: the file is missing, damaged, or holds something else.
    """
    with one_line(path):
        values = read_by_head(path)
        state = {name: values[f"scaling_layer.{name}"].tensor() for name in ("shift", "scale")}
        for k, name in enumerate(CONVOLUTIONS):
            state[f"weights.{k}"] = values[f"lin{k}.model.1.weight"].tensor()
            for part in ("weight", "bias"):
                state[f"convolutions.{k}.{part}"] = values[f"net.{name}.{part}"].tensor()
        network = ShiftTolerantNet()
        network.load_state_dict(state)
        return network
