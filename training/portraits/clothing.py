"""Neck, shoulders and what is worn on them."""

from __future__ import annotations

import torch

from training.drawing.colours import mix
from training.drawing.shapes import distance_of, ellipse, smooth
from training.portraits.canvas import Canvas
from training.portraits.factors import Columns
from training.portraits.palette import Colors
from training.portraits.pose import HEAD_Y, Body

SHOULDER_Y = 0.585  # where the shoulders meet the neck
TOP = 0.22  # nothing here is drawn above


def draw_neck(canvas: Canvas, f: Columns, body: Body, colors: Colors) -> None:
    """Draw neck and upper chest, with the shadow that the head throws on them."""
    part = canvas.window(TOP, 1.0, -0.62, 0.62)
    width = 0.43 * body.face_width + 0.012 + 0.012 * f["jaw"]
    flare = (part.y - SHOULDER_Y + 0.115).clamp(min=0.0)
    distance = part.x.abs() - width - 1.6 * flare * flare
    lit = 0.62 + part.x * (1.5 * body.light) - 0.25 * (part.y - 0.5)
    skin = torch.lerp(colors.skin_shade, colors.skin, smooth(lit))
    cover = part.cover(distance, 0.005)
    part.paint(skin, cover)
    shadow = ellipse(part.hx + 0.06 * body.light, part.hy - HEAD_Y - 0.09,
                     body.face_width * 0.93, body.chin)  # fmt: skip
    shade = part.cover(distance_of(shadow, 0.45), 0.07).mul_(0.62)
    part.paint(colors.skin_shade * 0.88, shade.mul_(cover))


def draw_clothing(canvas: Canvas, f: Columns, body: Body, colors: Colors) -> None:
    """Draw the garment: from a polo neck (collar 0) over a round neckline to a deep V (1)."""
    part = canvas.window(0.34, 1.0)
    across = part.x.abs()
    shoulder = part.y - SHOULDER_Y - 0.10 * across - 0.50 * across.square().square()  # > 0 below
    collar = f["collar"]
    open_ = ((collar - 0.35) / 0.65).clamp(0.0, 1.0)
    rise = 1.0 - (collar / 0.35).clamp(0.0, 1.0)
    neck = 0.43 * body.face_width + 0.035 + 0.05 * open_
    t = (across / neck).clamp(max=1.0)
    dip = torch.lerp(1.0 - t * t, 1.0 - t, smooth(2.0 * open_ - 0.6))
    edge = SHOULDER_Y + 0.02 - 0.165 * rise + (0.055 + 0.22 * open_) * dip
    inside = torch.minimum((neck - across).clamp(max=0.3), part.y - edge)  # polo neck and below
    below = torch.where(across < neck, part.y - edge, shoulder)
    body_cover = part.cover(-torch.maximum(inside, torch.minimum(shoulder, below)))
    lit = 0.72 + part.x * (0.55 * body.light) - 0.45 * across.square() - 0.35 * (part.y - 0.70)
    dark = colors.clothes * 0.66
    tone = torch.lerp(mix(dark, "#2a2350", 0.18), mix(colors.clothes, "#fff6e6", 0.10), smooth(lit))
    part.paint(tone, body_cover)
    trim = part.stroke(part.y - edge - 0.022, t.new_full((1, 1, 1, 1), 0.020))
    inner = (across < neck).float().mul_(0.75)
    part.paint(mix(dark, "#2a2350", 0.10), trim.mul_(inner).mul_(body_cover))
    _draw_shirt_collar(part, f, body, colors)


def _draw_shirt_collar(part: Canvas, f: Columns, body: Body, colors: Colors) -> None:
    """Draw two flaps that grow from the sides of the neck."""
    size = f.amount("shirt_collar")
    across = part.x.abs()
    outer = 0.43 * body.face_width + 0.05
    down = part.y - SHOULDER_Y + 0.075
    # A kite: right of the line to the middle, left of the line to the shoulder, above its tip.
    length = 0.17 + 0.11 * size
    inner = outer - 0.035 - 0.72 * down
    flap = torch.maximum(inner - across, across - outer - 0.22 * down)
    flap = torch.maximum(flap * 0.85, (down - length + 0.55 * (across - 0.10)) * 0.85)
    flap = torch.maximum(flap, -down * 0.8 + 0.35 * (across - outer))
    shown = (size * 25.0).clamp(max=1.0)
    shadow = part.cover(flap - 0.012, 0.04).mul_(part.cover(0.585 - part.y + 0.3 * (across - 0.15)))
    part.paint(colors.clothes * 0.45, shadow.mul_(0.4 * shown))
    light = mix(colors.clothes, "#fffaf2", 0.62)
    lit = torch.lerp(light * 0.84, light, smooth(0.8 - 1.2 * down + part.x * body.light))
    part.paint(lit, part.cover(flap).mul_(shown))
