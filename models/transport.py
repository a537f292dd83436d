"""A small network that brings every place of a field to what occurs together.

Amounts that are made from Gaussian fields have the correlations of real ones and nothing more:
snow in the tropics, since cold and snow go together no more than a coefficient can say. Moving each
place by itself to the joint distribution keeps a field as smooth and as endless as it is.
Ours; how it is learnt is in `training/planet/joint.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from models.errors import ShapeError

Layer = tuple[tuple[float, ...], ...]
"""Of a linear layer [outputs][inputs + 1]: weights, and the bias at the end."""


@dataclass(frozen=True)
class Transport:
    """z + f(z), for a network f with SiLU between its layers, at every place.

    Attributes:
        layers: of f; none for a transport that moves nothing.

    Raises:
        ShapeError: what comes out of a layer does not fit the next one, or does not fit z.
    """

    layers: tuple[Layer, ...] = ()

    def __post_init__(self) -> None:
        widths = [{len(row) - 1 for row in layer} for layer in self.layers]
        next_ones = [*widths[1:], *widths[:1]]
        for layer, wanted in zip(self.layers, next_ones, strict=True):
            if wanted != {len(layer)}:
                raise ShapeError("the layers of a prior's transport do not fit each other")

    def __call__(self, z: Tensor) -> Tensor:
        """Fields [N, C, h, w], moved."""
        if not self.layers:
            return z
        return moved(z, [torch.tensor(layer).to(z) for layer in self.layers])


def moved(z: Tensor, layers: Sequence[Tensor]) -> Tensor:
    """Fields [N, C, h, w] moved by the layers [outputs, inputs + 1] of a network."""
    x = z
    for k, layer in enumerate(layers):
        x = torch.einsum("oi,niyx->noyx", layer[:, :-1], F.silu(x) if k else x)
        x = x + layer[:, -1, None, None]
    return z + x
