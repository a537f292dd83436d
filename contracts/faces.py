"""Faces in a picture, and the squares that models want them in."""

import math
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from contracts.base import IdText, Unit, Value

Alignment = Literal["ffhq", "portraits"]
"""How a model wants faces: FFHQ's square, or that of drawn portraits."""

Point = tuple[float, float]
"""x, y in pixels of the upright picture."""

Quad = tuple[Point, Point, Point, Point]
"""A square's corners: top left, bottom left, bottom right, top right. It may be turned, and may
reach beyond the picture."""


SQUARE = 0.02  # of its side: how far from a square a quad may be
MIN_SIDE_PX, MAX_REACH_PX = 8.0, 65_536.0


def checked_square(quad: Quad) -> Quad:
    """A quad, if it is a square.

    Raises:
        ValueError: it is not, or it is too small, or mirrored, or far outside any picture.
    """
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = quad
    across, down = (x3 - x0, y3 - y0), (x1 - x0, y1 - y0)
    side = math.hypot(*across)
    if max(abs(v) for point in quad for v in point) > MAX_REACH_PX or side < MIN_SIDE_PX:
        raise ValueError(f"a quad has sides of {MIN_SIDE_PX:g} px or more, near its picture")
    gaps = (
        down[0] + across[1],
        down[1] - across[0],
        x2 - x0 - across[0] - down[0],
        y2 - y0 - across[1] - down[1],
    )
    if max(map(abs, gaps)) > SQUARE * side:
        raise ValueError(
            "a quad is a square: top left, bottom left, bottom right, top right, as it is seen"
        )
    return quad


Square = Annotated[Quad, AfterValidator(checked_square)]


class Landmarks(Value):
    """Left and right as seen in the picture."""

    eye_left: Point
    eye_right: Point
    mouth_left: Point
    mouth_right: Point


class FaceInfo(Value):
    """A face that was found."""

    score: Unit
    landmarks: Landmarks
    quad: Quad
    """The square that the model wants; FFHQ's, where it wants none."""


class FacesRequest(Value):
    """Find the faces of a picture."""

    image_id: IdText
    aligned: Alignment = "ffhq"


class FacesResult(Value):
    """The largest first."""

    faces: Annotated[tuple[FaceInfo, ...], Field(max_length=1000)]
