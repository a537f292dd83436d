"""Painting on an endless land: attributes moved where masks say, carried over with soft edges.

Outside the soft edges every pixel is what it is without the strokes, and every part is the same
however the land is cut into parts. Ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from models.edits import Step, go
from models.feather import softened
from models.land import CellBox, Land
from models.latents import LatentMap, embed

CELLS = 16  # of a training picture's side: how finely an edit moves the latent

PixelBox = tuple[int, int, int, int]
"""top, left, height and width in pixels of the land."""


@dataclass(frozen=True)
class Stroke:
    """An attribute's move on a part of the land.

    Attributes:
        strength: in σ of the attribute.
        top, left: of the mask, in pixels of the land.
        mask: [1, 1, height, width] in [0, 1].
    """

    attribute: str
    strength: float
    top: int
    left: int
    mask: Tensor

    def on(self, box: PixelBox) -> Tensor:
        """The mask on a part of the land: [1, 1, height, width]."""
        top, left, height, width = box
        y, x = self.top, self.left
        own_height, own_width = self.mask.shape[2:]
        mask = self.mask.new_zeros(1, 1, height, width)
        first_row, last_row = max(0, y - top), min(height, y + own_height - top)
        first_column, last_column = max(0, x - left), min(width, x + own_width - left)
        if first_row < last_row and first_column < last_column:
            mask[:, :, first_row:last_row, first_column:last_column] = self.mask[
                :,
                :,
                first_row + top - y : last_row + top - y,
                first_column + left - x : last_column + left - x,
            ]
        return mask


def draw_painted(
    land: Land, strokes: Sequence[Stroke], box: PixelBox, before: Tensor | None = None
) -> Tensor:
    """A part of the land: [1, 3, height, width].

    Args:
        strokes: all that change the latent within the generator's reach of the part.
        before: the part without them, if it is at hand.
    """
    img = land.draw(*box) if before is None else before
    top, left, height, width = box
    margin = land.feather_px
    around = (top - margin, left - margin, height + 2 * margin, width + 2 * margin)
    masks = [stroke.on(around) for stroke in strokes]
    if not any(mask.any() for mask in masks):
        return img
    painted = land.draw(*box, lambda latent, cells: moved(land, latent, cells, strokes))
    soft = softened(torch.stack(masks).amax(dim=0), margin // 2)
    return img + soft[..., margin:-margin, margin:-margin] * (painted - img)


def moved(land: Land, latent: LatentMap, cells: CellBox, strokes: Sequence[Stroke]) -> LatentMap:
    """The latent of some cells with the strokes that reach them."""
    side = land.cell_px
    box = (cells.top * side, cells.left * side, cells.rows * side, cells.columns * side)
    layout, steps = land.model.layout, []
    for stroke in strokes:
        mask = stroke.on(box)
        if mask.any():
            attribute, direction = land.model.attributes.find(stroke.attribute)
            steps.append(Step(mask, stroke.strength * direction, attribute.layers))
    if not steps:
        return latent
    return go(embed(latent, f"S+{min(CELLS, layout.grid)}", layout), steps)
