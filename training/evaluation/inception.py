"""The Inception features of the usual FID, by the `pytorch-fid` package, where the package and its
weights are present.

Nothing is downloaded here, as with LPIPS (`models/lpips.py`).
"""

import importlib.util
import logging
import pickle
import warnings
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from models.lpips import cache_dir

log = logging.getLogger(__name__)

UNUSABLE = (ImportError, AttributeError, KeyError, OSError, RuntimeError, pickle.UnpicklingError)
"""What building raises where the package and torch do not match, or the weights are damaged."""
WEIGHTS = "pt_inception-2015-12-05-6726825d.pth"


@dataclass(frozen=True)
class Inception:
    """The network up to its last pooling.

    Attributes:
        network: pictures in [0, 1] → [[N, 2048, 1, 1]]; it scales them to 299 px itself.
    """

    network: nn.Module

    def embedding(self, img: Tensor) -> Tensor:
        """Features [N, 2048] of pictures [N, 3, H, W] in [-1, 1].

        Source: Heusel et al. 2017.
        """
        (features,) = self.network(img.clamp(-1, 1) * 0.5 + 0.5)
        return torch.as_tensor(features).flatten(1)


def find_inception(device: torch.device) -> Inception | None:
    """The network if it is there, or None."""
    weights = cache_dir() / WEIGHTS
    if importlib.util.find_spec("pytorch_fid") is None or not weights.exists():
        return None
    try:
        return build(weights, device)
    except UNUSABLE as error:
        log.warning("Inception cannot be used: %s", error)
        return None


def build(weights: Path, device: torch.device) -> Inception:
    """The package's network with the weights of a file, of which nothing but tensors is read."""
    from pytorch_fid import inception

    def load(_url: str, **_options: object) -> dict[str, Tensor]:
        found: dict[str, Tensor] = torch.load(weights, map_location="cpu", weights_only=True)
        return found

    inception.load_state_dict_from_url = load  # the package's own would unpickle the file
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = inception.InceptionV3()
    return Inception(network.to(device).eval().requires_grad_(False))
