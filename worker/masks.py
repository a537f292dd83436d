"""Masks of the contract as tensors."""

import torch
from torch import Tensor

from contracts.masks import AnyMask, MaskAll, MaskGrid, MaskPng
from worker.decode import decode_mask
from worker.ports import FetchMask

FINEST = 1024  # places per side: soft edges are 32 times as wide, so that none finer shows
ALL_PLACES = 1 << 26  # of the masks of a list: 256 MB


def read_mask(mask: AnyMask, grid: tuple[int, int], stored: FetchMask) -> Tensor:
    """A contract mask as [1, 1, h, w] in [0, 1], of its own size (`grid` for the whole picture)."""
    match mask:
        case MaskAll():
            return torch.ones(1, 1, *grid)
        case MaskGrid():
            return torch.tensor(mask.rows)[None, None]
        case MaskPng():
            return torch.from_numpy(decode_mask(mask.png()))[None, None]
        case _:
            return torch.from_numpy(stored(mask.mask_id))[None, None]


def finest_of(num: int) -> int:
    """How many places per side each of so many masks of a picture may have."""
    side = FINEST
    while side**2 * num > ALL_PLACES:
        side //= 2
    return side
