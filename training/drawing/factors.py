"""Factors: what varies in a drawn set, and how they are drawn from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import torch
from torch import Tensor

_BLOCK_ROWS = 64  # rows per Philox stream: one stream per row would cost 20 us each


@dataclass(frozen=True)
class Factor:
    """One independent cause of variation.

    A continuous factor is uniform in [low, high]; a binary one is 1 with probability `p`, else 0.
    Where `low` is negative and the drawing knows no negative amount (a beard), values below 0
    mean "none": that gives the absence of the thing a probability of its own.
    """

    name: str
    title: str
    low: float
    high: float
    region: str
    kind: Literal["continuous", "binary"] = "continuous"
    p: float = 0.5


def binary(name: str, title: str, region: str, p: float) -> Factor:
    """A factor that is there or not."""
    return Factor(name, title, 0.0, 1.0, region, "binary", p)


class Columns:
    """The factors of a batch by name, each [N, 1, 1, 1], ready to broadcast over pictures."""

    known: ClassVar[Sequence[Factor]]
    """Of the set, in the order of a row."""

    def __init__(self, factors: Tensor) -> None:
        """Take factors [N, F] in the order of `known`."""
        num = len(self.known)
        if factors.ndim != 2 or factors.shape[1] != num:
            raise ValueError(f"factors must be [N, {num}], not {list(factors.shape)}")
        columns = factors.float()[:, :, None, None, None].unbind(1)
        names = (factor.name for factor in self.known)
        self._columns = dict(zip(names, columns, strict=True))

    def __getitem__(self, name: str) -> Tensor:
        return self._columns[name]


def sample(factors: Sequence[Factor], seed: int, start: int, num: int) -> Tensor:
    """Draw the factors of pictures `start` to `start + num - 1`.

    Row i depends on (seed, start + i) alone: numpy's counter-based Philox is keyed with the seed
    and its counter is set from the row, so any slicing gives identical rows.

    Returns:
        [num, F] on the CPU, in the order of `factors`.
    """
    if seed < 0 or start < 0 or num < 0:
        raise ValueError("seed, start and num must not be negative")
    first, last = start // _BLOCK_ROWS, (start + max(num, 1) - 1) // _BLOCK_ROWS
    blocks = []
    for block in range(first, last + 1):
        bits = np.random.Philox(key=seed, counter=block << 64)
        blocks.append(np.random.Generator(bits).random((_BLOCK_ROWS, len(factors))))
    offset = start - first * _BLOCK_ROWS
    uniform = np.concatenate(blocks)[offset : offset + num]
    return spread(factors, torch.from_numpy(uniform)).float()


def spread(factors: Sequence[Factor], uniform: Tensor) -> Tensor:
    """Turn numbers in [0, 1), [N, F], into factors with their own ranges and probabilities."""

    def row(values: list[float]) -> Tensor:
        return torch.tensor(values, dtype=uniform.dtype, device=uniform.device)

    low, high = row([f.low for f in factors]), row([f.high for f in factors])
    is_binary = row([f.kind == "binary" for f in factors]).bool()
    is_one = (uniform < row([f.p for f in factors])).to(uniform.dtype)
    return torch.where(is_binary, is_one, low + (high - low) * uniform)
