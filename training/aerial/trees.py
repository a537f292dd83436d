"""Trees: round crowns on a scattered lattice."""

import torch
from torch import Tensor

from training.aerial.frames import NEIGHBOURS
from training.aerial.noise import Scatter, Window

SPACING_M = 9.0
CROWN_M = (3.6, 6.2)  # radius
TRUNK_M = 4.0


def crowns(seed: int, window: Window) -> tuple[Tensor, Tensor, Tensor]:
    """As if trees stood everywhere.

    Returns:
        Height [H, W] of the highest crown in metres, a number per tree in [0, 1), and another by
        which it stands where a wood is denser than that.
    """
    y, x = window.mesh()
    row, column = torch.floor(y / SPACING_M).long(), torch.floor(x / SPACING_M).long()
    lattice = Scatter(seed, row, column)
    radii = CROWN_M[0] + (CROWN_M[1] - CROWN_M[0]) * lattice.uniform(0)
    trunks = TRUNK_M * (0.6 + radii / CROWN_M[1])
    south, east, tints, ranks = (lattice.uniform(k) for k in (1, 2, 3, 4))
    into_y, into_x = (y - row * SPACING_M).float(), (x - column * SPACING_M).float()
    height, tint, rank = (torch.zeros_like(into_y) for _ in range(3))
    for dy, dx in NEIGHBOURS:
        away_y = into_y - (lattice.at(south, dy, dx) + dy) * SPACING_M
        away_x = into_x - (lattice.at(east, dy, dx) + dx) * SPACING_M
        square = lattice.at(radii.square(), dy, dx) - away_y.square() - away_x.square()
        top = torch.where(square > 0, lattice.at(trunks, dy, dx) + square.clamp(min=0).sqrt(), 0)
        higher = top > height
        height = torch.where(higher, top, height)
        tint = torch.where(higher, lattice.at(tints, dy, dx), tint)
        rank = torch.where(higher, lattice.at(ranks, dy, dx), rank)
    return height, tint, rank
