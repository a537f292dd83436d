"""Reading attributes off a latent: a number per cell, and one for the whole picture.

Linear in whitened coordinates, so that a cell's share of a reading is the reading's heat map, and a
spatial latent is read as the average of its cells where the attribute lives. Ours.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor

from models.errors import AttributeUnknown, ShapeError
from models.latents import SQUARE, LatentMap, Layout, cells_of
from models.whitening import Whitening

STRENGTH_STEP = 0.5  # σ; between them a reading is taken to be linear
TRIED_STEPS = 10  # each way
MIN_EFFECT = 0.1  # σ read between the ends


@dataclass(frozen=True)
class AttributeReader:
    """What reads some of a model's attributes, in σ over generated pictures.

    Attributes:
        ids: the attributes [A], in the order of the rows.
        weight: [A, L, K], on the whitened coordinates of every style layer.
        bias: [A].
        place: [A, g, g], how much each cell of a square picture counts; sums to 1.
    """

    ids: tuple[str, ...]
    weight: Tensor
    bias: Tensor
    place: Tensor

    def to(self, device: torch.device | str) -> "AttributeReader":
        """Move to a device."""
        moved = (t.to(device) for t in (self.weight, self.bias, self.place))
        return AttributeReader(self.ids, *moved)

    def row(self, attribute_id: str) -> int:
        """The row of an attribute.

        Raises:
            AttributeUnknown: this model does not read it.
        """
        if attribute_id not in self.ids:
            raise AttributeUnknown(f"{attribute_id!r} cannot be read from a latent of this model")
        return self.ids.index(attribute_id)

    def cells(self, latent: LatentMap, whitening: Whitening, layout: Layout) -> Tensor:
        """What every cell says: [N, A, rows, columns] of the picture's grid."""
        grid = cells_of(layout.grid, latent.base)
        total = self.bias[None, :, None, None]
        for i, wmap in enumerate(latent.layers):
            said = torch.einsum("ak,nkhw->nahw", self.weight[:, i], whitening.to_v(wmap))
            total = total + on_grid(said, grid)
        return total

    def whole(self, latent: LatentMap, whitening: Whitening, layout: Layout) -> Tensor:
        """What the picture says: [N, A], of the cells where each attribute lives.

        Raises:
            ShapeError: the picture is not square, so nobody knows where its attributes live.
        """
        if latent.base != SQUARE:
            raise ShapeError("only square pictures are read as a whole")
        said = self.cells(latent, whitening, layout)
        place = on_grid(self.place[None], said.shape[2:])
        return (said * place).sum(dim=(2, 3)) / place.sum(dim=(2, 3))


def on_grid(maps: Tensor, grid: tuple[int, ...]) -> Tensor:
    """Maps [N, C, h, w] on another number of cells."""
    return F.interpolate(maps, size=list(grid), mode="bilinear", align_corners=False)


def strength_to_reach(wanted: float, read: Callable[[float], float]) -> float:
    """The smallest move within ±5 σ after which the reading is `wanted`, else the one that comes
    nearest.

    Args:
        wanted: in σ.
        read: the reading after a move by so many σ.

    Raises:
        ShapeError: moving it does not change the reading.
    """
    strengths = [i * STRENGTH_STEP for i in range(-TRIED_STEPS, TRIED_STEPS + 1)]
    gaps = {strength: read(strength) - wanted for strength in strengths}
    if max(gaps.values()) - min(gaps.values()) < MIN_EFFECT:
        raise ShapeError("painting there hardly changes what is read of the attribute")
    crossings = [
        low + STRENGTH_STEP * gaps[low] / (gaps[low] - gaps[high])
        for low, high in pairwise(strengths)
        if gaps[low] * gaps[high] < 0
    ]
    nearest = min(strengths, key=lambda strength: abs(gaps[strength]))
    return min(crossings, key=abs, default=nearest)
