"""Towns: streets in blocks, houses with gable roofs on their plots."""

from dataclasses import dataclass

import torch
from torch import Tensor

from models.counter import bits, uniform
from training.aerial.frames import Frame

BLOCK_M = 76.0  # from the middle of a street to that of the next
PLOT_M = 19.0
STREET_M = 6.0
EAVES_M = (3.0, 6.0)
PITCH = 0.7  # metres that a roof rises for each metre inwards
ROOFS = 5


@dataclass(frozen=True)
class Town:
    """As if the whole land were town; every tensor is [H, W].

    Attributes:
        street: metres to the middle of the nearest street.
        height: metres above the ground: of a roof, or 0.
        roof: which of `ROOFS` materials.
        tint: in [0, 1), one number per plot.
        rank: in [0, 1), one number per plot: it is built on where a town is denser than that.
    """

    street: Tensor
    height: Tensor
    roof: Tensor
    tint: Tensor
    rank: Tensor


def town_of(frame: Frame) -> Town:
    """Lay out streets and plots along every quarter's direction."""
    u, v = frame.u, frame.v
    street = torch.minimum(to_line(u), to_line(v))
    row, column = torch.floor(v / PLOT_M).long(), torch.floor(u / PLOT_M).long()
    key = bits(frame.quarter + 9, row, column)

    def draw(k: int, low: float, high: float) -> Tensor:
        return low + (high - low) * uniform(key + k).float()

    du = u - (column + 0.5) * PLOT_M - draw(0, -1.5, 1.5)
    dv = v - (row + 0.5) * PLOT_M - draw(1, -1.5, 1.5)
    turned = uniform(key + 2) < 0.5
    along, across = torch.where(turned, dv, du), torch.where(turned, du, dv)
    inside = torch.minimum(draw(3, 4.5, 7.0) - along.abs(), draw(4, 3.5, 5.0) - across.abs())
    gable = draw(4, 3.5, 5.0) - across.abs()
    flat = uniform(key + 5) < 0.2
    height = draw(6, *EAVES_M) + torch.where(flat, torch.zeros_like(u), PITCH * gable)
    # A plot that a street or a border cuts stays free: no house stands half on the road.
    middle_u, middle_v = (column + 0.5) * PLOT_M, (row + 0.5) * PLOT_M
    clear = torch.minimum(to_line(middle_u), to_line(middle_v)) > STREET_M / 2 + 5.0
    built = (inside > 0) & clear & (frame.border > STREET_M)
    return Town(
        street=torch.minimum(street, frame.border),
        height=height * built,
        roof=(uniform(key + 7) * ROOFS).long(),
        tint=uniform(key + 8).float(),
        rank=uniform(key + 9).float(),
    )


def to_line(places: Tensor) -> Tensor:
    """Metres to the nearest multiple of a block."""
    return (places - BLOCK_M * torch.round(places / BLOCK_M)).abs()
