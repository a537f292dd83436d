"""Drawings of any size, piece by piece: the same picture, in as much memory as a piece takes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from models.carry import compact, pooling
from models.generator import SURROUND, Drawing, size_at
from models.latents import SQUARE, WHOLE_CELLS, Cells, LatentMap
from models.model import Model
from models.region import Region, Size, whole

PIECE_PX = 336  # per side: with the cells around it, an edited piece takes some 400 MB
AT_ONCE = 10  # pieces: what is no larger is drawn in one go, which takes less time
COMPARED = torch.float16  # of what is drawn in pieces to be compared: to 0.03 levels of 255

Tell = Callable[[int, int], None]
"""Hears that so many pieces of so many are drawn."""


def silent(_piece: int, _pieces: int) -> None:
    """Tell nobody."""


def picture_size(model: Model, latent: LatentMap, resolution: int | None = None) -> Size:
    """Height and width of what a latent draws."""
    return size_at(resolution or model.layout.resolution, latent.base)


def pieces_of(region: Region, size: Size, piece_px: int = PIECE_PX) -> list[Region]:
    """What a region of a drawing of that size is drawn in: itself, or squares of it from the top
    left, the last ones what is left."""
    if region.area <= AT_ONCE * piece_px**2:
        return [region]
    step = pooling(size)
    return list(squares_of(region, max(step, piece_px // step * step)))


def squares_of(region: Region, side: int) -> Iterator[Region]:
    """Squares of a region; the last ones are what is left of it."""
    for top in range(region.top, region.bottom, side):
        for left in range(region.left, region.right, side):
            bottom, right = min(top + side, region.bottom), min(left + side, region.right)
            yield Region(top, bottom, left, right)


def cells_of_piece(
    model: Model, base: Cells, piece: Region, resolution: int | None = None
) -> Region | None:
    """The cells of a picture's base on which a piece of its drawing depends; None: all."""
    if not model.generator.config.homogeneous:
        return None
    px = (resolution or model.layout.resolution) // SQUARE[0]  # of a cell
    reached = piece.aligned(px).divided(px).grown(SURROUND)
    cells = reached.aligned(WHOLE_CELLS).within(base)
    return None if cells == whole(base) else cells


@dataclass
class Mosaic:
    """A drawing of a region that is put together.

    Attributes:
        step: side of the squares, in pixels, over which features are compared.
        dtype: of a picture of several pieces; what they are drawn in if None.
    """

    region: Region
    step: int
    dtype: torch.dtype | None = None
    _made: Drawing | None = field(default=None)

    def put(self, part: Drawing, piece: Region) -> None:
        """Set in what was drawn of a piece, its features no finer than they are compared."""
        if piece == self.region:
            self._made = part
            return
        if self._made is None:
            coarse = self.region.divided(self.step)
            img = room_for(part.img.to(self.dtype or part.img.dtype), self.region)
            self._made = Drawing(img, room_for(part.features, coarse))
        place = piece.shifted(-self.region.top, -self.region.left)
        set_in(self._made.img, part.img, place)
        set_in(self._made.features, part.features, place.divided(self.step))

    def drawing(self) -> Drawing:
        """All of it, once every piece is there."""
        assert self._made is not None
        return self._made


def room_for(part: Tensor, region: Region) -> Tensor:
    """A place for a region's [N, C, H, W] like a part of it."""
    return part.new_empty(*part.shape[:2], region.height, region.width)


def set_in(x: Tensor, part: Tensor, place: Region) -> None:
    """Write a part [N, C, h, w] into x [N, C, H, W]."""
    x[:, :, place.top : place.bottom, place.left : place.right] = part


def draw(
    model: Model,
    latent: LatentMap,
    resolution: int | None = None,
    region: Region | None = None,
    tell: Tell = silent,
    piece_px: int = PIECE_PX,
    dtype: torch.dtype | None = None,
) -> Drawing:
    """Draw a latent, or a region of it, as `Model.draw` does, with features to compare.

    Args:
        region: from `carry.reach`, or all.
        piece_px: per side of a piece.
        dtype: that a picture of several pieces is kept in.

    Returns:
        Pictures [N, 3, H, W], and features [N, C, h, w] no finer than they are compared.
    """
    size = picture_size(model, latent, resolution)
    region, step = region or whole(size), pooling(size)
    mosaic, pieces = Mosaic(region, step, dtype), pieces_of(region, size, piece_px)
    for k, piece in enumerate(pieces):
        if len(pieces) > 1:
            tell(k, len(pieces))
        mosaic.put(compact(model.draw(latent, resolution, piece), step), piece)
    return mosaic.drawing()
