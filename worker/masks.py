"""Masks of the contract as tensors."""

import torch
from torch import Tensor

from contracts.edits import Mask, MaskAll, MaskGrid
from worker.decode import decode_mask


def read_mask(mask: Mask, grid: tuple[int, int]) -> Tensor:
    """A contract mask as [1, 1, h, w] in [0, 1], of its own size (`grid` for the whole picture)."""
    if isinstance(mask, MaskAll):
        return torch.ones(1, 1, *grid)
    if isinstance(mask, MaskGrid):
        return torch.tensor(mask.rows)[None, None]
    return torch.from_numpy(decode_mask(mask))[None, None]
