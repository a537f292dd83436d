"""The part of a picture that a latent is of: a box along its edges, or a square that may be turned
and reach beyond it."""

import math
from dataclasses import dataclass

import torch

from contracts.errors import InvalidRequest
from contracts.faces import Quad
from models.faces.squares import bounds, cut, pasted, side_of
from models.pictures import Picture
from worker.encode import Box, crop_picture, paste

MAX_SQUARE_PX = 4096  # a larger square is cut at this size


@dataclass(frozen=True)
class Part:
    """A part of a picture.

    Attributes:
        crop: x, y, w, h; of a square, what it reaches of the picture.
        quad: the square's corners; None for a box.
    """

    crop: Box
    quad: Quad | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of what is taken."""
        return self.crop[2:] if self.quad is None else (square_px(self.quad),) * 2

    def taken_from(self, picture: Picture) -> Picture:
        """What it shows, at its own size; a square has no alpha."""
        if self.quad is None:
            return crop_picture(picture, self.crop)
        return Picture(cut(picture.on_white(), torch.tensor(self.quad), self.size[0]), None)

    def put_back(self, picture: Picture, before: Picture, after: Picture) -> Picture:
        """A picture in which the part is changed; every pixel that did not change is what it was.

        Args:
            before, after: the part as it was taken, and edited.
        """
        if self.quad is None:
            return paste(picture, after, self.crop)
        quad = torch.tensor(self.quad)
        return Picture(pasted(picture.pixels, quad, before.pixels, after.pixels), picture.alpha)


def part_of(picture: Picture, crop: Box, quad: Quad | None) -> Part:
    """A part of a picture, if it can be one.

    Raises:
        InvalidRequest: the box reaches outside the picture, or the square misses it.
    """
    if quad is None:
        return Part(checked_crop(crop, *picture.size_px))
    return square_of(picture, quad)


def square_of(picture: Picture, quad: Quad) -> Part:
    """A square, if it has something of a picture in it.

    Raises:
        InvalidRequest: it has not.
    """
    x0, y0, x1, y1 = bounds(torch.tensor(quad), picture.pixels)
    if x0 == x1 or y0 == y1:
        raise InvalidRequest("the quad lies outside the picture")
    return Part((x0, y0, x1 - x0, y1 - y0), quad)


def square_px(quad: Quad) -> int:
    """The side of a square in pixels."""
    return max(1, min(MAX_SQUARE_PX, math.ceil(side_of(torch.tensor(quad)))))


def checked_crop(crop: Box, width: int, height: int) -> Box:
    """The crop, if it lies in the picture.

    Raises:
        InvalidRequest: it does not.
    """
    x, y, w, h = crop
    if x + w > width or y + h > height:
        raise InvalidRequest(
            f"the crop {x},{y},{w},{h} reaches outside the picture, which is {width} × {height} px"
        )
    return crop


def centred_square(width: int, height: int) -> Box:
    """The largest centred square of a picture."""
    side = min(width, height)
    return ((width - side) // 2, (height - side) // 2, side, side)
