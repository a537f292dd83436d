"""Drawing boxes of an endless land, with the edits painted on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from contracts.lands import FEATHER_PX, DrawRequest, LandEdit
from models.composite import softened
from models.edits import fit_mask, move
from models.images import Pixels, to_pixels
from models.land import CellBox, Land, tiles_of
from models.latents import LatentMap, embed
from models.model import Model
from worker.masks import read_mask
from worker.ports import Step

PART_PX = 512  # drawn between two reports
CELLS = 16  # of a training picture's side: how finely an edit moves the latent

Place = tuple[int, int, int, int]
"""top, left, height and width in pixels of the land."""


@dataclass(frozen=True)
class Stroke:
    """An edit with its mask as a tensor.

    Attributes:
        mask: [1, 1, height, width] of its box.
    """

    edit: LandEdit
    mask: Tensor

    @staticmethod
    def of(edit: LandEdit, device: torch.device) -> "Stroke":
        """Decode the mask and bring it to the box's size, once for all that is drawn."""
        width, height = edit.box[2:]
        return Stroke(edit, fit_mask(read_mask(edit.mask, (1, 1)).to(device), (height, width)))

    def on(self, place: Place) -> Tensor:
        """The mask on a part of the land: [1, 1, height, width]."""
        top, left, height, width = place
        x, y, own_width, own_height = self.edit.box
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


@torch.inference_mode()
def draw_land(model: Model, wanted: DrawRequest, on_step: Callable[[Step], None]) -> Pixels:
    """The pixels of a box, `scale` times smaller.

    Outside the soft edges of the edits every pixel is what it is without them.
    """
    land = Land(model, wanted.seed or 0, wanted.coherence, wanted.truncation)
    strokes = [Stroke.of(edit, model.device) for edit in wanted.edits]
    x, y, width, height = wanted.box
    scale = wanted.scale
    drawn = np.empty((height // scale, width // scale, 3), np.uint8)
    parts = list(tiles_of(width, height, PART_PX * scale))
    for k, (top, left, rows, columns) in enumerate(parts):
        on_step(Step(k, len(parts), "Drawing the land", None))
        img = draw_part(land, strokes, (y + top, x + left, rows, columns)).clamp(-1, 1)
        small = to_pixels(F.avg_pool2d(img, scale))
        row, column = top // scale, left // scale
        drawn[row : row + small.shape[0], column : column + small.shape[1]] = small
    return drawn


def draw_part(land: Land, strokes: Sequence[Stroke], place: Place) -> Tensor:
    """A part of the land at full size: [1, 3, height, width]."""
    img = land.draw(*place)
    top, left, height, width = place
    margin = FEATHER_PX
    around = (top - margin, left - margin, height + 2 * margin, width + 2 * margin)
    masks = [stroke.on(around) for stroke in strokes]
    if not any(mask.any() for mask in masks):
        return img
    painted = land.draw(*place, lambda latent, cells: edited(land, latent, cells, strokes))
    soft = softened(torch.stack(masks).amax(dim=0), FEATHER_PX // 2)
    return img + soft[..., margin:-margin, margin:-margin] * (painted - img)


def edited(land: Land, latent: LatentMap, cells: CellBox, strokes: Sequence[Stroke]) -> LatentMap:
    """The latent of some cells with the strokes that reach them, in order."""
    side = land.cell_px
    place = (cells.top * side, cells.left * side, cells.rows * side, cells.columns * side)
    layout = land.model.layout
    for stroke in strokes:
        mask = stroke.on(place)
        if mask.any():
            attribute, direction = land.model.attributes.find(stroke.edit.attribute)
            fine = embed(latent, f"S+{min(CELLS, layout.grid)}", layout)
            latent = move(fine, direction, stroke.edit.strength, mask, attribute.layers)
    return latent
