"""A small network of one domain: reads its attributes, and compares pictures as it sees them.

It is not LPIPS: its features come from reading the factors of procedural pictures, not from
ImageNet. The comparison follows Zhang et al. 2018 (unit-normalised features, squared distance)
without their learnt weights.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SLOPE = 0.1  # of the leaky ReLU


@dataclass(frozen=True)
class PerceptualConfig:
    """Architecture and what the outputs mean.

    Attributes:
        resolution: the size that pictures are read at.
        widths: channels of each stage; a stage halves the resolution.
        targets: names of the outputs.
        embedding: size of the vector that distributions are compared in.
    """

    resolution: int
    targets: tuple[str, ...]
    widths: tuple[int, ...] = (24, 48, 64, 96, 128)
    embedding: int = 128


class PerceptualNet(nn.Module):
    """img [N, 3, R, R] → features of each stage, an embedding, and standardised readings."""

    def __init__(self, config: PerceptualConfig) -> None:
        super().__init__()
        self.config = config
        self.stages = downward(config.widths)
        side = config.resolution >> len(config.widths)
        self.embed = nn.Linear(config.widths[-1] * side * side, config.embedding)
        self.head = nn.Linear(config.embedding, len(config.targets))

    def features(self, img: Tensor) -> list[Tensor]:
        """The output of every stage, from fine to coarse."""
        x = img.contiguous(memory_format=torch.channels_last)
        found = []
        for stage in self.stages:
            x = stage(x)
            found.append(x)
        return found

    def embedding(self, img: Tensor) -> Tensor:
        """[N, E]: the space in which distributions of pictures are compared."""
        embedded: Tensor = F.leaky_relu(self.embed(self.features(img)[-1].flatten(1)), SLOPE)
        return embedded

    def forward(self, img: Tensor) -> Tensor:
        """Readings [N, T], in standard deviations of each target over the domain."""
        readings: Tensor = self.head(self.embedding(img))
        return readings

    def distance(self, img: Tensor, other: Tensor) -> Tensor:
        """Perceptual distance [N] between pictures [N, 3, R, R]; 0 for equal ones."""
        pairs = zip(self.features(img), self.features(other), strict=True)
        stages = [(unit(a) - unit(b)).square().sum(dim=1).mean(dim=(1, 2)) for a, b in pairs]
        return torch.stack(stages).mean(dim=0)

    def distance_of_contents(self, img: Tensor, other: Tensor) -> Tensor:
        """The same of what is in the pictures, wherever it is: [N], of features averaged over the
        whole picture."""
        pairs = zip(self.features(img), self.features(other), strict=True)
        means = [(a.mean(dim=(2, 3)), b.mean(dim=(2, 3))) for a, b in pairs]
        stages = [(unit(a) - unit(b)).square().sum(dim=1) for a, b in means]
        return torch.stack(stages).mean(dim=0)


def downward(widths: tuple[int, ...]) -> nn.ModuleList:
    """Stages that halve a picture [N, 3, R, R], one for each width."""
    stages, before = nn.ModuleList(), 3
    for width in widths:
        layer = nn.Conv2d(before, width, 4, stride=2, padding=1)
        second = nn.Conv2d(width, width, 3, padding=1)
        stages.append(nn.Sequential(layer, nn.LeakyReLU(SLOPE), second, nn.LeakyReLU(SLOPE)))
        before = width
    return stages


def unit(features: Tensor) -> Tensor:
    """Scale the feature vector at every place to length 1."""
    return features / (features.square().sum(dim=1, keepdim=True) + 1e-6).sqrt()
