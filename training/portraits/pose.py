"""Where a person's parts are: proportions from the factors, and the frames they are drawn in."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from training.portraits.canvas import EXTENT, Canvas, pixel_centres
from training.portraits.factors import Columns

HEAD_Y = -0.06  # height of the cheeks, the widest part of the head
SKULL_HEIGHT = 0.52  # from there up
PIVOT_Y = 0.50  # the head tilts about the neck
EYE_Y = -0.02
BROW_Y = -0.165
NOSE_Y = 0.135
MOUTH_Y = 0.265


@dataclass(frozen=True)
class Body:
    """Proportions of a batch of people, each [N, 1, 1, 1], in picture units."""

    face_width: Tensor  # half, at the cheeks
    chin: Tensor  # from the cheeks down
    taper: Tensor  # how much the jaw narrows
    square: Tensor  # how square the jaw is
    eye_x: Tensor
    eye_width: Tensor  # half
    turn: Tensor  # how far the face has moved sideways
    hair_width: Tensor  # half, at the cheeks
    hair_height: Tensor  # from the cheeks up
    light: Tensor  # sideways component of the direction to the light


def measure(f: Columns) -> Body:
    """Work out everybody's proportions."""
    face_width = 0.385 * (1.0 + 0.13 * f["face_width"])
    volume = f["hair_volume"] * (1.0 - 0.6 * f["hat"])
    return Body(
        face_width=face_width,
        chin=0.515 - 0.012 * f["face_width"] + 0.012 * f["jaw"],
        taper=0.17 - 0.11 * f["jaw"],
        square=0.32 + 0.32 * f["jaw"],
        eye_x=0.172 * (1.0 + 0.06 * f["face_width"]),
        eye_width=0.098 * (1.0 + 0.21 * f["eye_size"]),
        turn=0.105 * f["yaw"],
        hair_width=face_width + 0.035 + 0.10 * volume,
        hair_height=SKULL_HEIGHT + 0.03 + 0.13 * volume,
        light=0.75 * f["light_direction"],
    )


def head_frame(f: Columns, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Picture coordinates in the frame of the tilted head, each [N, 1, H, W]."""
    angle = 0.13 * f["roll"]
    sine, cosine = angle.sin(), angle.cos()
    dy = y - PIVOT_Y
    return x * cosine + dy * sine, dy * cosine - x * sine + PIVOT_Y


def face_frame(f: Columns, body: Body, hx: Tensor, hy: Tensor) -> tuple[Tensor, Tensor]:
    """Head coordinates in the frame of the face: a turn moves its middle, not its outline."""
    across = (1.0 - (hx / 0.52).square()).clamp_(min=0.0)
    return hx - body.turn * across, hy - 0.042 * f["pitch"]


def blank_canvas(f: Columns, body: Body, resolution: int) -> Canvas:
    """An empty canvas with its coordinates, for pictures of resolution x resolution pixels."""
    angle = f["roll"]
    x, y = pixel_centres(resolution, angle.device)
    hx, hy = head_frame(f, x, y)
    fx, fy = face_frame(f, body, hx, hy)
    img = hx.new_empty(hx.shape[0], 3, resolution, resolution)
    return Canvas(img, x, y, hx, hy, fx, fy, 2.0 * EXTENT / resolution)
