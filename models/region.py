"""Regions: which rows and columns of a grid are drawn, and what one layer needs of the one before.

Whatever is asked for, a layer draws a region of its grid: all of it, the window of an edit, or the
picture without the surroundings that a homogeneous generator starts from.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor

Size = tuple[int, int]
"""Height and width of a grid."""

BAND = 1 << 19  # numbers that are made at once on a CPU: they stay near it, and in known memory


@dataclass(frozen=True)
class Region:
    """Rows [top, bottom) and columns [left, right) of a grid."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def height(self) -> int:
        """How many rows."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """How many columns."""
        return self.right - self.left

    @property
    def area(self) -> int:
        """How many places."""
        return self.height * self.width

    @property
    def size(self) -> Size:
        """Height and width."""
        return (self.height, self.width)

    def grown(self, by: int) -> "Region":
        """With so many rows and columns more on every side."""
        return Region(self.top - by, self.bottom + by, self.left - by, self.right + by)

    def shifted(self, down: int, across: int) -> "Region":
        """So many rows down and columns across."""
        rows, columns = (
            (self.top + down, self.bottom + down),
            (self.left + across, self.right + across),
        )
        return Region(*rows, *columns)

    def within(self, size: Size) -> "Region":
        """What of it lies on a grid of that size."""
        return Region(
            max(0, self.top), min(size[0], self.bottom), max(0, self.left), min(size[1], self.right)
        )

    def aligned(self, step: int) -> "Region":
        """Grown until it begins and ends at multiples of a number."""
        return Region(
            self.top - self.top % step,
            self.bottom + -self.bottom % step,
            self.left - self.left % step,
            self.right + -self.right % step,
        )

    def times(self, scale: int) -> "Region":
        """It on a grid that is so many times finer."""
        return Region(*(scale * k for k in (self.top, self.bottom, self.left, self.right)))

    def divided(self, by: int) -> "Region":
        """An aligned region on a grid that is so many times coarser."""
        return Region(self.top // by, self.bottom // by, self.left // by, self.right // by)

    def source(self) -> "Region":
        """What a filtered doubling of an even region reads, on the grid of half the size."""
        return self.divided(2).grown(1)

    def joined(self, other: "Region") -> "Region":
        """The smallest region around both."""
        return Region(
            min(self.top, other.top),
            max(self.bottom, other.bottom),
            min(self.left, other.left),
            max(self.right, other.right),
        )

    def bands(self, numbers: int) -> Iterator["Region"]:
        """Rows by rows, of as many as have about that many places; four rows, or eight, …"""
        step = max(4, numbers // self.width // 4 * 4)
        for top in range(self.top, self.bottom, step):
            yield Region(top, min(top + step, self.bottom), self.left, self.right)


def whole(size: Size) -> Region:
    """All of a grid."""
    return Region(0, size[0], 0, size[1])


def size_of(x: Tensor) -> Size:
    """Height and width of [N, C, H, W]."""
    return (x.shape[2], x.shape[3])


@dataclass(frozen=True)
class Patch:
    """What is known of a grid: x [N, C, H, W], of a region of that size."""

    x: Tensor
    region: Region

    def part(self, region: Region) -> Tensor:
        """A region within the one that is known."""
        top, left = region.top - self.region.top, region.left - self.region.left
        return self.x[:, :, top : top + region.height, left : left + region.width]


Padding = tuple[int, int]
"""Zeros before and after, down and across."""


def hemmed(x: Tensor, known: Region, wanted: Region) -> tuple[Tensor, Padding]:
    """What lies around x [N, C, H, W] of a known region, as a convolution pads it: zeros.

    Returns:
        x, and the padding that makes it the wanted region: where both sides want the same, it is
        left to the convolution, which does it in passing.
    """
    left, right, top, bottom = zeros = hem_of(known, wanted)
    if top == bottom and left == right:
        return x, (top, left)
    return F.pad(x, zeros), (0, 0)


def hem_of(known: Region, wanted: Region) -> tuple[int, int, int, int]:
    """How many places make a known region the wanted one: to its left and right, above and
    below."""
    return (
        known.left - wanted.left,
        wanted.right - known.right,
        known.top - wanted.top,
        wanted.bottom - known.bottom,
    )
