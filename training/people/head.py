"""The bare head: a relief of forehead, sockets, cheeks and jaw, coloured and put in the light."""

from __future__ import annotations

import math

from training.drawing.colours import mix
from training.drawing.shapes import blob, distance_of, ellipse
from training.people.canvas import Canvas, Layer
from training.people.factors import Columns
from training.people.lighting import SKIN, Light, compose
from training.people.mouth import carve_mouth
from training.people.nose import carve_nose
from training.people.palette import Colors
from training.people.pose import BROW_Y, DEPTH, EYE_Y, HEAD_Y, Body
from training.people.skull import head_radius
from training.people.wrinkles import carve_wrinkles


def draw_ears(canvas: Canvas, body: Body, colors: Colors, light: Light) -> None:
    """Draw the ears, to be covered partly by the head; turning the head shows one more."""
    part = canvas.window(-0.30, 0.34, -0.62, 0.62)
    layer = part.layer(mix(colors.skin, colors.flush, 0.45))
    x = part.hx + 0.42 * body.turn
    across = x.abs() - body.face_width + 0.002
    y = part.hy - 0.035 + 0.35 * body.nod
    across.add_(0.14 * y)
    radius = ellipse(across, y, 0.052, 0.108)
    shell = blob(radius * 0.92)
    layer.height.add_(0.10 * shell.sqrt())
    bowl = blob(ellipse(across + 0.012, y + 0.012, 0.040, 0.082))
    layer.height.sub_(0.055 * bowl)
    layer.height.add_(0.020 * blob(ellipse(across + 0.002, y - 0.012, 0.018, 0.045)))
    layer.dark.add_(bowl.mul_(0.55))
    layer.gloss.fill_(0.10)
    compose(part, layer, part.cover(distance_of(radius, 0.080)), light, SKIN)


def draw_head(canvas: Canvas, f: Columns, body: Body, colors: Colors, light: Light) -> None:
    """Draw the head with everything that is skin or relief: eyes, brows and beard come later."""
    part = canvas.window(-0.68, 0.66, -0.56, 0.56)
    layer = part.layer(colors.skin)
    radius = head_radius(body, part.hx, part.hy)
    layer.height.copy_((1.0 - radius).clamp_(min=0.0).add_(0.004).sqrt_().mul_(0.92 * DEPTH))
    layer.gloss.add_(0.07 + 0.13 * f["skin_tone"])
    _colour_skin(layer, f, body, colors)
    _carve_forehead_and_cheeks(layer, f, body)
    carve_nose(layer, f, body, colors, light)
    carve_wrinkles(layer, body)
    carve_mouth(layer, f, body, colors)
    compose(part, layer, part.cover(distance_of(radius, 0.42)), light, SKIN)


def _carve_forehead_and_cheeks(layer: Layer, f: Columns, body: Body) -> None:
    part = layer.window(-0.68, 0.62, -0.52, 0.52)
    side, y = part.part.fx.abs(), part.part.fy
    socket = blob(ellipse(side - 0.97 * body.eye_x, y - EYE_Y + 0.015, 0.150, 0.105))
    part.height.sub_(socket.mul_(0.030))
    rough = 0.012 + 0.016 * (1.0 - body.feminine)
    brow = blob(ellipse(side - 0.150, y - BROW_Y + 0.012 * f["brow_height"], 0.190, 0.075))
    part.height.add_(brow.mul_(rough))
    # Cheeks: up and rounder with a smile.
    lift = 0.035 * body.cheer
    full = 0.020 + 0.020 * f["cheeks"] + 0.024 * body.cheer - 0.010 * body.age
    cheek = blob(ellipse(side - 0.205, y - 0.110 + lift, 0.150, 0.125))
    part.gloss.add_(cheek * 0.10)
    part.height.add_(cheek.mul_(full))
    hollow = blob(ellipse(side - 0.245, y - 0.245, 0.110, 0.150))
    part.height.sub_(hollow.mul_(0.016 - 0.022 * f["cheeks"] + 0.012 * body.age))
    chin_y = HEAD_Y + body.chin - 0.085
    chin = blob(ellipse(part.part.fx, y - chin_y, 0.125, 0.095))
    part.height.add_(chin.mul_(0.026 + 0.006 * f["jaw"]))


def _colour_skin(layer: Layer, f: Columns, body: Body, colors: Colors) -> None:
    """Blood in cheeks, nose and chin; a shade of beard; freckles."""
    part = layer.face_window(-0.02, 0.26, -0.36, 0.36).part
    side, y = part.fx.abs(), part.fy
    blush = blob(ellipse(side - 0.225, y - 0.115 + 0.03 * body.cheer, 0.165, 0.120))
    part.paint(colors.flush, blush.mul_((0.14 + 0.92 * f["blush"]) * (1.0 - 0.45 * f["skin_tone"])))
    rosy = blob(ellipse(part.fx, y - 0.125, 0.085, 0.085)).mul_(0.42)
    part.paint(colors.flush, rosy)
    under = blob(ellipse(side - 0.150, y - EYE_Y - 0.065, 0.10, 0.045))
    part.paint(mix(colors.flush * 0.80, "#6a5070", 0.15), under.mul_(0.12 + 0.30 * body.age))
    _draw_freckles(part, f, colors)


def _draw_freckles(part: Canvas, f: Columns, colors: Colors) -> None:
    """Dots at places of their own on cheeks and nose, each with its size; they come one by one."""
    strength = f.amount("freckles")
    color = mix(colors.skin * 0.66, "#8f4c28", 0.45)
    for x, y, size in FRECKLES:
        dot = part.window(y - size - 0.10, y + size + 0.10, x - size - 0.15, x + size + 0.15)
        cover = dot.cover(
            distance_of(ellipse(dot.fx - x, dot.fy - y, size, 0.85 * size), size), 0.006
        )
        dot.paint(color, cover.mul_((1.5 * strength).clamp(max=0.78)))


def _scatter() -> tuple[tuple[float, float, float], ...]:
    """Places like seeds of a sunflower, squeezed into both cheeks and over the nose."""
    places = []
    for i in range(34):
        angle, reach = 2.39996 * i, math.sqrt((i + 0.5) / 34)
        x, y = 0.35 * reach * math.cos(angle), 0.112 * reach * math.sin(angle)
        y += 0.100 - 0.045 * math.cos(9.0 * x)
        places.append((x, y, 0.0122 + 0.0030 * math.sin(5.0 * i)))
    return tuple(places)


FRECKLES = _scatter()
