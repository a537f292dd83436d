"""Pictures at another size, some rows at a time."""

import functools

import torch
import torch.nn.functional as F
from torch import Tensor

from models.region import Size, size_of


def resize_change(change: Tensor, size: Size) -> Tensor:
    """Resample without overshoot, so that what is 0 stays 0 beyond a pixel's reach."""
    if tuple(change.shape[2:]) == size:
        return change
    return F.interpolate(change, size=size, mode="bilinear", align_corners=False, antialias=True)


def rows_of(x: Tensor, size: Size, rows: range) -> Tensor:
    """Those rows of what `resize_change` gives, without making the rest."""
    source = rows_under(size_of(x), size, rows)
    return resized_rows(x[:, :, source.start : source.stop], source, size_of(x), size, rows)


def rows_under(x_size: Size, size: Size, rows: range) -> range:
    """The rows of a change of one size on which those depend that it has at another."""
    if x_size == size:
        return rows
    if len(rows) == size[0]:
        return range(x_size[0])
    used = row_weights(x_size[0], size[0])[rows.start : rows.stop].any(dim=0).nonzero()
    return range(int(used[0]), int(used[-1]) + 1)


def resized_rows(part: Tensor, source: range, x_size: Size, size: Size, rows: range) -> Tensor:
    """Rows that a change of one size has at another.

    Args:
        part: its `source` rows, from `rows_under`.
    """
    if x_size == size:
        return part
    if len(rows) == size[0]:
        return resize_change(part, size)
    weights = row_weights(x_size[0], size[0])[rows.start : rows.stop, source.start : source.stop]
    return resize_change(torch.matmul(weights.to(part), part), (len(rows), size[1]))


@functools.lru_cache(maxsize=2)
def row_weights(rows: int, wanted: int) -> Tensor:
    """What every one of the wanted rows takes of rows: [wanted, rows]."""
    with torch.inference_mode(False):
        return resize_change(torch.eye(rows)[None, None], (wanted, rows))[0, 0]
