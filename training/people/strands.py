"""Strands: waves with fixed phases across coordinates that follow the hair.

Where a strand lies is a function of the factors alone, through the coordinates: nothing is drawn
by chance, so that it can be learnt place by place.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from training.people.canvas import Canvas

LOCKS = ((11.0, 0.4, 0.50), (23.0, 2.3, 0.50), (47.0, 4.4, 0.46), (97.0, 1.1, 0.40))
"""Waves per unit of `across`, phases, and how strong they are."""


def strands(part: Canvas, across: Tensor, along: Tensor, scale: Tensor | float) -> Tensor:
    """Light and dark of strands, about in [-1, 1]; those thinner than pixels are left out.

    Args:
        across: coordinate that is the same all along a strand.
        along: coordinate down the strand, in units of the board; strands wander a little with it.
        scale: units of the board that one unit of `across` is there.
    """
    total = torch.zeros_like(across)
    drift = torch.sin(along * 4.0 + across * 3.0)
    for frequency, phase, strength in LOCKS:
        shown = part.shown(scale * (2.0 * math.pi / frequency))
        wave = torch.sin(across * frequency + (drift * (0.5 + 0.012 * frequency) + phase))
        total.add_(wave.mul_(shown).mul_(strength))
    return total


def curls(part: Canvas, x: Tensor, y: Tensor, size: float) -> Tensor:
    """A carpet of curls in [-1, 1]: hills of `size` units, each a coil seen from the front."""
    k = math.pi / size
    bend_x = torch.sin(y * (0.62 * k) + 0.8)
    bend_y = torch.sin(x * (0.55 * k) + 2.0)
    hills = torch.sin(x * k + 1.1 * bend_x) * torch.sin(y * (0.92 * k) + 1.1 * bend_y)
    coil = torch.sin(hills * 7.5 + x * (0.8 * k))
    return hills.mul_(0.68).add_(coil.mul_(0.32 * part.shown(0.5 * size)))
