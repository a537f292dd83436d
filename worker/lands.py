"""Drawing boxes of an endless land, with the edits painted on it."""

from collections.abc import Callable, Sequence

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


@torch.inference_mode()
def draw_land(model: Model, wanted: DrawRequest, on_step: Callable[[Step], None]) -> Pixels:
    """The pixels of a box, `scale` times smaller.

    Outside the soft edges of the edits every pixel is what it is without them.
    """
    land = Land(model, wanted.seed or 0, wanted.coherence, wanted.truncation)
    x, y, width, height = wanted.box
    scale = wanted.scale
    drawn = np.empty((height // scale, width // scale, 3), np.uint8)
    parts = list(tiles_of(width, height, PART_PX * scale))
    for k, (top, left, rows, columns) in enumerate(parts):
        on_step(Step(k, len(parts), "Drawing the land", None))
        img = draw_part(land, wanted.edits, (y + top, x + left, rows, columns)).clamp(-1, 1)
        small = to_pixels(F.avg_pool2d(img, scale))
        row, column = top // scale, left // scale
        drawn[row : row + small.shape[0], column : column + small.shape[1]] = small
    return drawn


def draw_part(land: Land, edits: Sequence[LandEdit], place: tuple[int, int, int, int]) -> Tensor:
    """A box (top, left, height, width) at full size: [1, 3, height, width]."""
    img = land.draw(*place)
    top, left, height, width = place
    margin = FEATHER_PX
    around = (top - margin, left - margin, height + 2 * margin, width + 2 * margin)
    masks = [edit.amount * mask_on(edit, around).to(img.device) for edit in edits]
    if not any(mask.any() for mask in masks):
        return img
    painted = land.draw(*place, lambda latent, cells: edited(land, latent, cells, edits))
    soft = softened(torch.stack(masks).amax(dim=0), FEATHER_PX // 2)
    return img + soft[..., margin:-margin, margin:-margin] * (painted - img)


def edited(land: Land, latent: LatentMap, cells: CellBox, edits: Sequence[LandEdit]) -> LatentMap:
    """The latent of some cells with the edits that reach them, in order."""
    side = land.cell_px
    place = (cells.top * side, cells.left * side, cells.rows * side, cells.columns * side)
    for edit in edits:
        mask = mask_on(edit, place).to(land.model.device)
        if mask.any():
            attribute, direction = land.model.attributes.find(edit.attribute)
            layout = land.model.layout
            fine = embed(latent, f"S+{min(CELLS, layout.grid)}", layout)
            latent = move(fine, direction, edit.strength, mask, attribute.layers)
    return latent


def mask_on(edit: LandEdit, place: tuple[int, int, int, int]) -> Tensor:
    """An edit's mask on a box (top, left, height, width) of the land: [1, 1, height, width]."""
    top, left, height, width = place
    x, y, own_width, own_height = edit.box
    mask = torch.zeros(1, 1, height, width)
    rows = slice(max(0, y - top), max(0, min(height, y + own_height - top)))
    columns = slice(max(0, x - left), max(0, min(width, x + own_width - left)))
    if rows.start < rows.stop and columns.start < columns.stop:
        whole = fit_mask(read_mask(edit.mask, (1, 1)), (own_height, own_width))
        from_row, from_column = rows.start + top - y, columns.start + left - x
        mask[:, :, rows, columns] = whole[
            :,
            :,
            from_row : from_row + rows.stop - rows.start,
            from_column : from_column + columns.stop - columns.start,
        ]
    return mask
