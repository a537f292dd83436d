"""The size that a picture is encoded at: height and width in pixels, multiples of a quarter of the
model's resolution."""

import math

from models.errors import ShapeError
from models.latents import SQUARE, Cells, LatentMap
from models.model import Model

MAX_ASPECT = 4  # the long side over the short one
LAND_SQUARES = 12  # of the model's size, in an encoded picture of land


def drawn_size(size: tuple[int, int], model: Model) -> tuple[int, int]:
    """The size for a picture of `size`.

    Land is encoded as large as it is, since a tree is so many pixels wide, but no larger than
    `LAND_SQUARES` squares of the model. Other pictures get the model's resolution on their short
    side.

    Raises:
        ShapeError: it is longer than `MAX_ASPECT` times as wide.
    """
    smallest = smallest_size(size, model.layout.resolution)
    if model.prior is None:
        return smallest
    resolution = model.layout.resolution
    shrink = min(1.0, resolution * math.sqrt(LAND_SQUARES / math.prod(size)))
    cell = resolution // SQUARE[0]
    height, width = (round(side * shrink / cell) * cell for side in size)
    return max(height, smallest[0]), max(width, smallest[1])


def smallest_size(size: tuple[int, int], resolution: int) -> tuple[int, int]:
    """The same with the model's resolution on the short side.

    Raises:
        ShapeError: as above.
    """
    short, long = sorted(size)
    if long > MAX_ASPECT * short:
        raise ShapeError(f"a picture is at most {MAX_ASPECT} times as long as wide")
    height, width = (round(SQUARE[0] * side / short) for side in size)
    cell = resolution // SQUARE[0]
    return height * cell, width * cell


def known_bases(size: tuple[int, int], model: Model) -> dict[Cells, tuple[int, int]]:
    """The bases that a latent of a picture of `size` may have, with the size that each is encoded
    at: as it is encoded now; with the model's resolution on the short side, as land was before it
    was encoded as large as it is; and, of a generated land, its own."""
    sizes = [drawn_size(size, model), smallest_size(size, model.layout.resolution)]
    cell = model.layout.resolution // SQUARE[0]
    if model.prior is not None:
        sizes.append((size[0] // cell * cell, size[1] // cell * cell))
    return {(height // cell, width // cell): (height, width) for height, width in sizes}


def resumed_size(size: tuple[int, int], earlier: LatentMap, model: Model) -> tuple[int, int]:
    """The size to go on at from an earlier latent of the same picture: its own, if it can be."""
    return known_bases(size, model).get(earlier.base, drawn_size(size, model))
