"""Faces in a picture, and the squares that models want them in."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.base import IdText, Unit, Value

Alignment = Literal["ffhq", "portraits"]
"""How a model wants faces: FFHQ's square, or that of drawn portraits."""

Point = tuple[float, float]
"""x, y in pixels of the upright picture."""

Quad = tuple[Point, Point, Point, Point]
"""A square's corners: top left, bottom left, bottom right, top right. It may be turned, and may
reach beyond the picture."""


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
