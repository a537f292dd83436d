"""Drawing many pictures, some at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

Draw = Callable[[Tensor, int], Tensor]
"""Factors [N, F] and a resolution → `img` [N, 3, R, R] in [-1, 1]."""


@torch.no_grad()
def drawn_in_chunks(draw: Draw, factors: Tensor, resolution: int, num: int) -> Tensor:
    """Draw pictures `num` at a time: `img` [N, 3, R, R]."""
    img = factors.new_empty(len(factors), 3, resolution, resolution, dtype=torch.float32)
    with _one_thread():
        for start in range(0, len(factors), num):
            img[start : start + num] = draw(factors[start : start + num], resolution)
    return img


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep torch on one CPU thread.

    Drawing is about a thousand short operations per chunk; on a busy machine the threads wait for
    each other after every one of them, and the whole is up to 100 times slower.
    """
    num_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(num_threads)
