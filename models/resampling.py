"""Maps of few cells on grids of many pixels: resampled whole, or sampled where pixels are drawn.

A doubling is bilinear with cells as areas (`align_corners=False`); a halving is its exact left
inverse. So h → m → r is the same as h → r whenever m is finer than h, which is why every latent
space embeds exactly in a finer one. Doubling again and again is Chaikin's corner cutting: in each
of its cells a map becomes a polynomial of degree 2 along either axis, and the squares of its values
one of degree 4. So three or five places of a cell say all about it, whatever its size in pixels.
(Ours; decision 39.)
"""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from models.errors import ShapeError
from models.region import Region, Size

STYLES = 2  # degree of a resampled map in each of its cells
ENERGY = 4  # degree of its squares, and of sums of them
ROUNDING = 4  # units of the most in a cell: sums of squares are not interpolated less exactly


def resize_map(wmap: Tensor, size: Size) -> Tensor:
    """Resample a map [N, C, h, w] to `size` by doublings or halvings; 1×1 maps broadcast as is.

    Raises:
        ShapeError: `size` is not the map's size times a power of two.
    """
    height, width = wmap.shape[2:]
    if (height, width) in ((1, 1), size):
        return wmap
    check_ratio((height, width), size)
    down, across = resampling(height, size[0]).to(wmap), resampling(width, size[1]).to(wmap)
    x = torch.matmul(across, wmap.permute(0, 2, 3, 1))
    x = torch.matmul(down, x.flatten(2)).reshape(len(wmap), *size, -1)
    return x.permute(0, 3, 1, 2)


def check_ratio(cells: Size, size: Size) -> None:
    """Raise `ShapeError` unless a size is that of a map times a power of two."""
    ratios = {side / num for side, num in zip(size, cells, strict=True)}
    if len(ratios) > 1 or not math.log2(ratios.pop()).is_integer():
        raise ShapeError(f"a map of {cells[0]}×{cells[1]} cells does not fit {size[0]}×{size[1]}")


@functools.lru_cache(maxsize=64)
def resampling(cells: int, size: int) -> Tensor:
    """The weights [size, cells] of one axis."""
    with torch.inference_mode(False):  # they outlive the call, and are used with gradients, too
        weights = torch.eye(cells)
        while cells < size:
            weights = doubling(cells) @ weights
            cells *= 2
        while cells > size:
            weights = halving(cells) @ weights
            cells //= 2
        return weights


def doubling(cells: int) -> Tensor:
    """Bilinear doubling [2 cells, cells]: 3/4 of the nearest cell, 1/4 of the next one."""
    own = torch.eye(cells)
    before, after = torch.cat([own[:1], own[:-1]]), torch.cat([own[1:], own[-1:]])
    pairs = torch.stack([0.75 * own + 0.25 * before, 0.75 * own + 0.25 * after], dim=1)
    return pairs.reshape(2 * cells, cells)


def halving(cells: int) -> Tensor:
    """The left inverse [cells / 2, cells] of a doubling.

    The taps are (-1, 3, 3, -1)/4 with repeated borders: against bilinear doubling's (1, 3)/4 and
    (3, 1)/4 they sum to 1 on the cell itself and to 0 on its neighbours.
    """
    own = torch.eye(cells)
    padded = torch.cat([own[:1], own, own[-1:]])
    taps = zip((-0.25, 0.75, 0.75, -0.25), range(4), strict=True)
    return torch.stack([tap * padded[k : k + cells : 2] for tap, k in taps]).sum(dim=0)


