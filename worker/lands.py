"""Drawing boxes of an endless land, with the edits painted on it."""

from collections.abc import Callable, Iterator

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

PART_PX = 256  # drawn between two reports


@torch.inference_mode()
def draw_land(
    model: Model,
    wanted: DrawRequest,
    on_step: Callable[[Step], None],
    drawn: Recent[Tensor],
    mask: FetchMask,
) -> Iterator[Pixels]:
    """The pixels of a box, `scale` times smaller, in strips from the top.

    Args:
        drawn: parts of the model's lands without strokes, kept for the next box.
    """
    whole = Land(model, wanted.seed or 0, wanted.coherence, wanted.truncation, drawn, wanted.around)
    x, y, width, height = wanted.box
    parts = list(tiles_of(width, height, PART_PX * wanted.scale))
    strip: list[Pixels] = []
    for k, (top, left, rows, columns) in enumerate(parts):
        on_step(Step(k, len(parts), "Drawing the land", None))
        part = (x + left, y + top, columns, rows)
        img = draw_painted(
            whole, strokes_at(part, wanted, model, mask), (y + top, x + left, rows, columns)
        )
        strip.append(to_pixels(F.avg_pool2d(img.clamp(-1, 1), wanted.scale)))
        if left + columns == width:
            yield np.concatenate(strip, axis=1)
            strip = []


def strokes_at(part: Box, wanted: DrawRequest, model: Model, mask: FetchMask) -> list[Stroke]:
    """The strokes that reach a part of a land, each with as much of its mask as does."""
    resolution = model.layout.resolution
    reach = round(REACH * resolution)
    x, y, width, height = part
    around = (x - reach, y - reach, width + 2 * reach, height + 2 * reach)
    near = reaching(wanted.edits, part, resolution)
    return [stroke_of(edit, around, mask, model.device) for edit in near]


def stroke_of(edit: LandEdit, within: Box, stored: FetchMask, device: torch.device) -> Stroke:
    """Decode the mask and bring what lies within another box to its size in the land."""
    x, y, width, height = edit.box
    left, top = max(x, within[0]), max(y, within[1])
    right, bottom = min(x + width, within[0] + within[2]), min(y + height, within[1] + within[3])
    mask = read_mask(edit.mask, (1, 1), stored).to(device)
    rows, columns = range(top - y, bottom - y), range(left - x, right - x)
    part = fit_mask_part(mask, (height, width), rows, columns)
    return Stroke(edit.attribute, edit.strength, top, left, part)
