"""Smooth noise on an unbounded plane: splines through random heights on a lattice."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from models.counter import bits, normal, uniform


@dataclass(frozen=True)
class Window:
    """Where samples are taken, in metres east (x) and south (y) of the land's origin.

    Attributes:
        y, x: [H] and [W], float64.
    """

    y: Tensor
    x: Tensor

    @staticmethod
    def of(top: float, left: float, height: int, width: int, step: float) -> "Window":
        """Samples in the middles of squares of `step` metres."""

        def axis(begin: float, num: int) -> Tensor:
            return begin + (torch.arange(num, dtype=torch.float64) + 0.5) * step

        return Window(axis(top, height), axis(left, width))

    def grown(self, num: int) -> "Window":
        """With `num` more samples on every side."""

        def axis(places: Tensor) -> Tensor:
            step = places[1] - places[0]
            more = torch.arange(1, num + 1, dtype=torch.float64) * step
            return torch.cat([places[0] - more.flip(0), places, places[-1] + more])

        return Window(axis(self.y), axis(self.x))

    def mesh(self) -> tuple[Tensor, Tensor]:
        """y and x of every sample, [H, W] each."""
        y, x = torch.meshgrid(self.y, self.x, indexing="ij")
        return y, x


def smooth(seed: int, window: Window, period: float) -> Tensor:
    """Gaussian noise [H, W], N(0, 1) at every place, that varies over about `period` metres."""
    rows, by_row = spline(window.y / period)
    columns, by_column = spline(window.x / period)
    heights = normal(seed, *torch.meshgrid(rows, columns, indexing="ij"))
    return (by_row @ heights @ by_column.T).float()


class Scatter:
    """Random numbers for every cell of a lattice, looked up from many places in few cells."""

    def __init__(self, seed: int, rows: Tensor, columns: Tensor, reach: int = 1) -> None:
        """Prepare for the cells of `rows` and `columns` (int64, [H, W]), and `reach` around."""
        self.top, self.left = int(rows.min()) - reach, int(columns.min()) - reach
        down = torch.arange(self.top, int(rows.max()) + reach + 1)
        across = torch.arange(self.left, int(columns.max()) + reach + 1)
        self.keys = bits(seed, *torch.meshgrid(down, across, indexing="ij"))
        self.places = (rows - self.top) * len(across) + columns - self.left
        self.width = len(across)

    def at(self, table: Tensor, dy: int = 0, dx: int = 0) -> Tensor:
        """A number per cell as every place sees it whose cell is (dy, dx) away: [H, W]."""
        return table.flatten()[self.places + (dy * self.width + dx)]

    def uniform(self, k: int) -> Tensor:
        """The k-th number in [0, 1) of every cell of the table, float32."""
        return uniform(self.keys + k).float()


def spline(places: Tensor) -> tuple[Tensor, Tensor]:
    """The knots [K] that a cubic B-spline needs at places [P], and their weights [P, K].

    Weights have the norm 1, so that independent N(0, 1) heights give N(0, 1) everywhere.
    """
    first = torch.floor(places.min()) - 1
    num = int(torch.floor(places.max()) + 2 - first) + 1
    knots = first + torch.arange(num, dtype=torch.float64)
    distance = (places[:, None] - knots[None]).abs()
    near = 2 / 3 - distance.square() * (1 - distance / 2)
    far = (2 - distance).clamp(min=0) ** 3 / 6
    weights = torch.where(distance < 1, near, far)
    return knots.long(), weights / weights.norm(dim=1, keepdim=True)


def fractal(seed: int, window: Window, period: float, octaves: int, gain: float = 0.5) -> Tensor:
    """The sum of `octaves` noises, each of half the period and `gain` times as strong as the one
    before; N(0, 1) at every place."""
    shares = [gain**k for k in range(octaves)]
    noises = [smooth(seed + k, window, period / 2**k) for k in range(octaves)]
    total = torch.einsum("k,khw->hw", torch.tensor(shares), torch.stack(noises))
    return total / math.hypot(*shares)


def share_below(noise: Tensor) -> Tensor:
    """N(0, 1) → uniform in [0, 1]: the share of the land where the noise is lower."""
    share: Tensor = torch.special.ndtr(noise)
    return share


def ramp(x: Tensor, low: float, high: float) -> Tensor:
    """0 below `low`, 1 above `high`, smooth between."""
    t = ((x - low) / (high - low)).clamp(0, 1)
    return t * t * (3 - 2 * t)
