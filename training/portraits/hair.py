"""Hair: a mass behind the head, and a front with an opening for the face."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from training.drawing.shapes import distance_of, ellipse, smooth
from training.portraits.canvas import Canvas
from training.portraits.factors import Columns
from training.portraits.palette import Colors
from training.portraits.pose import HEAD_Y, Body


@dataclass(frozen=True)
class _Mass:
    """The outline of the hair and the bent coordinates its strands follow, [N, 1, H, W] each."""

    x: Tensor
    y: Tensor
    outline: Tensor  # signed distance


def _mass(part: Canvas, f: Columns, body: Body) -> _Mass:
    """Shape the hair; curls bend the coordinates, so outline and strands wave together."""
    curl = f["hair_curl"] * (0.35 + 0.65 * f["hair_length"])
    phase = 6.283 * f["detail"]
    wave = 0.030 * curl
    x = part.hx + wave * torch.sin(part.hy * 21.0 + phase) + 0.25 * body.turn
    y = part.hy + wave * torch.sin(part.hx * 23.0 - phase)
    v = y - HEAD_Y
    length = f["hair_length"]
    reach = 0.11 + 0.28 * length + 0.68 * length * length
    down = (v / reach).clamp(min=0.0)
    up = (v / -body.hair_height).clamp_(min=0.0).square_()
    close = (body.hair_width - body.face_width - 0.012) * (1.0 - 2.2 * length).clamp(min=0.0)
    width = body.hair_width * (1.0 + 0.10 * length * down) - close * smooth((v + 0.34) * 3.0)
    across = (x / width).square_()
    down.square_()
    radius = across * (1.0 - 0.55 * down.clamp(max=1.0)) + down + up
    return _Mass(x, y, distance_of(radius, 0.45))


def _tone(mass: _Mass, f: Columns, body: Body, colors: Colors) -> Tensor:
    """Light, shade and strands of the hair: [N, 3, H, W]."""
    u = (mass.x - 0.18 * f["parting"]) / (0.25 + (mass.y + 0.85).clamp(min=0.0))
    strands = torch.sin(u * 34.0 + 9.0 * f["detail"]) + torch.sin(u * 19.0 + 2.0)
    side = mass.x / body.hair_width
    lit = 0.50 + side * body.light * 0.36 - (mass.y + 0.35) * 0.34 + strands * 0.075
    tone = torch.lerp(colors.hair_shade, colors.hair, smooth(lit))
    # A band of gloss where the skull curves towards the light.
    ring = (ellipse(mass.x - 0.10 * body.light, mass.y - HEAD_Y, body.hair_width, body.hair_height)
            - 0.66 - 0.05 * strands)  # fmt: skip
    gloss = (1.0 - (ring * 5.0).square_()).clamp_(min=0.0) * (0.6 - (mass.y + 0.30) * 1.6)
    gloss = gloss.clamp_(0.0, 1.0).mul_((0.55 + side * body.light * 0.6).clamp_(0.15, 1.0))
    return tone.lerp_(colors.hair_light, gloss.mul_(0.75))


def draw_back_hair(canvas: Canvas, f: Columns, body: Body, colors: Colors) -> None:
    """Draw what is seen of the hair behind head and neck."""
    mass = _mass(canvas, f, body)
    shade = colors.hair_shade * 0.80
    canvas.paint(shade, canvas.cover(mass.outline))


def draw_front_hair(canvas: Canvas, f: Columns, body: Body, colors: Colors) -> None:
    """Draw the hair in front of head and shoulders, and its shadow on the forehead."""
    mass = _mass(canvas, f, body)
    opening = _opening(f, body, mass)
    shape = torch.maximum(mass.outline, -opening)
    down = canvas.window(-0.6, 0.4, -0.6, 0.6)
    rows = slice(canvas.row(-0.6), canvas.row(0.4) + 1)
    cols = slice(canvas.column(-0.6), canvas.column(0.6) + 1)
    near = ((opening[:, :, rows, cols] + 0.10) * 10.0).clamp_(0.0, 1.0).square_().mul_(0.65)
    head = ellipse(down.hx, down.hy - HEAD_Y, body.face_width, body.chin)
    near.mul_(down.cover(distance_of(head, 0.42)))
    down.paint(colors.skin_shade * 0.95, near)
    canvas.paint(_tone(mass, f, body, colors), canvas.cover(shape))


def _opening(f: Columns, body: Body, mass: _Mass) -> Tensor:
    """Signed distance to the opening that shows the face and, below it, the neck."""
    fringe = f["fringe"]
    x = mass.x - 0.9 * body.turn
    v = mass.y - 0.02
    height = 0.46 - 0.26 * fringe * (0.4 + 0.6 * fringe)
    up = (v / -height).clamp(min=0.0)
    down = v.clamp(min=0.0)
    slant = 0.26 * f["parting"] * (1.0 - 0.5 * fringe) * up * up
    width = body.face_width * (0.965 - 0.11 * f["hair_length"]) + 0.06 * down
    across = ((x - slant) / width).square_()
    radius = across * (1.0 - 0.35 * up.clamp(max=1.0)) + up.square_()
    return distance_of(radius, 0.34)
