"""Carrying an edit from a drawing to a person's picture, leaving every other pixel as it was.

What a move changes is drawn twice, before and after, and added to the picture. Where the move left
nothing of what was there, the picture's own content goes with it: hair under a hat does not show
through, hair of another colour keeps its strands. The generator's own features say which it is.
Ours; see docs/architecture.md, "The life of one edit", and docs/decisions.md.
"""

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from models.edits import fit_mask, fit_mask_part
from models.generator import Drawing
from models.images import Pixels, to_img, to_pixels
from models.region import Patch, Region, Size, size_of, whole

FEATHER_CELLS = 1.0  # radius of the soft edge, in cells of 1/32 of the picture's short side
FINEST = 128  # pixels per short side at which features are compared
ROWS_PX = 1 << 21  # pixels of a picture that what is carried is put on at once
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
    rows, columns = range(around.top, around.bottom), range(around.left, around.right)
    fine = fit_mask_part(mask, size, rows, columns)
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
    boxes = [box for box in (painted_box(mask, size) for mask in masks) if box is not None]
    if not boxes:
        return Region(0, step, 0, step)
    margin = 2 * feather_px(size) + (comparison.window // 2 + 1) * step
    return reduce(Region.joined, boxes).grown(margin).aligned(step).within(size)


def painted_box(mask: Tensor, size: Size) -> Region | None:
    """The smallest region of a picture of that size that a mask [1, 1, h, w] reaches."""
    ends: list[int] = []
    for dim in (2, 3):
        line = mask.amax(dim=5 - dim, keepdim=True)  # what is fitted along one axis is above zero
        cells = (size[0], 1) if dim == 2 else (1, size[1])  # where any of it is along the other
        places = fit_mask(line, cells).flatten().nonzero()
        if not len(places):
            return None
        ends += [int(places[0]), int(places[-1]) + 1]
    return Region(*ends)


@dataclass(frozen=True)
class Carried:
    """What lies between two drawings, as it is carried to a picture of any size.

        img + soft · (after − before) − soft · gone · (img − before)

    Where all is `gone`, that is the drawing afterwards, and where nothing is, the picture with the
    difference added, so that what the model cannot draw is kept.

    Attributes:
        change: soft · (after − before): [1, 3, h, w], of the whole drawing.
        gone: soft · gone: [1, 1, h, w].
        before: [1, 3, h, w].
    """

    change: Tensor
    gone: Tensor
    before: Tensor

    def on(self, img: Tensor, size: Size, rows: range) -> Tensor:
        """Some rows [1, 3, R, W] of a picture of that size with it; where the feathered masks are 0
        they are what they were."""
        change, gone, before = (
            resized_rows(x, size, rows) for x in (self.change, self.gone, self.before)
        )
        return torch.addcmul(img + change, gone, img - before, value=-1)


def carried(
    before: Drawing,
    after: Drawing,
    masks: Sequence[Tensor],
    comparison: Comparison = OBJECTS,
    region: Region | None = None,
) -> Carried:
    """What lies between two drawings, inside the feathered masks.

    Args:
        before: of one picture, with features as `compact` has them.
        after: the same, or the region of it alone.
        masks: of the edits that lie between the two, [1, 1, ?, ?] in [0, 1], feathered here.
        comparison: `OBJECTS` or `TEXTURE`.
        region: of the drawings, from `reach`; None: all.
    """
    drawn = size_of(before.img)
    region = region or whole(drawn)
    step = pooling(drawn)
    softs = (feathered(mask, drawn, region) for mask in masks)
    was = Patch(before.img, whole(drawn)).part(region)
    gone = replaced(before.features, after.features, comparison, region.divided(step))
    change, soft = meant(after.img - was, softs, comparison.window, step)
    gone = soft * resize_change(gone, size_of(was))
    change, gone = (set_in(x, region, drawn) for x in (soft * change, gone))
    return Carried(change, gone, before.img)


def set_in(part: Tensor, region: Region, size: Size) -> Tensor:
    """A region of a picture, and zeros around it: [N, C, H, W] of that size."""
    if region == whole(size):
        return part
    return F.pad(part, [region.left, size[1] - region.right, region.top, size[0] - region.bottom])


def meant(
    change: Tensor, softs: Iterable[Tensor], window: int, step: int = 1
) -> tuple[Tensor, Tensor]:
    """A change [N, 3, h, w] without what comes along with it: places that change by a few
    hundredths of the most, such as the wall behind a face whose skin is made darker, stay as they
    are. Ours.

    Args:
        softs: the feathered masks [N, 1, h, w] of the edits: the most is of each by itself, and
            where several lie over each other the least of theirs counts. Many and large, they are
            taken one by one.
        step: side of the squares over which it is averaged, to find the most.

    Returns:
        The change, and the strongest of the masks at every place [N, 1, h, w].
    """
    size = averaged(change.abs().amax(dim=1, keepdim=True), window)
    most, strongest = torch.full_like(size, torch.inf), torch.zeros_like(size)
    for soft in softs:
        strongest = torch.maximum(strongest, soft)
        own = torch.where(soft > 0, size, torch.nan)
        largest = torch.nanquantile(F.avg_pool2d(own, step).flatten(1), MOST, dim=1)
        most = torch.where(soft > 0, torch.minimum(most, largest[:, None, None, None]), most)
    share = size / most.nan_to_num(0.0, posinf=torch.inf).clamp(min=1e-6)
    return change * smoothstep((share - BYCATCH[0]) / (BYCATCH[1] - BYCATCH[0])), strongest


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


def touched(mask: Tensor, drawn: Size, region: Region) -> Tensor:
    """How strongly what is carried shows: [1, 1, h, w] of a drawing of that size.

    Args:
        mask: [1, 1, ?, ?] in [0, 1], of all edits.
        region: of the drawing, from `reach`.
    """
    return set_in(feathered(mask, drawn, region), region, drawn)


def finished(original: Pixels, changes: Sequence[Carried], soft: Tensor) -> Pixels:
    """A picture with what is carried to it, as pixels [H, W, 3], made a few rows at a time; those
    that nothing of `soft` (`touched`) reaches are the original's, bit for bit."""
    size, pixels = (original.shape[0], original.shape[1]), original.copy()
    most = max(1, ROWS_PX // size[1])
    for top in range(0, size[0], most):
        rows = range(top, min(top + most, size[0]))
        here = slice(rows.start, rows.stop)
        inside = (resized_rows(soft, size, rows) > 0)[0, 0].cpu().numpy()
        if inside.any():
            img = to_img(original[here]).to(soft.device)
            for change in changes:
                img = change.on(img, size, rows)
            pixels[here] = np.where(inside[:, :, None], to_pixels(img), original[here])
    return pixels


def resize_change(change: Tensor, size: Size) -> Tensor:
    """Resample without overshoot, so that what is 0 stays 0 beyond a pixel's reach."""
    if tuple(change.shape[2:]) == size:
        return change
    return F.interpolate(change, size=size, mode="bilinear", align_corners=False, antialias=True)


def resized_rows(change: Tensor, size: Size, rows: range) -> Tensor:
    """Those rows of what `resize_change` gives, without making the rest."""
    height, width = change.shape[2:]
    if (height, width) == size:
        return change[:, :, rows.start : rows.stop]
    if len(rows) == size[0]:
        return resize_change(change, size)
    weights = row_weights(height, size[0])[rows.start : rows.stop].to(change)
    used = weights.any(dim=0).nonzero()
    begin, end = int(used[0]), int(used[-1]) + 1
    part = torch.matmul(weights[:, begin:end], change[:, :, begin:end])
    return resize_change(part, (len(rows), size[1]))


@functools.lru_cache(maxsize=2)
def row_weights(rows: int, wanted: int) -> Tensor:
    """What every one of the wanted rows takes of rows: [wanted, rows]."""
    with torch.inference_mode(False):
        return resize_change(torch.eye(rows)[None, None], (wanted, rows))[0, 0]


def changed_box(before: Pixels, after: Pixels) -> Box | None:
    """The smallest box that holds every changed pixel; None when there is none."""
    differs = (before != after).any(axis=2)
    rows, columns = differs.any(axis=1).nonzero()[0], differs.any(axis=0).nonzero()[0]
    if not len(rows):
        return None
    x, y = int(columns[0]), int(rows[0])
    return x, y, int(columns[-1]) - x + 1, int(rows[-1]) - y + 1
