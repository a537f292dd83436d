"""Reading attributes off a latent: a number per cell, and one for the whole picture.

Linear in whitened coordinates, so that a cell's share of a reading is the reading's heat map, and a
spatial latent is read as the average of its cells where the attribute lives. Ours.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from models.errors import AttributeUnknown
from models.latents import LatentMap, Layout, cells_of
from models.whitening import Whitening


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
            total = total + F.interpolate(said, size=grid, mode="bilinear", align_corners=False)
        return total

    def whole(self, latent: LatentMap, whitening: Whitening, layout: Layout) -> Tensor:
        """What the picture says: [N, A], of the cells where each attribute lives."""
        said = self.cells(latent, whitening, layout)
        size = (said.shape[2], said.shape[3])
        place = F.interpolate(self.place[None], size=size, mode="bilinear", align_corners=False)
        return (said * place).sum(dim=(2, 3)) / place.sum(dim=(2, 3))
