"""An endless picture: any window of the plane that a spatially trained model draws from a seed.

Every pixel is a function of the model, the seed and its own coordinates. To be bit for bit the same
whatever is asked for, windows are put together from chunks of a fixed lattice, each drawn by
itself, with the cells around it that it depends on.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from models.errors import ShapeError
from models.generator import SURROUND
from models.latents import SQUARE, LatentMap
from models.model import Model
from models.noise import PlaneNoise
from models.prior import Prior, field_window
from models.recent import Recent

FEATHER_PX = 8  # width of the soft edge around what is painted, at full size
CHUNK_PX = 256  # side of what is drawn at once, at least a base cell: a tile of a map


@dataclass(frozen=True)
class CellBox:
    """A rectangle of base cells; rows count south and columns east, and may be negative."""

    top: int
    left: int
    rows: int
    columns: int


Change = Callable[[LatentMap, CellBox], LatentMap]
"""(latent, the cells that it covers) → the latent edited."""


def unchanged(latent: LatentMap, _cells: CellBox) -> LatentMap:
    """No edit."""
    return latent


@dataclass(frozen=True)
class Land:
    """The plane of one seed.

    Attributes:
        coherence: correlation length in base cells; the middle of the training's if None.
        truncation: 1 is none, 0 is the mean everywhere.
        drawn: where chunks without an edit are kept, of this and other lands of the model.
        around: pixels after which it comes round to where it began, across, as the map of a globe
            does: a multiple of a chunk's; None: it has no end.
        resolution: that it is drawn at, to be seen from further away: all pixels, here and of
            `around`, are of that then; the model's if None.
    """

    model: Model
    seed: int
    coherence: float | None = None
    truncation: float = 1.0
    drawn: Recent[Tensor] | None = None
    around: int | None = None
    resolution: int | None = None

    def __post_init__(self) -> None:
        side = self.chunk_cells * self.cell_px
        if self.around is not None and (self.around < side or self.around % side):
            raise ShapeError(f"a land comes round after a multiple of {side} px")

    @property
    def prior(self) -> Prior:
        """How the model's z is distributed.

        Raises:
            ShapeError: the model was not trained spatially.
        """
        if self.model.prior is None:
            raise ShapeError(f"{self.model.card.id} was not trained spatially: it draws one size")
        return self.model.prior

    @property
    def cell_px(self) -> int:
        """Pixels per side of a base cell."""
        return (self.resolution or self.model.layout.resolution) // SQUARE[0]

    @property
    def feather_px(self) -> int:
        """Width of the soft edge around what is painted."""
        return max(2, FEATHER_PX * self.cell_px * SQUARE[0] // self.model.layout.resolution)

    @property
    def chunk_cells(self) -> int:
        """Base cells down and across that are drawn at once."""
        return max(1, CHUNK_PX // self.cell_px)

    @property
    def cells_around(self) -> int | None:
        """Base cells after which it comes round to where it began."""
        return None if self.around is None else self.around // self.cell_px

    @property
    def length(self) -> float:
        """The correlation length in use, in base cells."""
        low, high = self.prior.lengths
        return (low * high) ** 0.5 if self.coherence is None else self.coherence

    @torch.no_grad()
    def latent(self, cells: CellBox) -> LatentMap:
        """The latent of some cells: one map of w for all layers."""
        generator = self.model.generator
        place = (cells.top, cells.left, cells.rows, cells.columns)
        channels, around = generator.config.z_dim, self.cells_around
        z = field_window(self.prior, self.seed, channels, place, self.length, around)
        wmap = generator.mapping.cells(z.to(self.model.device), self.truncation)
        return LatentMap((wmap,) * generator.num_ws, (cells.rows, cells.columns))

    @torch.no_grad()
    def chunk(self, row: int, column: int, change: Change = unchanged) -> Tensor:
        """One chunk of the lattice: [1, 3, S, S], S the pixels of `chunk_cells`."""
        top, left = row * self.chunk_cells, column * self.chunk_cells
        side = self.chunk_cells + 2 * SURROUND
        cells = CellBox(top - SURROUND, left - SURROUND, side, side)
        plain = self.latent(cells)
        latent = change(plain, cells)

        def draw() -> Tensor:
            noise = PlaneNoise(self.seed, top, left, self.cells_around)
            synthesis = self.model.generator.synthesis
            img: Tensor = synthesis(latent, noise, self.model.dtype, SURROUND, self.resolution)
            return img

        if self.drawn is None or latent is not plain:
            return draw()
        if self.cells_around is not None:
            column %= self.cells_around // self.chunk_cells
        kind = (self.seed, self.length, self.truncation, self.resolution, self.around)
        which = (*kind, row, column)
        return self.drawn.get(which, draw)

    def draw(
        self, top: int, left: int, height: int, width: int, change: Change = unchanged
    ) -> Tensor:
        """The pixels [top, top + height) × [left, left + width): [1, 3, height, width].

        Args:
            change: edits the latent, or returns it as it is; called for every chunk with the cells
                around it.
        """
        img = torch.empty(1, 3, height, width, device=self.model.device)
        side = self.chunk_cells * self.cell_px
        for row in range(top // side, -(-(top + height) // side)):
            for column in range(left // side, -(-(left + width) // side)):
                chunk = self.chunk(row, column, change)
                rows, from_rows = overlap(row * side, side, top, height)
                columns, from_columns = overlap(column * side, side, left, width)
                img[:, :, rows, columns] = chunk[:, :, from_rows, from_columns]
        return img


def overlap(begin: int, length: int, wanted: int, wanted_length: int) -> tuple[slice, slice]:
    """Where a stretch meets a wanted one: as a slice of the wanted one, and of the stretch."""
    first, last = max(begin, wanted), min(begin + length, wanted + wanted_length)
    return slice(first - wanted, last - wanted), slice(first - begin, last - begin)


def tiles_of(
    width: int, height: int, tile: int, left: int = 0, top: int = 0
) -> Iterator[tuple[int, int, int, int]]:
    """Tiles (top, left, height, width) that cover a window of the plane, row by row, counted from
    its corner: the plane's own, those at the border as far as they are in it.

    Args:
        left, top: of the window.
    """
    for row, rows in cuts(top, height, tile):
        for column, columns in cuts(left, width, tile):
            yield row, column, rows, columns


def cuts(begin: int, length: int, step: int) -> Iterator[tuple[int, int]]:
    """The pieces (offset, length) of a stretch that is cut at every multiple of a step."""
    end = begin + length
    for first in range(begin - begin % step, end, step):
        inside = max(first, begin)
        yield inside - begin, min(first + step, end) - inside
