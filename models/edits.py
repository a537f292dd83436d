"""Edits as pure functions latent → latent; no network, no files.

A mask [1, 1, h, w] in [0, 1] says where. A layer coarser than the mask takes, in each cell, the
strongest mask that the cell covers: a brush narrower than a cell still has its full effect, and the
composite keeps the effect inside the brush. (Ours; averaging would weaken coarse layers where
most of an attribute lives. Decision 4.)

A mask is of the whole picture, whatever part of it a latent is of (`LatentMap.part`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import torch
import torch.nn.functional as F
from torch import Tensor

from models.errors import SpaceError
from models.latents import WHOLE_CELLS, Cells, LatentMap, is_even, is_same_shape
from models.region import Region, hem_of

FINE = 16  # cells per side from which the edges of mixed maps are softened


def fit_mask(mask: Tensor, cells: Cells) -> Tensor:
    """Resample a mask [N, 1, h, w] to `cells`: the maximum to shrink, bilinear to grow."""
    return F.interpolate(shrunk(mask, cells), size=cells, mode="bilinear", align_corners=False)


def fit_mask_part(mask: Tensor, cells: Cells, rows: range, columns: range) -> Tensor:
    """Those rows and columns of what `fit_mask` gives, without making the rest."""
    height, width = mask.shape[2:]
    if height % cells[0] == 0 and width % cells[1] == 0:  # whole squares become cells
        down, across = height // cells[0], width // cells[1]
        part = mask[..., rows.start * down : rows.stop * down, :]
        part = part[..., columns.start * across : columns.stop * across]
        return F.max_pool2d(part, (down, across)) if down * across > 1 else part
    part = shrunk(mask, cells)
    for dim, places in ((2, rows), (3, columns)):
        step = part.shape[dim] / cells[dim - 2]
        at = (torch.arange(places.start, places.stop, device=mask.device) + 0.5) * step - 0.5
        part = linear(part, dim, at)
    return part


def linear(x: Tensor, dim: int, at: Tensor) -> Tensor:
    """x [N, C, h, w] at those places along a dimension, between its own; the border repeats."""
    last = x.shape[dim] - 1
    at = at.clamp(0, last)
    low = at.long()
    share = (at - low).to(x.dtype).reshape(-1, *[1] * (3 - dim))
    here, next_ = (x.index_select(dim, k) for k in (low, (low + 1).clamp(max=last)))
    return torch.lerp(here, next_, share)


def shrunk(mask: Tensor, cells: Cells) -> Tensor:
    """The mask on no more than `cells`: of those that become one, the maximum."""
    height, width = mask.shape[2:]
    if cells[0] >= height and cells[1] >= width:
        return mask
    return F.adaptive_max_pool2d(mask, (min(cells[0], height), min(cells[1], width)))


def stronger(mask: Tensor, other: Tensor) -> Tensor:
    """The maximum of two masks [1, 1, h, w], on the finer grid of the two."""
    fine = (max(mask.shape[2], other.shape[2]), max(mask.shape[3], other.shape[3]))
    return torch.maximum(fit_mask(mask, fine), fit_mask(other, fine))


def grid_of(wmap: Tensor) -> Cells:
    """Rows and columns of a map [N, D, h, w]."""
    return (wmap.shape[2], wmap.shape[3])


@dataclass(frozen=True)
class Grid:
    """The cells of a layer on the whole picture, and which of them are at hand.

    Attributes:
        size: rows and columns of the whole.
    """

    size: Cells
    rows: range
    columns: range

    @property
    def is_whole(self) -> bool:
        """Whether all are at hand."""
        return (len(self.rows), len(self.columns)) == self.size

    def on(self, mask: Tensor, around: int = 0) -> Tensor:
        """A mask on the cells at hand, and so many around them; the border's own repeat."""
        if self.is_whole:
            fitted = fit_mask(mask, self.size)
            return F.pad(fitted, [around] * 4, mode="replicate") if around else fitted
        wanted = Region(self.rows.start, self.rows.stop, self.columns.start, self.columns.stop)
        wanted = wanted.grown(around)
        known = wanted.within(self.size)
        rows, columns = range(known.top, known.bottom), range(known.left, known.right)
        fitted = fit_mask_part(mask, self.size, rows, columns)
        return F.pad(fitted, hem_of(known, wanted), mode="replicate")


def grid_at(latent: LatentMap, wmap: Tensor) -> Grid:
    """The grid of a latent's map; of a part it has a place for every cell (`latents.embed`)."""
    height, width = grid_of(wmap)
    if latent.cells is None:
        return Grid((height, width), range(height), range(width))
    down, across = height // latent.cells.height, width // latent.cells.width
    top, left = latent.cells.top * down, latent.cells.left * across
    size = (latent.base[0] * down, latent.base[1] * across)
    return Grid(size, range(top, top + height), range(left, left + width))


def blended(grid: Grid, mask: Tensor) -> Tensor:
    """The mask on a layer's own grid, for mixing two maps there.

    Two maps differ far more than an edit moves one, and a hard step between them rings where the
    generator halves a fine map: the edge takes three cells. Coarse layers keep theirs, whose cells
    are wide enough. (Ours.)
    """
    if min(grid.size) < FINE:
        return grid.on(mask)
    return F.avg_pool2d(grid.on(mask, around=1), 3, stride=1)