@dataclass(frozen=True)
class Axis:
    """One side of a map on the grid of a layer, of which some places are drawn.

    Attributes:
        cells: of the map.
        size: of the grid.
        begin, end: of what is drawn.
        degree: of what is sampled, within a cell.
    """

    cells: int
    size: int
    begin: int
    end: int
    degree: int

    @property
    def ratio(self) -> int:
        """Places of the grid in a cell; 1 where the map is the finer one."""
        return max(1, self.size // self.cells)

    @property
    def num(self) -> int:
        """Places in a cell that say all about it."""
        return min(self.ratio, self.degree + 1)

    @property
    def first(self) -> int:
        """The first cell, each of `ratio` places, of which something is drawn."""
        return self.begin // self.ratio

    @property
    def last(self) -> int:
        """The end of those cells."""
        return -(-self.end // self.ratio)

    @property
    def span(self) -> tuple[int, int]:
        """The cells of the map that what is drawn depends on: [first, last)."""
        cells = weighted(self.cells, self.size, self.num, self.first, self.last).cells
        return cells.start, cells.stop


@dataclass(frozen=True)
class Weights:
    """What some places take of an axis: [P, …], of those cells of it that they take anything of."""

    values: Tensor
    cells: range


@functools.lru_cache(maxsize=1024)
def weighted(cells: int, size: int, num: int, first: int, last: int) -> Weights:
    """The weights of the places that say all about some cells [first, last) of a grid."""
    with torch.inference_mode(False):
        ratio = max(1, size // cells)
        places = (ratio * torch.arange(first, last)[:, None] + knots(ratio, num)).flatten()
        values = resampling(cells, size)[places]
        used = values.any(dim=0).nonzero()
        span = range(int(used[0]), int(used[-1]) + 1)
        return Weights(values[:, span.start : span.stop].clone(), span)


@functools.lru_cache(maxsize=64)
def knots(ratio: int, num: int) -> Tensor:
    """The places of a cell that say all about it, nearer to each other towards its ends."""
    with torch.inference_mode(False):
        if num == ratio:
            return torch.arange(ratio)
        turns = torch.linspace(0, math.pi, num, dtype=torch.float64)
        return ((ratio - 1) / 2 * (1 - turns.cos())).round().long()


@functools.lru_cache(maxsize=64)
def interpolation(ratio: int, num: int) -> Tensor:
    """The weights [ratio, num] by which they make every place of a cell: Lagrange's."""
    with torch.inference_mode(False):
        known, places = knots(ratio, num).double(), torch.arange(ratio, dtype=torch.float64)
        away = places[:, None] - known
        apart = known[:, None] - known
        columns = []
        for j in range(num):
            others = [m for m in range(num) if m != j]
            columns.append(away[:, others].prod(dim=1) / apart[j, others].prod())
        return torch.stack(columns, dim=1)


@functools.lru_cache(maxsize=64)
def interpolations(ratio: int, num: int, cells: int) -> Tensor:
    """The weights [cells · ratio, cells · num] by which they make every place of some cells."""
    with torch.inference_mode(False):
        return torch.kron(torch.eye(cells, dtype=torch.float64), interpolation(ratio, num))


@dataclass(frozen=True)
class Sampled:
    """What is a function of a map, made where it is drawn from the places that say all about it.

    Attributes:
        values: [N, h, columns, C], the map's rows at those places across; [N, 1, 1, C] of a map
            that is the same everywhere.
        top: row of the map of the first of those.
        axes: down and across; None of what is the same everywhere.
        function: of the map at a place, [..., C] → [..., C'].
    """

    values: Tensor
    top: int
    axes: tuple[Axis, Axis] | None
    function: Callable[[Tensor], Tensor]

    def on(self, top: int, bottom: int) -> Tensor:
        """It on rows of the grid, as far across as it is drawn: [N, C', rows, columns]."""
        if self.axes is None:
            return self.function(self.values).permute(0, 3, 1, 2)
        down, across = self.axes
        first, last = top // down.ratio, -(-bottom // down.ratio)
        weights = weighted(down.cells, down.size, down.num, first, last)
        begin, end = weights.cells.start - self.top, weights.cells.stop - self.top
        x = self.function(product(weights.values, self.values[:, begin:end]))
        if down.degree == ENERGY and down.num < down.ratio:
            x = lifted(x, down.num, across.num)
        if across.num < across.ratio:
            cells = x.reshape(*x.shape[:2], -1, across.num, x.shape[3])
            x = torch.matmul(interpolation(across.ratio, across.num).to(x), cells).flatten(2, 3)
        begin = across.begin - across.first * across.ratio
        x = x[:, :, begin : begin + across.end - across.begin]
        begin, end = top - first * down.ratio, bottom - first * down.ratio
        if down.num < down.ratio:  # last: one product for all columns, and none for other rows
            known = interpolations(down.ratio, down.num, last - first)[begin:end]
            return product(known, x).permute(0, 3, 1, 2)
        return x[:, begin:end].permute(0, 3, 1, 2)


def lifted(x: Tensor, rows: int, columns: int) -> Tensor:
    """Sums of squares [N, H, W, C], by so little more that interpolated ones are above zero.

    Args:
        rows, columns: places of a cell.
    """
    cells = x.reshape(len(x), -1, rows, x.shape[2] // columns, columns, x.shape[3])
    most = functools.reduce(torch.maximum, cells.unbind(dim=2))
    most = functools.reduce(torch.maximum, most.unbind(dim=3))
    least = ROUNDING * torch.finfo(x.dtype).eps * most[:, :, None, :, None]
    return (cells + least).reshape(x.shape)


def product(weights: Tensor, x: Tensor) -> Tensor:
    """Weights [P, h] times x [N, h, columns, C]: [N, P, columns, C]."""
    return torch.matmul(weights.to(x), x.flatten(2)).reshape(len(x), len(weights), *x.shape[2:])


def itself(x: Tensor) -> Tensor:
    """The map as it is."""
    return x


@dataclass(frozen=True)
class Sampling:
    """How a function of a map is sampled on a region of a layer's grid."""

    down: Axis
    across: Axis
    function: Callable[[Tensor], Tensor] = itself

    @property
    def span(self) -> Region:
        """The cells that it depends on."""
        return Region(*self.down.span, *self.across.span)

    def of(self, values: Tensor, cells: Region) -> Sampled:
        """Sample a map of which [N, C, h, w] is known: some cells, those of `span` among them."""
        axis = self.across
        weights = weighted(axis.cells, axis.size, axis.num, axis.first, axis.last)
        begin, end = weights.cells.start - cells.left, weights.cells.stop - cells.left
        known = torch.matmul(weights.values.to(values), values.permute(0, 2, 3, 1)[:, :, begin:end])
        return Sampled(known, cells.top, (self.down, self.across), self.function)


def sampling(
    cells: Size, size: Size, region: Region, degree: int, function: Callable[[Tensor], Tensor]
) -> Sampling:
    """How a function of a map of so many cells is sampled on a region of a grid.

    Args:
        degree: of the function along an axis within a cell.

    Raises:
        ShapeError: the grid's size is not the map's times a power of two.
    """
    check_ratio(cells, size)
    return Sampling(
        Axis(cells[0], size[0], region.top, region.bottom, degree),
        Axis(cells[1], size[1], region.left, region.right, degree),
        function,
    )
