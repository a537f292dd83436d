"""Drawing boxes of an endless land, with the edits painted on it."""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from contracts.lands import REACH, Box, DrawRequest, LandEdit, reaching
from models.edits import fit_mask_part
from models.images import Pixels, to_pixels
from models.land import Land, tiles_of
from models.land_painting import Stroke, draw_painted
from models.model import Model
from models.recent import Recent
from worker.masks import read_mask
from worker.ports import FetchMask, Step

PART_PX = 512  # drawn between two reports


@torch.inference_mode()
def draw_land(
    model: Model,
    wanted: DrawRequest,
    on_step: Callable[[Step], None],
    drawn: Recent[Tensor],
    mask: FetchMask,
) -> Pixels:
    """The pixels of a box, `scale` times smaller.

    Args:
        drawn: parts of the model's lands without strokes, kept for the next box.
    """
    land = Land(model, wanted.seed or 0, wanted.coherence, wanted.truncation, drawn)
    resolution = model.layout.resolution
    reach = round(REACH * resolution)
    x, y, width, height = wanted.box
    scale = wanted.scale
    pixels = np.empty((height // scale, width // scale, 3), np.uint8)
    parts = list(tiles_of(width, height, PART_PX * scale))
    for k, (top, left, rows, columns) in enumerate(parts):
        on_step(Step(k, len(parts), "Drawing the land", None))
        part = (x + left, y + top, columns, rows)
        near = reaching(wanted.edits, part, resolution)
        around = (part[0] - reach, part[1] - reach, columns + 2 * reach, rows + 2 * reach)
        strokes = [stroke_of(edit, around, mask, model.device) for edit in near]
        img = draw_painted(land, strokes, (part[1], part[0], rows, columns)).clamp(-1, 1)
        small = to_pixels(F.avg_pool2d(img, scale))
        row, column = top // scale, left // scale
        pixels[row : row + small.shape[0], column : column + small.shape[1]] = small
    return pixels


def stroke_of(edit: LandEdit, within: Box, stored: FetchMask, device: torch.device) -> Stroke:
    """Decode the mask and bring what lies within another box to its size in the land."""
    x, y, width, height = edit.box
    left, top = max(x, within[0]), max(y, within[1])
    right, bottom = min(x + width, within[0] + within[2]), min(y + height, within[1] + within[3])
    mask = read_mask(edit.mask, (1, 1), stored).to(device)
    rows, columns = range(top - y, bottom - y), range(left - x, right - x)
    part = fit_mask_part(mask, (height, width), rows, columns)
    return Stroke(edit.attribute, edit.strength, top, left, part)
