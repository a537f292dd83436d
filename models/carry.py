"""Carrying an edit from a drawing to a person's picture, leaving every other pixel as it was.

What a move changes is drawn twice, before and after, and added to the picture. Where the move left
nothing of what was there, the picture's own content goes with it: hair under a hat does not show
through, hair of another colour keeps its strands. The generator's own features say which it is.
Ours; see docs/architecture.md, "The life of one edit", and docs/decisions.md.
"""

from collections.abc import Callable, Sequence
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
from models.region import Patch, Region, Size, size_of, whole

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


def feather(mask: Tensor, size: Size) -> Tensor:
    """Give a mask [1, 1, h, w] soft edges at `size` (height, width).

    The painted part keeps its strength; the edge falls to exactly 0 within two feather radii.
    """
    return feathered(mask, size, whole(size))


def feathered(mask: Tensor, size: Size, region: Region) -> Tensor:
    """A region of what `feather` gives."""
    radius = feather_px(size)
    around = region.grown(2 * radius).within(size)  # what lies further does not reach it
    fine = Patch(fit_mask(mask, size), whole(size)).part(around)
    return Patch(softened(fine, radius), around).part(region)


def feather_px(size: Size) -> int:
    """The feather radius in pixels of a picture of that size."""
    return max(1, round(FEATHER_CELLS * min(size) / 32))


def softened(fine: Tensor, radius: int) -> Tensor:
    """A mask [1, 1, H, W] that is as strong as before, and falls to 0 within two radii (pixels)."""
    soft = running(running(fine, radius, 2, torch.maximum), radius, 3, torch.maximum)
    for dim in (3, 2):
        ones = soft.new_ones([soft.shape[d] if d == dim else 1 for d in range(4)])
        soft = running(soft, radius, dim, torch.add) / running(ones, radius, dim, torch.add)
    return torch.maximum(soft, fine).clamp(0, 1)


