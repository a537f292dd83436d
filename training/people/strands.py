"""Strands: waves with fixed phases across coordinates that follow the hair.

Where a strand lies is a function of the factors alone, through the coordinates: nothing is drawn
by chance, so that it can be learnt place by place.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from training.people.canvas import Canvas

LOCKS = ((9.0, 0.4, 0.34), (21.0, 2.3, 0.38), (47.0, 4.4, 0.40), (99.0, 1.1, 0.44))
"""Waves per unit of `across`, phases, and how strong they are."""


def strands(part: Canvas, across: Tensor, along: Tensor, scale: Tensor | float) -> Tensor:
    """Light and dark of strands, about in [-1, 1]; those thinner than pixels are left out.

    Args:
        across: coordinate that is the same all along a strand.
        along: coordinate down the strand, in units of the board; strands wander a little with it.
        scale: units of the board that one unit of `across` is there.
    """
    total = torch.zeros_like(across)
    across = across + 0.045 * torch.sin(across * 7.0 + 1.0)  # no two locks alike
    drift = torch.sin(along * 4.0 + across * 3.0)
    for frequency, phase, strength in LOCKS:
        shown = part.shown(scale * (2.0 * math.pi / frequency))
        wave = torch.sin(across * frequency + (drift * (0.5 + 0.012 * frequency) + phase))
        total.add_(wave.mul_(shown).mul_(strength))
    return total.mul_(0.78 + 0.34 * torch.sin(across * 5.0 - along * 3.0 + 2.0))


def curls(part: Canvas, x: Tensor, y: Tensor, size: float) -> Tensor:
    """A carpet of curls, about in [-1, 1]: hills of `size` units and smaller ones across them."""
    return 0.80 * _hills(part, x, y, size) + 0.34 * _hills(part, y + 0.31, 0.17 - x, 0.56 * size)


def _hills(part: Canvas, x: Tensor, y: Tensor, size: float) -> Tensor:
    """Round hills with threads across, valleys between them."""
    k = math.pi / size
    bend_x = torch.sin(y * (0.62 * k) + x * (0.21 * k) + 0.8)
    bend_y = torch.sin(x * (0.55 * k) - y * (0.17 * k) + 2.0)
    hills = torch.sin(x * k + 1.1 * bend_x) * torch.sin(y * (0.92 * k) + 1.1 * bend_y)
    threads = torch.sin(hills * 6.0 + (x - y) * (1.5 * k)).mul_(0.22 * part.shown(0.6 * size))
    low = hills.abs_().neg_().add_(1.0)
    return low.square_().mul_(-1.5).add_(0.62).add_(threads)
