"""Light on a height map: faces turned to the sun, and shadows cast."""

import math

import torch
from torch import Tensor

from training.aerial.cover import Sun

AMBIENT = 0.45
SHADOW_STEPS = 9


def facing(height: Tensor, sun: Sun, step: float) -> Tensor:
    """How much sun falls on every place [H, W], 1 on level ground; Lambert's law.

    Args:
        height: [H, W] in metres.
        step: metres between samples.
    """
    south = (height.roll(-1, 0) - height.roll(1, 0)) / (2 * step)
    east = (height.roll(-1, 1) - height.roll(1, 1)) / (2 * step)
    towards = math.cos(sun.direction) * east + math.sin(sun.direction) * south
    lit = math.sin(sun.elevation) - math.cos(sun.elevation) * towards
    return (lit / torch.sqrt(1 + south.square() + east.square())).clamp(min=0) / math.sin(
        sun.elevation
    )


def shadow(height: Tensor, sun: Sun, step: float, reach: float) -> Tensor:
    """1 where something within `reach` metres stands between a place [H, W] and the sun."""
    hidden = torch.zeros_like(height)
    for k in range(1, SHADOW_STEPS + 1):
        away = reach * k / SHADOW_STEPS
        dx = round(math.cos(sun.direction) * away / step)
        dy = round(math.sin(sun.direction) * away / step)
        needed = height + math.hypot(dx, dy) * step * math.tan(sun.elevation)
        above = height.roll((-dy, -dx), (0, 1)) - needed
        hidden = torch.maximum(hidden, (above / 0.8).clamp(0, 1))
    return hidden