def running(x: Tensor, radius: int, dim: int, join: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """Join what lies within a radius along a dimension, with zeros around: as many steps as the
    window's length has binary digits, where pooling takes as many as it is long."""
    length, window = x.shape[dim], 2 * radius + 1
    padding = [0] * (2 * (x.ndim - dim))
    padding[-2:] = [radius, radius]
    power, size, begin = F.pad(x, padding), 1, 0
    found: Tensor | None = None
    while True:
        if window & size:
            piece = power.narrow(dim, begin, length)
            found = piece if found is None else join(found, piece)
            begin += size
        if begin == window:
            assert found is not None
            return found
        rest = power.shape[dim] - size
        power = join(power.narrow(dim, 0, rest), power.narrow(dim, size, rest))
        size *= 2


def reach(masks: Sequence[Tensor], size: Size, comparison: Comparison) -> Region:
    """The region of drawings of that size on which what edits show depends.

    Args:
        masks: of the edits, [1, 1, ?, ?] in [0, 1].
    """
    step = pooling(size)
    if size[0] % step or size[1] % step:  # features are compared on cells that do not fit in
        return whole(size)
    painted = reduce(torch.maximum, [fit_mask(mask, size) for mask in masks]) > 0
    rows, columns = painted.any(dim=3).flatten().nonzero(), painted.any(dim=2).flatten().nonzero()
    if not len(rows):
        return Region(0, step, 0, step)
    box = Region(int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1)
    margin = 2 * feather_px(size) + (comparison.window // 2 + 1) * step
    return box.grown(margin).aligned(step).within(size)


def carry(
    img: Tensor,
    before: Drawing,
    after: Drawing,
    masks: Sequence[Tensor],
    comparison: Comparison = OBJECTS,
    region: Region | None = None,
) -> Tensor:
    """A picture with what lies between two drawings, inside the feathered mask.

        img + soft · (after − before) − soft · gone · (img − before)

    Where all is `gone`, that is the drawing afterwards, and where nothing is, the picture with the
    difference added, so that what the model cannot draw is kept.

    Args:
        img: [N, 3, H, W], the picture, at its own size.
        before: of the same N, at the model's size, with features as `compact` has them.
        after: the same, or the region of it alone.
        masks: of the edits that lie between the two, [N, 1, ?, ?] in [0, 1], feathered here.
        comparison: `OBJECTS` or `TEXTURE`.
        region: of the drawings, from `reach`; None: all.

    Returns:
        [N, 3, H, W]; where the feathered mask is 0 it is `img`.
    """
    size, drawn = size_of(img), size_of(before.img)
    region = region or whole(drawn)
    step = pooling(drawn)
    softs = [feathered(mask, drawn, region) for mask in masks]
    was = Patch(before.img, whole(drawn)).part(region)
    gone = replaced(before.features, after.features, comparison, region.divided(step))
    gone = reduce(torch.maximum, softs) * resize_change(gone, size_of(was))
    change = meant(after.img - was, softs, comparison.window, step)
    change = reduce(torch.maximum, softs) * change
    change, gone = (resize_change(set_in(x, region, drawn), size) for x in (change, gone))
    return torch.addcmul(img + change, gone, img - resize_change(before.img, size), value=-1)


def set_in(part: Tensor, region: Region, size: Size) -> Tensor:
    """A region of a picture, and zeros around it: [N, C, H, W] of that size."""
    return F.pad(part, [region.left, size[1] - region.right, region.top, size[0] - region.bottom])


def meant(change: Tensor, softs: Sequence[Tensor], window: int, step: int = 1) -> Tensor:
    """A change [N, 3, h, w] without what comes along with it: places that change by a few
    hundredths of the most, such as the wall behind a face whose skin is made darker, stay as they
    are. Ours.

    Args:
        softs: the feathered masks [N, 1, h, w] of the edits: the most is of each by itself, and
            where several lie over each other the least of theirs counts.
        step: side of the squares over which it is averaged, to find the most.
    """
    size = averaged(change.abs().amax(dim=1, keepdim=True), window)
    most = torch.full_like(size, torch.inf)
    for soft in softs:
        own = torch.where(soft > 0, size, torch.nan)
        largest = torch.nanquantile(F.avg_pool2d(own, step).flatten(1), MOST, dim=1)
        most = torch.where(soft > 0, torch.minimum(most, largest[:, None, None, None]), most)
    share = size / most.nan_to_num(0.0, posinf=torch.inf).clamp(min=1e-6)
    return change * smoothstep((share - BYCATCH[0]) / (BYCATCH[1] - BYCATCH[0]))


def smoothstep(t: Tensor) -> Tensor:
    """0 up to 0 and 1 from 1 on, smoothly."""
    t = t.clamp(0, 1)
    return t * t * (3 - 2 * t)


def replaced(
    before: Tensor, after: Tensor, comparison: Comparison, region: Region | None = None
) -> Tensor:
    """How much of what was there a change replaces, at every place: [N, 1, h, w] in [0, 1].

    Features [N, C, H, W] afterwards are regressed on those before, over the channels of a small
    window. The slope is what is left of them: 1 where all stays, near 0 for a hat over hair, about
    0.7 for hair of another colour (docs/decisions.md). Ours.

    Args:
        before: no finer than features are compared.
        after: the same, or the region of it alone.
    """
    before, after = before.float(), after.float()
    mean = before.mean(dim=(2, 3), keepdim=True)
    total = (before - mean).square_().sum(dim=(2, 3), keepdim=True)  # `std` takes twice as long
    deviation = (total / (before[0, 0].numel() - 1)).sqrt_().clamp(min=1e-3)
    if region is not None:
        before = Patch(before, whole(size_of(before))).part(region)
    was, now = ((each - mean) / deviation for each in (before, after))
    energy = averaged(was.square().sum(dim=1, keepdim=True), comparison.window).clamp(min=1e-3)
    left = averaged((was * now).sum(dim=1, keepdim=True), comparison.window) / energy
    return smoothstep((comparison.kept - left) / (comparison.kept - comparison.gone))


def compact(drawing: Drawing, step: int) -> Drawing:
    """A drawing with its features no finer than they are compared, in squares of so many pixels."""
    return Drawing(drawing.img, F.avg_pool2d(drawing.features, step))


def pooling(size: Size) -> int:
    """The side of the squares, in pixels, over which features of that size are compared."""
    return max(1, min(size) // FINEST)


def averaged(x: Tensor, window: int) -> Tensor:
    """The mean over a window around every place."""
    return F.avg_pool2d(x, window, stride=1, padding=window // 2, count_include_pad=False)


def touched(mask: Tensor, drawn: Size, size: Size, region: Region) -> NDArray[np.bool_]:
    """Where `carry` may change a picture of that size: [H, W].

    Args:
        mask: [1, 1, ?, ?] in [0, 1].
        drawn: height and width of the drawings.
        region: of the drawings, from `reach`.
    """
    soft = set_in(feathered(mask, drawn, region), region, drawn)
    inside: NDArray[np.bool_] = (resize_change(soft, size) > 0)[0, 0].cpu().numpy()
    return inside


def finished(original: Pixels, img: Tensor, inside: NDArray[np.bool_]) -> Pixels:
    """The changed picture as pixels [H, W, 3]; those that are not `inside` are the original's, bit
    for bit."""
    return np.where(inside[:, :, None], to_pixels(img), original)


def resize_change(change: Tensor, size: Size) -> Tensor:
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
