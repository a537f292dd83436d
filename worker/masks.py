"""Masks of the contract as tensors."""

import torch
from torch import Tensor

from contracts.edits import Mask, MaskAll, MaskGrid
from models.edits import fit_mask
from worker.decode import decode_mask


def read_mask(mask: Mask, grid: tuple[int, int]) -> Tensor:
    """A contract mask as [1, 1, h, w] in [0, 1], of its own size (`grid` for the whole picture)."""
    if isinstance(mask, MaskAll):
        return torch.ones(1, 1, *grid)
    if isinstance(mask, MaskGrid):
        return torch.tensor(mask.rows)[None, None]
    return torch.from_numpy(decode_mask(mask))[None, None]


def stronger(mask: Tensor, other: Tensor) -> Tensor:
    """The maximum of two masks [1, 1, h, w], on the finer grid of the two."""
    rows = max(mask.shape[2], other.shape[2])
    columns = max(mask.shape[3], other.shape[3])
    fine = (rows, columns)
    return torch.maximum(fit_mask(mask, fine), fit_mask(other, fine))
