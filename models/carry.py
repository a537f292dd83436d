"""Carrying an edit from a drawing to a person's picture, leaving every other pixel as it was.

What a move changes is drawn twice, before and after, and added to the picture. Where the move left
nothing of what was there, the picture's own content goes with it: hair under a hat does not show
through, hair of another colour keeps its strands. The generator's own features say which it is.
Ours; see docs/architecture.md, "The life of one edit", and docs/decisions.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from models.edits import fit_mask
from models.generator import Drawing
from models.images import Pixels, to_pixels

FEATHER_CELLS = 1.0  # radius of the soft edge, in cells of 1/32 of the picture's short side
FINEST = 128  # pixels per short side at which features are compared
MOST = 0.97  # quantile of a change's size where it is painted, that counts as the most of it
BYCATCH = (0.04, 0.12)
"""Of the most: up to the first a change is left out, from the second on all of it is shown."""

Box = tuple[int, int, int, int]
"""x, y, width, height in pixels."""


@dataclass(frozen=True)
class Comparison:
    """How features are compared (docs/decisions.md).

    Attributes:
        window: pixels per side over which they are.
        gone, kept: what is left of them: up to the first nothing stays, from the second on all.
    """

    window: int
    gone: float
    kept: float


OBJECTS = Comparison(3, 0.35, 0.8)
"""Of pictures in which everything has its place."""
TEXTURE = Comparison(9, 0.6, 0.95)
"""Of land, where a pixel by itself says nothing."""


def feather(mask: Tensor, size: tuple[int, int]) -> Tensor:
    """Give a mask [1, 1, h, w] soft edges at `size` (height, width).

    The painted part keeps its strength; the edge falls to exactly 0 within two feather radii.
    """
    return softened(fit_mask(mask, size), max(1, round(FEATHER_CELLS * min(size) / 32)))


def softened(fine: Tensor, radius: int) -> Tensor:
    """A mask [1, 1, H, W] that is as strong as before, and falls to 0 within two radii (pixels)."""
    side = 2 * radius + 1
    soft = F.max_pool2d(fine, side, stride=1, padding=radius)
    for window in ((1, side), (side, 1)):
        padding = (window[0] // 2, window[1] // 2)
        soft = F.avg_pool2d(soft, window, stride=1, padding=padding, count_include_pad=False)
    return torch.maximum(soft, fine).clamp(0, 1)


def carry(
    img: Tensor,
    before: Drawing,
    after: Drawing,
    masks: Sequence[Tensor],
    comparison: Comparison = OBJECTS,
) -> Tensor:
    """A picture with what lies between two drawings, inside the feathered mask.

        img + soft · (after − before) − soft · gone · (img − before)

    Where all is `gone`, that is the drawing afterwards, and where nothing is, the picture with the
    difference added, so that what the model cannot draw is kept.

    Args:
        img: [N, 3, H, W], the picture, at its own size.
        before, after: of the same N, at the model's size.
        masks: of the edits that lie between the two, [N, 1, ?, ?] in [0, 1], feathered here.
        comparison: `OBJECTS` or `TEXTURE`.

    Returns:
        [N, 3, H, W]; where the feathered mask is 0 it is `img`.
    """
    size = (img.shape[2], img.shape[3])
    drawn = (before.img.shape[2], before.img.shape[3])
    softs = [feather(mask, drawn) for mask in masks]
    soft = reduce(torch.maximum, softs)
    gone = resize_change(replaced(before.features, after.features, comparison), drawn)
    change = resize_change(soft * meant(after.img - before.img, softs, comparison.window), size)
    return img + change - resize_change(soft * gone, size) * (img - resize_change(before.img, size))


def meant(change: Tensor, softs: Sequence[Tensor], window: int) -> Tensor:
    """A change [N, 3, h, w] without what comes along with it: places that change by a few
    hundredths of the most, such as the wall behind a face whose skin is made darker, stay as they
    are. Ours.

    Args:
        softs: the feathered masks [N, 1, h, w] of the edits: the most is of each by itself, and
            where several lie over each other the least of theirs counts.
    """
    size = averaged(change.abs().amax(dim=1, keepdim=True), window)
    most = torch.full_like(size, torch.inf)
    for soft in softs:
        own = torch.where(soft > 0, size, torch.nan)
        largest = torch.nanquantile(pooled(own).flatten(1), MOST, dim=1)[:, None, None, None]
        most = torch.where(soft > 0, torch.minimum(most, largest), most)
    share = size / most.nan_to_num(0.0, posinf=torch.inf).clamp(min=1e-6)
    return change * smoothstep((share - BYCATCH[0]) / (BYCATCH[1] - BYCATCH[0]))


def smoothstep(t: Tensor) -> Tensor:
    """0 up to 0 and 1 from 1 on, smoothly."""
    t = t.clamp(0, 1)
    return t * t * (3 - 2 * t)


def replaced(before: Tensor, after: Tensor, comparison: Comparison) -> Tensor:
    """How much of what was there a change replaces, at every place: [N, 1, h, w] in [0, 1].

    Features [N, C, H, W] afterwards are regressed on those before, over the channels of a small
    window. The slope is what is left of them: 1 where all stays, near 0 for a hat over hair, about
    0.7 for hair of another colour (docs/decisions.md). Ours.
    """
    before, after = pooled(before.float()), pooled(after.float())
    mean = before.mean(dim=(2, 3), keepdim=True)
    deviation = before.std(dim=(2, 3), keepdim=True).clamp(min=1e-3)
    was, now = ((each - mean) / deviation for each in (before, after))
    energy = averaged(was.square().sum(dim=1, keepdim=True), comparison.window).clamp(min=1e-3)
    left = averaged((was * now).sum(dim=1, keepdim=True), comparison.window) / energy
    return smoothstep((comparison.kept - left) / (comparison.kept - comparison.gone))


def compact(drawing: Drawing) -> Drawing:
    """A drawing to keep, with its features no finer than they are compared."""
    return Drawing(drawing.img, pooled(drawing.features))


def pooled(x: Tensor) -> Tensor:
    """A map [N, C, h, w] with a short side of no more than about `FINEST`."""
    return F.avg_pool2d(x, max(1, min(x.shape[2:]) // FINEST))


def averaged(x: Tensor, window: int) -> Tensor:
    """The mean over a window around every place."""
    return F.avg_pool2d(x, window, stride=1, padding=window // 2, count_include_pad=False)


def touched(mask: Tensor, drawn: tuple[int, int], size: tuple[int, int]) -> NDArray[np.bool_]:
    """Where `carry` may change a picture of that size: [H, W].

    Args:
        mask: [1, 1, ?, ?] in [0, 1].
        drawn: height and width of the drawings.
    """
    inside: NDArray[np.bool_] = (resize_change(feather(mask, drawn), size) > 0)[0, 0].cpu().numpy()
    return inside


def finished(original: Pixels, img: Tensor, inside: NDArray[np.bool_]) -> Pixels:
    """The changed picture as pixels [H, W, 3]; those that are not `inside` are the original's, bit
    for bit."""
    return np.where(inside[:, :, None], to_pixels(img), original)


def resize_change(change: Tensor, size: tuple[int, int]) -> Tensor:
    """Resample without overshoot, so that what is 0 stays 0 beyond a pixel's reach."""
    if tuple(change.shape[2:]) == size:
        return change
    return F.interpolate(change, size=size, mode="bilinear", align_corners=False, antialias=True)


def changed_box(before: Pixels, after: Pixels) -> Box | None:
    """The smallest box that holds every changed pixel; None when there is none."""
    differs = (before != after).any(axis=2)
    rows, columns = differs.any(axis=1).nonzero()[0], differs.any(axis=0).nonzero()[0]
    if not len(rows):
        return None
    x, y = int(columns[0]), int(rows[0])
    return x, y, int(columns[-1]) - x + 1, int(rows[-1]) - y + 1
