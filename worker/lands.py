"""Drawing boxes of an endless land, with the edits painted on it."""

from collections.abc import Iterator, Sequence

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
from models.step import Report, Step
from worker.masks import read_mask
from worker.ports import FetchMask

PART_PX = 256  # drawn between two reports
FAR = 4  # pixels of the land in one that is seen, from which on it is drawn at half its resolution


@torch.inference_mode()
def draw_land(
    model: Model,
    wanted: DrawRequest,
    on_step: Report,
    drawn: Recent[Tensor],
    mask: FetchMask,
) -> Iterator[Pixels]:
    """The pixels of a box, `scale` times smaller, in strips from the top.

    Args:
        drawn: parts of the model's lands without strokes, kept for the next box.
    """
    coarse = 2 if wanted.scale >= FAR else 1
    land = Land(
        model,
        wanted.seed or 0,
        wanted.coherence,
        wanted.truncation,
        drawn,
        None if wanted.around is None else wanted.around // coarse,
        model.layout.resolution // coarse,
    )
    x, y, width, height = shrunk(wanted.box, coarse)
    scale = wanted.scale // coarse
    parts = list(tiles_of(width, height, PART_PX * scale, x, y))
    strip: list[Pixels] = []
    for k, (top, left, rows, columns) in enumerate(parts):
        on_step(Step(k, len(parts), "Drawing the land", None))
        part = (x + left, y + top, columns, rows)
        strokes = strokes_at(part, coarse, wanted.edits, model, mask)
        img = draw_painted(land, strokes, (y + top, x + left, rows, columns))
        strip.append(to_pixels(F.avg_pool2d(img.clamp(-1, 1), scale)))
        if left + columns == width:
            yield np.concatenate(strip, axis=1)
            strip = []


def shrunk(box: Box, coarse: int) -> Box:
    """The smallest box that holds another, in pixels that are so many times larger."""
    x, y, width, height = box
    left, top = x // coarse, y // coarse
    return left, top, -(-(x + width) // coarse) - left, -(-(y + height) // coarse) - top


def strokes_at(
    part: Box, coarse: int, edits: Sequence[LandEdit], model: Model, mask: FetchMask
) -> list[Stroke]:
    """The strokes that reach a part of a land, each with as much of its mask as does.

    Args:
        part: in pixels that are so many times larger than the land's.
    """
    resolution = model.layout.resolution
    reach = round(REACH * resolution) // coarse
    x, y, width, height = part
    around = (x - reach, y - reach, width + 2 * reach, height + 2 * reach)
    at_full = (coarse * x, coarse * y, coarse * width, coarse * height)
    near = reaching(edits, at_full, resolution)
    return [stroke_of(edit, coarse, around, mask, model.device) for edit in near]


def stroke_of(
    edit: LandEdit, coarse: int, within: Box, stored: FetchMask, device: torch.device
) -> Stroke:
    """Decode the mask and bring what lies within another box to its size in the land."""
    x, y, width, height = shrunk(edit.box, coarse)
    left, top = max(x, within[0]), max(y, within[1])
    right, bottom = min(x + width, within[0] + within[2]), min(y + height, within[1] + within[3])
    mask = read_mask(edit.mask, (1, 1), stored).to(device)
    rows, columns = range(top - y, bottom - y), range(left - x, right - x)
    part = fit_mask_part(mask, (height, width), rows, columns)
    return Stroke(edit.attribute, edit.strength, top, left, part)
