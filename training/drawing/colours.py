"""Colours: short ramps that are picked by hand, read with a continuous position."""

from __future__ import annotations

import torch
from torch import Tensor


def rgb(code: str) -> tuple[float, float, float]:
    """A colour written #rrggbb as three numbers in [0, 1]."""
    red, green, blue = (int(code[i : i + 2], 16) / 255.0 for i in (1, 3, 5))
    return red, green, blue


def ramp(position: Tensor, codes: tuple[str, ...]) -> Tensor:
    """Read a ramp of colours at `position` [N, 1, 1, 1] in [0, 1].

    Returns:
        [N, 3, 1, 1] in [0, 1], piecewise linear in the position.
    """
    table = [rgb(code) for code in codes]
    colors = position.new_tensor(table)  # [K, 3]
    place = position.flatten().clamp(0.0, 1.0) * (len(table) - 1)
    below = place.long().clamp(max=len(table) - 2)
    color = torch.lerp(colors[below], colors[below + 1], (place - below)[:, None])
    return color[:, :, None, None]


def constant(like: Tensor, red: float, green: float, blue: float) -> Tensor:
    """One colour [1, 3, 1, 1] for the whole batch, on the device of `like`."""
    return like.new_tensor([red, green, blue])[None, :, None, None]


def mix(base: Tensor, other: str | Tensor, amount: Tensor | float) -> Tensor:
    """Move colours [N, 3, 1, 1] towards another colour by `amount` in [0, 1]."""
    if isinstance(other, str):
        other = constant(base, *rgb(other))
    return base + (other - base) * amount
