"""Soft edges of masks."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from models.edits import fit_mask_part
from models.region import Patch, Region, Size, whole

FEATHER_CELLS = 1.0  # radius of the soft edge, in cells of 1/32 of the picture's short side


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