@dataclass(frozen=True)
class Step:
    """A way that masked cells go.

    Attributes:
        mask: [1, 1, h, w].
        by: [L, D]; where the mask is 1, a layer's cells go all of it.
        layers: style layers [from, to) that go; None: all.
    """

    mask: Tensor
    by: Tensor
    layers: tuple[int, int] | None = None

    def moves(self, layer: int) -> bool:
        """Whether a style layer goes."""
        return self.layers is None or self.layers[0] <= layer < self.layers[1]

    @cached_property
    def is_everywhere(self) -> bool:
        """Whether all cells go equally far."""
        return bool((self.mask == self.mask[..., :1, :1]).all())


def move(
    latent: LatentMap,
    direction: Tensor,
    strength: float,
    mask: Tensor,
    layers: tuple[int, int] | None = None,
) -> LatentMap:
    """Move the masked cells along an attribute's direction.

    Args:
        latent: a latent with a grid (`embed` it in S+ first).
        direction: [L, D]; one σ of the attribute.
        strength: in σ.
        mask: [1, 1, h, w].
        layers: style layers [from, to) to move; None: all.
    """
    return go(latent, [Step(mask, strength * direction, layers)])


def go(latent: LatentMap, steps: Sequence[Step]) -> LatentMap:
    """Move by several steps at once; their order makes no difference."""

    @cache  # layers share grids
    def masked(grid: Grid) -> list[Tensor]:
        return [grid.on(step.mask) for step in steps]

    def change(i: int, wmap: Tensor) -> Tensor:
        ways = [step for step in steps if step.moves(i)]
        if not ways:
            return wmap
        if is_even(wmap) and all(step.is_everywhere for step in ways):  # and so it stays
            cell = wmap[:, :, :1, :1]
            for step in ways:
                cell = cell + step.mask[..., :1, :1] * step.by[i][:, None, None]
            return cell.expand_as(wmap)
        masks = [m for m, s in zip(masked(grid_at(latent, wmap)), steps, strict=True) if s.moves(i)]
        if len(ways) == 1:
            return wmap + masks[0] * ways[0].by[i][None, :, None, None]
        by = torch.stack([step.by[i] for step in ways])
        return wmap + torch.einsum("nehw,ed->ndhw", torch.cat(masks, dim=1), by)

    return latent.map(change)


def transplant(
    latent: LatentMap, donor: LatentMap, mask: Tensor, offset: tuple[float, float]
) -> LatentMap:
    """Copy the donor's cells into the masked region.

    Args:
        latent: the base.
        donor: of the same space, and of a picture of the same shape; a larger or smaller one (land
            is encoded as large as it is) is resampled.
        mask: [1, 1, h, w] on the base.
        offset: (dx, dy) as fractions of the picture: a place p of the base takes p − offset of the
            donor; places outside the donor take its border.

    Raises:
        SpaceError: the two latents do not have the same maps.
    """
    pairs = zip(latent.layers, donor.layers, strict=False)
    if len(latent.layers) != len(donor.layers) or any(a.shape[:2] != b.shape[:2] for a, b in pairs):
        raise SpaceError("base and donor must be encoded by the same model")
    if not is_same_shape(latent.base, donor.base):
        raise SpaceError("base and donor must be pictures of the same shape")

    def change(i: int, wmap: Tensor) -> Tensor:
        grid = grid_at(latent, wmap)
        copied = shifted(donor.layers[i], grid_at(donor, donor.layers[i]), grid, offset)
        return torch.lerp(wmap, copied, blended(grid, mask))

    return latent.map(change)


def shifted(wmap: Tensor, known: Grid, wanted: Grid, offset: tuple[float, float]) -> Tensor:
    """A map of a known grid on a wanted one, its content moved by (dx, dy) fractions of the
    picture; the border repeats."""
    if offset == (0, 0) and wanted == known:
        return wmap
    for dim, by in ((2, offset[1]), (3, offset[0])):
        here, there = ((g.rows, g.columns)[dim - 2] for g in (known, wanted))
        num = known.size[dim - 2]
        at = torch.arange(there.start, there.stop, device=wmap.device, dtype=torch.float64) + 0.5
        at = ((at / wanted.size[dim - 2] - by) * num - 0.5).clamp(0, num - 1)
        wmap = linear(wmap, dim, at - here.start)
    return wmap


def source_of(cells: Region, base: Cells, donor: Cells, offset: tuple[float, float]) -> Region:
    """The cells of a donor's base that `transplant` takes for some cells of a picture's base."""
    found: list[int] = []
    for first, last, num, own, by in (
        (cells.top, cells.bottom, base[0], donor[0], offset[1]),
        (cells.left, cells.right, base[1], donor[1], offset[0]),
    ):
        begin, end = math.floor((first / num - by) * own), math.ceil((last / num - by) * own)
        found += [min(max(begin, 0), own - 1), max(min(end, own), 1)]  # at least the border's
    return Region(*found).grown(WHOLE_CELLS).aligned(WHOLE_CELLS).within(donor)


def resample(latent: LatentMap, fresh: LatentMap, mask: Tensor, amount: float) -> LatentMap:
    """Blend newly drawn content into the masked region: `amount` 0 keeps, 1 replaces."""

    def change(i: int, wmap: Tensor) -> Tensor:
        share = blended(grid_at(latent, wmap), mask) * amount
        return torch.lerp(wmap, fresh.layers[i].expand_as(wmap), share)

    return latent.map(change)
