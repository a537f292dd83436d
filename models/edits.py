"""Edits as pure functions latent → latent; no network, no files.

A mask [1, 1, h, w] in [0, 1] says where. A layer coarser than the mask takes, in each cell, the
strongest mask that the cell covers: a brush narrower than a cell still has its full effect, and the
composite keeps the effect inside the brush. (Ours; averaging would weaken coarse layers where
most of an attribute lives. See docs/decisions.md.)
"""

from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

from models.errors import SpaceError
from models.latents import Cells, LatentMap, is_even, is_same_shape

FINE = 16  # cells per side from which the edges of mixed maps are softened


def fit_mask(mask: Tensor, cells: Cells) -> Tensor:
    """Resample a mask [N, 1, h, w] to `cells`: the maximum to shrink, bilinear to grow."""
    return F.interpolate(shrunk(mask, cells), size=cells, mode="bilinear", align_corners=False)


def fit_mask_part(mask: Tensor, cells: Cells, rows: range, columns: range) -> Tensor:
    """Those rows and columns of what `fit_mask` gives, without making the rest."""
    part = shrunk(mask, cells)
    for dim, places in ((2, rows), (3, columns)):
        step, last = part.shape[dim] / cells[dim - 2], part.shape[dim] - 1
        at = (torch.arange(places.start, places.stop, device=mask.device) + 0.5) * step - 0.5
        at = at.clamp(0, last)
        low = at.long()
        share = (at - low).reshape(-1, *[1] * (3 - dim))
        here, next_ = (part.index_select(dim, k) for k in (low, (low + 1).clamp(max=last)))
        part = torch.lerp(here, next_, share)
    return part


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


def blended(wmap: Tensor, mask: Tensor) -> Tensor:
    """The mask on a layer's own grid, for mixing two maps there.

    Two maps differ far more than an edit moves one, and a hard step between them rings where the
    generator halves a fine map: the edge takes three cells. Coarse layers keep theirs, whose cells
    are wide enough. (Ours.)
    """
    hard = fit_mask(mask, grid_of(wmap))
    if min(hard.shape[2:]) < FINE:
        return hard
    return F.avg_pool2d(F.pad(hard, [1, 1, 1, 1], mode="replicate"), 3, stride=1)


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
    first, last = layers or (0, len(latent.layers))
    everywhere = bool((mask == mask[..., :1, :1]).all())

    @cache  # layers share grids
    def masked(cells: Cells) -> Tensor:
        return fit_mask(mask, cells)

    def change(i: int, wmap: Tensor) -> Tensor:
        if not first <= i < last:
            return wmap
        if everywhere and is_even(wmap):  # and so it stays
            cell = wmap[:, :, :1, :1] + mask[..., :1, :1] * (strength * direction[i])[:, None, None]
            return cell.expand_as(wmap)
        return wmap + masked(grid_of(wmap)) * (strength * direction[i])[None, :, None, None]

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
        copied = shifted(donor.layers[i], offset, grid_of(wmap))
        return torch.lerp(wmap, copied, blended(wmap, mask))

    return latent.map(change)


def shifted(wmap: Tensor, offset: tuple[float, float], cells: Cells) -> Tensor:
    """A map on `cells`, its content moved by (dx, dy) fractions of its size; the border repeats."""
    if offset == (0, 0) and cells == grid_of(wmap):
        return wmap
    theta = wmap.new_tensor([[1.0, 0.0, -2 * offset[0]], [0.0, 1.0, -2 * offset[1]]])[None]
    places = F.affine_grid(theta, [1, 1, *cells], align_corners=False)
    places = places.expand(wmap.shape[0], -1, -1, -1)
    return F.grid_sample(wmap, places, padding_mode="border", align_corners=False)


def resample(latent: LatentMap, fresh: LatentMap, mask: Tensor, amount: float) -> LatentMap:
    """Blend newly drawn content into the masked region: `amount` 0 keeps, 1 replaces."""

    def change(i: int, wmap: Tensor) -> Tensor:
        return torch.lerp(wmap, fresh.layers[i].expand_as(wmap), blended(wmap, mask) * amount)

    return latent.map(change)
