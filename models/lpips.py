"""LPIPS (Zhang et al. 2018) by its authors' package, where the package and its weights are present.

Nothing is downloaded here: the package would fetch its backbone on first use, so it is only asked
for one that lies in torch's cache already.
"""

import functools
import importlib.util
import logging
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from models.metrics import comparable

log = logging.getLogger(__name__)

WEIGHTS = {"vgg": "vgg16-397923af.pth", "alex": "alexnet-owt-7be5be79.pth"}
"""Files of the backbones in torch's cache, in order of preference."""


@dataclass(frozen=True)
class Lpips:
    """The distance, with one backbone.

    Attributes:
        network: (img, other) → [N, 1, 1, 1].
        backbone: `vgg` or `alex`.
    """

    network: nn.Module
    backbone: str

    @property
    def name(self) -> str:
        """As `perceptual_metric` gives it."""
        return f"lpips-{self.backbone}"

    def distance(self, img: Tensor, other: Tensor) -> Tensor:
        """LPIPS [N] between pictures [N, 3, H, W] in [-1, 1]."""
        distance: Tensor = self.network(comparable(img), comparable(other)).flatten()
        return distance


def cache_dir() -> Path:
    """Where torchvision keeps weights."""
    return Path(torch.hub.get_dir()) / "checkpoints"


def is_installed() -> bool:
    """Whether the package is there."""
    return importlib.util.find_spec("lpips") is not None


def present() -> list[str]:
    """The backbones whose weights are there."""
    return [name for name, file in WEIGHTS.items() if (cache_dir() / file).exists()]


@functools.cache
def find_lpips(device: torch.device) -> Lpips | None:
    """LPIPS with the best backbone that is there, or None; loaded once for each device."""
    if not is_installed() or not present():
        return None
    backbone = present()[0]
    try:
        network = build(backbone)
    except Exception as error:  # the package and torch do not match, or the weights are damaged
        log.warning("LPIPS cannot be used: %s", error)
        return None
    return Lpips(network.to(device).eval().requires_grad_(False), backbone)


def build(backbone: str, make: Callable[..., nn.Module] | None = None) -> nn.Module:
    """The package's network; `make` stands in for its class in tests."""
    if make is None:
        from lpips import LPIPS

        make = LPIPS
    with warnings.catch_warnings():  # the package uses torchvision's older calls
        warnings.simplefilter("ignore")
        return make(net=backbone, verbose=False)
