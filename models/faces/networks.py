"""The three networks of MTCNN (Zhang et al. 2016, "Joint Face Detection and Alignment using
Multi-task Cascaded Convolutional Networks"), each a closer look at what the one before proposes.

The weights are those that David Sandberg trained, as facenet-pytorch has them (MIT);
`scripts/convert_mtcnn.py` made our file of theirs.
"""

from functools import cache
from pathlib import Path

import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

WEIGHTS = Path(__file__).parent / "weights" / "mtcnn.safetensors"


class Proposal(nn.Module):
    """Every place of a picture [N, 3, H, W] → probability [N, h, w] of a face in 12 × 12 px, from
    twice that place on, and corrections [N, 4, h, w] of its edges."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.ModuleList([conv(3, 10, 3), conv(10, 16, 3), conv(16, 32, 3)])
        self.score = nn.Conv2d(32, 2, 1)
        self.edges = nn.Conv2d(32, 4, 1)

    def forward(self, img: Tensor) -> tuple[Tensor, Tensor]:
        x = F.max_pool2d(self.features[0](img), 2, 2, ceil_mode=True)
        x = self.features[2](self.features[1](x))
        return self.score(x).softmax(dim=1)[:, 1], self.edges(x)


class Refinement(nn.Module):
    """Pictures [N, 3, 24, 24] → probability [N] of a face, and corrections [N, 4]."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.ModuleList([conv(3, 28, 3), conv(28, 48, 3), conv(48, 64, 2)])
        self.whole = nn.Sequential(nn.Linear(576, 128), nn.PReLU(128))
        self.score = nn.Linear(128, 2)
        self.edges = nn.Linear(128, 4)

    def forward(self, img: Tensor) -> tuple[Tensor, Tensor]:
        x = halved(self.features[0](img))
        x = halved(self.features[1](x))
        x = self.whole(self.features[2](x).flatten(1))
        return self.score(x).softmax(dim=1)[:, 1], self.edges(x)


class Output(nn.Module):
    """Pictures [N, 3, 48, 48] → probability [N] of a face, corrections [N, 4], points [N, 5, 2]:
    (x, y) as shares of the picture, of eyes, nose, corners of the mouth, left before right."""

    def __init__(self) -> None:
        super().__init__()
        widths = ((3, 32, 3), (32, 64, 3), (64, 64, 3), (64, 128, 2))
        self.features = nn.ModuleList([conv(*width) for width in widths])
        self.whole = nn.Sequential(nn.Linear(1152, 256), nn.PReLU(256))
        self.score = nn.Linear(256, 2)
        self.edges = nn.Linear(256, 4)
        self.points = nn.Linear(256, 10)

    def forward(self, img: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = halved(self.features[0](img))
        x = halved(self.features[1](x))
        x = F.max_pool2d(self.features[2](x), 2, 2, ceil_mode=True)
        x = self.whole(self.features[3](x).flatten(1))
        points = self.points(x).unflatten(1, (2, 5)).mT  # five x, then five y
        return self.score(x).softmax(dim=1)[:, 1], self.edges(x), points


class Detector(nn.Module):
    """The three together."""

    def __init__(self) -> None:
        super().__init__()
        self.proposal = Proposal()
        self.refinement = Refinement()
        self.output = Output()


@cache
def open_detector() -> Detector:
    """The detector with its weights, on the CPU; loaded once."""
    detector = Detector()
    detector.load_state_dict(load_file(WEIGHTS))
    return detector.eval().requires_grad_(False)


def conv(num_in: int, num_out: int, side: int) -> nn.Sequential:
    """A convolution without padding, and its PReLU."""
    return nn.Sequential(nn.Conv2d(num_in, num_out, side), nn.PReLU(num_out))


def halved(x: Tensor) -> Tensor:
    """The maximum of 3 × 3 places, at every second one."""
    return F.max_pool2d(x, 3, 2, ceil_mode=True)
