"""Quarters of the land, each with its own direction: along it run furrows, streets and houses."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from models.counter import uniform
from training.aerial.noise import Scatter, Window, smooth

QUARTER_M = 240.0  # how far apart the middles of quarters are
BEND_M = 14.0  # how far borders wander from straight lines
NEIGHBOURS = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]


@dataclass(frozen=True)
class Frame:
    """Where places lie within their quarter; every tensor is [H, W].

    Attributes:
        u, v: metres along and across the quarter's direction.
        angle: the direction, in radians from east to south.
        quarter: an int64 for each quarter.
        border: metres to the nearest border with another quarter.
    """

    u: Tensor
    v: Tensor
    angle: Tensor
    quarter: Tensor
    border: Tensor


def frame_of(seed: int, window: Window) -> Frame:
    """Part the land into quarters: Voronoi cells of scattered middles, with bent borders."""
    y, x = window.mesh()
    y = y + BEND_M * smooth(seed + 1, window, 90.0)
    x = x + BEND_M * smooth(seed + 2, window, 90.0)
    row, column = torch.floor(y / QUARTER_M).long(), torch.floor(x / QUARTER_M).long()
    lattice = Scatter(seed, row, column)
    south, east = (0.1 + 0.8 * lattice.uniform(k) for k in (0, 1))
    into_y, into_x = (y - row * QUARTER_M).float(), (x - column * QUARTER_M).float()
    nearest = torch.full_like(into_y, math.inf)
    second = torch.full_like(into_y, math.inf)
    away_y, away_x = torch.zeros_like(into_y), torch.zeros_like(into_x)
    quarter = torch.zeros_like(row)
    for dy, dx in NEIGHBOURS:
        dv = into_y - (lattice.at(south, dy, dx) + dy) * QUARTER_M
        du = into_x - (lattice.at(east, dy, dx) + dx) * QUARTER_M
        distance = torch.hypot(dv, du)
        closer = distance < nearest
        second = torch.where(closer, nearest, torch.minimum(second, distance))
        nearest = torch.where(closer, distance, nearest)
        away_y, away_x = torch.where(closer, dv, away_y), torch.where(closer, du, away_x)
        quarter = torch.where(closer, lattice.at(lattice.keys, dy, dx), quarter)
    angle = (math.pi * uniform(quarter + 2)).float()
    cos, sin = angle.cos(), angle.sin()
    return Frame(
        u=away_x * cos + away_y * sin,
        v=away_y * cos - away_x * sin,
        angle=angle,
        quarter=quarter,
        border=(second - nearest) / 2,
    )
