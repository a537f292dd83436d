"""Carrying an edit from a drawing to a person's picture, leaving every other pixel as it was.

What a move changes is drawn twice, before and after, and added to the picture. Where the move left
nothing of what was there, the picture's own content goes with it: hair under a hat does not show
through, hair of another colour keeps its strands. The generator's own features say which it is.
Ours; see docs/architecture.md, "The life of one edit", and decision 5.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from models.edits import fit_mask
from models.feather import feather_px, feathered
from models.generator import Drawing
from models.images import Pixels, to_img, to_pixels
from models.region import Patch, Region, Size, size_of, whole
from models.rows import resized_rows, rows_of, rows_under

FINEST = 128  # pixels per short side at which features are compared
ROWS_PX = 1 << 21  # pixels of a picture that what is carried is put on at once
MOST = 0.97  # quantile of a change's size where it is painted, that counts as the most of it
BYCATCH = (0.04, 0.12)
"""Of the most: up to the first a change is left out, from the second on all of it is shown."""

Box = tuple[int, int, int, int]
"""x, y, width, height in pixels."""


@dataclass(frozen=True)
class Comparison:
    """How features are compared (decision 6).

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
    difference added, so that what the model cannot draw is kept. It is made a few rows at a time:
    a large picture's would take several times the memory of the picture.

    Attributes:
        before: [1, 3, h, w], the whole drawing.
        after: [1, 3, r, c], a region of it.
        region: that one.
        masks: of the edits that lie between the two, [1, 1, ?, ?].
        mosts: how much each changes at most where it is painted (quantile `MOST`); NaN where no
            whole square of the comparison is painted.
        gone: [1, 1, ?, ?], how much of what was there the region replaces.
        window: pixels per side over which sizes of changes are averaged.
    """

    before: Tensor
    after: Tensor
    region: Region
    masks: Sequence[Tensor]
    mosts: Sequence[float]
    gone: Tensor
    window: int

    def on(self, img: Tensor, size: Size, rows: range) -> Tensor:
        """Some rows [1, 3, R, W] of a picture of that size with it; where the feathered masks are 0
        they are what they were."""
        source = rows_under(size_of(self.before), size, rows)
        before = self.before[:, :, source.start : source.stop].float()
        change, gone, before = (
            resized_rows(x, source, size_of(self.before), size, rows)
            for x in (*self.soft_rows(source), before)
        )
        return torch.addcmul(img + change, gone, img - before, value=-1)

    def soft_rows(self, rows: range) -> tuple[Tensor, Tensor]:
        """soft · (after − before) [1, 3, R, w], and soft · gone [1, 1, R, w], of the drawing."""
        drawn, region = size_of(self.before), self.region
        band = band_of(region, rows)
        if band is None:
            nothing = self.gone.new_zeros(1, 1, len(rows), drawn[1])
            return nothing.expand(-1, 3, -1, -1), nothing
        change, size = changed(self.before, self.after, region, band, self.window)
        softs = (feathered(mask, drawn, band) for mask in self.masks)
        change, soft = meant(change, size, softs, self.mosts)
        inside = range(band.top - region.top, band.bottom - region.top)
        gone = rows_of(self.gone, (region.height, region.width), inside)
        place, room = band.shifted(-rows.start, 0), (len(rows), drawn[1])
        return padded(change * soft, place, room), padded(gone * soft, place, room)


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
    step, window = pooling(drawn), comparison.window
    gone = replaced(before.features, after.features, comparison, region.divided(step))
    found: list[list[Tensor]] = [[] for _ in masks]
    for band in bands_of(region, step):
        _, size = changed(before.img, after.img, region, band, window)
        for mask, averages in zip(masks, found, strict=True):
            own = torch.where(feathered(mask, drawn, band) > 0, size, torch.nan)
            averages.append(F.avg_pool2d(own, step).flatten())
    mosts = [float(torch.nanquantile(torch.cat(averages), MOST)) for averages in found]
    return Carried(before.img, after.img, region, masks, mosts, gone, window)


def band_of(region: Region, rows: range) -> Region | None:
    """What of a region lies in those rows, or None where nothing does."""
    top, bottom = max(rows.start, region.top), min(rows.stop, region.bottom)
    return Region(top, bottom, region.left, region.right) if top < bottom else None


def bands_of(region: Region, step: int) -> Iterator[Region]:
    """A region in bands of some `ROWS_PX` pixels, as high as a multiple of a number; the last one
    takes what is lower than that."""
    most = max(step, ROWS_PX // region.width // step * step)
    tops = [top for top in range(region.top, region.bottom, most) if region.bottom - top >= step]
    for top, bottom in pairwise([*(tops or [region.top]), region.bottom]):
        yield Region(top, bottom, region.left, region.right)


def changed(
    before: Tensor, after: Tensor, region: Region, band: Region, window: int
) -> tuple[Tensor, Tensor]:
    """What changes in a band of a region [1, 3, b, c], and its size, averaged over a window around
    every place [1, 1, b, c].

    Args:
        before: the whole drawing.
        after: the region of it.
    """
    around = band_of(region, range(band.top - window // 2, band.bottom + window // 2))
    assert around is not None
    was = Patch(before, whole(size_of(before))).part(around).float()
    change = Patch(after, region).part(around).float() - was
    size = averaged(change.abs().amax(dim=1, keepdim=True), window)
    return Patch(change, around).part(band), Patch(size, around).part(band)


def padded(part: Tensor, region: Region, size: Size) -> Tensor:
    """A region of a picture, and zeros around it: [N, C, H, W] of that size."""
    if region == whole(size):
        return part
    return F.pad(part, [region.left, size[1] - region.right, region.top, size[0] - region.bottom])


def meant(
    change: Tensor, size: Tensor, softs: Iterable[Tensor], mosts: Iterable[float]
) -> tuple[Tensor, Tensor]:
    """A change [N, 3, h, w] without what comes along with it: places that change by a few
    hundredths of the most, such as the wall behind a face whose skin is made darker, stay as they
    are. Ours.

    Args:
        size: [N, 1, h, w], of the change, averaged.
        softs: the feathered masks [N, 1, h, w] of the edits: the most is of each by itself, and
            where several lie over each other the least of theirs counts. Many and large, they are
            taken one by one.
        mosts: the quantile `MOST` of the size, where each mask is.

    Returns:
        The change, and the strongest of the masks at every place [N, 1, h, w].
    """
    least, strongest = torch.full_like(size, torch.inf), torch.zeros_like(size)
    for soft, most in zip(softs, mosts, strict=True):
        strongest = torch.maximum(strongest, soft)
        least = torch.where(soft > 0, least.clamp(max=most), least)
    share = size / least.nan_to_num(0.0, posinf=torch.inf).clamp(min=1e-6)
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
    0.7 for hair of another colour (decision 6). Ours.

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


@dataclass(frozen=True)
class Touched:
    """How strongly what is carried shows.

    Attributes:
        mask: [1, 1, ?, ?] in [0, 1], of all edits.
        drawn: the size of drawings.
        region: of them, from `reach`.
    """

    mask: Tensor
    drawn: Size
    region: Region

    def rows(self, size: Size, rows: range) -> Tensor:
        """That of some rows of a picture of a size: [1, 1, R, W]."""
        source = rows_under(self.drawn, size, rows)
        band, room = band_of(self.region, source), (len(source), self.drawn[1])
        if band is None:
            part = self.mask.new_zeros(1, 1, *room)
        else:
            soft = feathered(self.mask, self.drawn, band)
            part = padded(soft, band.shifted(-source.start, 0), room)
        return resized_rows(part, source, self.drawn, size, rows)


def finished(original: Pixels, changes: Sequence[Carried], touched: Touched) -> Pixels:
    """A picture with what is carried to it, as pixels [H, W, 3], made a few rows at a time; those
    that nothing of `touched` reaches are the original's, bit for bit."""
    size, pixels = (original.shape[0], original.shape[1]), original.copy()
    most = max(1, ROWS_PX // size[1])
    for top in range(0, size[0], most):
        rows = range(top, min(top + most, size[0]))
        here = slice(rows.start, rows.stop)
        inside = (touched.rows(size, rows) > 0)[0, 0].cpu().numpy()
        if inside.any():
            img = to_img(original[here]).to(touched.mask.device)
            for change in changes:
                img = change.on(img, size, rows)
            pixels[here] = np.where(inside[:, :, None], to_pixels(img), original[here])
    return pixels


def changed_box(before: Pixels, after: Pixels) -> Box | None:
    """The smallest box that holds every changed pixel; None when there is none."""
    differs = (before != after).any(axis=2)
    rows, columns = differs.any(axis=1).nonzero()[0], differs.any(axis=0).nonzero()[0]
    if not len(rows):
        return None
    x, y = int(columns[0]), int(rows[0])
    return x, y, int(columns[-1]) - x + 1, int(rows[-1]) - y + 1
