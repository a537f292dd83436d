"""The bare head: its outline, ears, shading, blush, freckles and beard."""

from __future__ import annotations

import torch
from torch import Tensor

from training.drawing.colours import mix
from training.drawing.shapes import blob, distance_of, ellipse, smooth
from training.portraits.canvas import Canvas
from training.portraits.factors import Columns
from training.portraits.palette import Colors
from training.portraits.pose import HEAD_Y, MOUTH_Y, SKULL_HEIGHT, Body


def head_radius(body: Body, x: Tensor, y: Tensor) -> Tensor:
    """Squared radius of the head: 1 on its outline; [N, 1, H, W] for x, y in the head's frame."""
    v = y - HEAD_Y
    down = (v / body.chin).clamp(min=0.0)
    up = (v / -SKULL_HEIGHT).clamp_(min=0.0)
    across = (x / (body.face_width * (1.0 - body.taper * down * down))).square_()
    down.square_()
    return across * (1.0 - body.square * down.clamp(max=1.0)) + down + up.square_()


def draw_ears(canvas: Canvas, f: Columns, body: Body, colors: Colors) -> None:
    """Draw the ears, to be covered partly by the head; turning the head shows one more."""
    part = canvas.window(-0.35, 0.45, -0.75, 0.75)
    x = part.hx + 0.45 * body.turn
    across, y = x.abs() - body.face_width - 0.008, part.hy - 0.035 - 0.02 * f["pitch"]
    lean = across - 0.12 * y * -1.0
    radius = ellipse(lean, y, 0.062, 0.115)
    part.paint(torch.lerp(colors.skin_shade, colors.skin, smooth(0.75 + x * body.light)),
               part.cover(distance_of(radius, 0.075)))  # fmt: skip
    part.paint(colors.skin_shade, blob(ellipse(lean + 0.005, y + 0.01, 0.042, 0.085)).mul_(0.85))


def draw_head(canvas: Canvas, f: Columns, body: Body, colors: Colors) -> None:
    """Draw the head as a shaded ball with cheeks."""
    part = canvas.window(-0.72, 0.62, -0.62, 0.62)
    radius = head_radius(body, part.hx, part.hy)
    side = part.hx / body.face_width
    lit = 0.92 + side * body.light * 0.48 - radius * 0.30 - (part.hy - HEAD_Y) * 0.20
    tone = torch.lerp(colors.skin_shade, colors.skin, smooth(lit))
    cover = part.cover(distance_of(radius, 0.42))
    part.paint(tone, cover)
    glow = blob(ellipse(part.fx - 0.13 * body.light, part.fy + 0.25, 0.30, 0.24))
    cheek = blob(ellipse(part.fx.abs() - 0.20, part.fy - 0.09, 0.13, 0.10))
    across = (0.5 + part.fx * (body.light * 2.5)).clamp_(0.0, 1.0)
    part.paint(colors.skin_light, glow.mul_(0.55).add_(cheek.mul_(across).mul_(0.5)))
    blush = blob(ellipse(part.fx.abs() - 0.235, part.fy - 0.135, 0.155, 0.115))
    color = mix(colors.skin, "#e2455a", 0.55)
    part.paint(color, blush.mul_(0.05 + 0.65 * f["blush"]).mul_(cover))
    _draw_freckles(canvas, f, colors)


def _draw_freckles(canvas: Canvas, f: Columns, colors: Colors) -> None:
    """Dot cheeks and nose: peaks of two crossed waves, bent so that they look scattered."""
    part = canvas.window(-0.12, 0.32, -0.48, 0.48)
    phase = 6.283 * f["detail"]
    bend = torch.sin(part.fx * 15.0 + part.fy * 23.0 + phase)
    bow = torch.sin(part.fx * 21.0 - part.fy * 13.0 + 2.0 * phase)
    dots = torch.sin(part.fx * 56.0 + bend * 1.4) * torch.sin(part.fy * 60.0 + bow * 1.4)
    dots = smooth((dots.abs_() - 0.50) * 2.4)
    where = blob(ellipse(part.fx.abs() - 0.16, part.fy - 0.09, 0.20, 0.13)).clamp_(max=0.5)
    strength = f.amount("freckles")
    part.paint(mix(colors.skin_shade, "#9a5530", 0.35), dots.mul_(where).mul_(strength))


def draw_beard(canvas: Canvas, f: Columns, body: Body, colors: Colors) -> None:
    """Draw the beard, which spreads from the chin up the jaw and darkens as it grows."""
    part = canvas.window(-0.12, 0.66, -0.55, 0.55)
    amount = f.amount("beard")
    radius = head_radius(body, part.hx, part.hy - 0.05 * amount)
    outline = distance_of(radius, 0.42)
    t = (part.fx / body.face_width).abs()
    # The upper border: below the lower lip in the middle, up to the ears at the sides.
    border = MOUTH_Y + 0.03 - 0.07 * amount - 0.27 * t * t * t * (0.3 + 0.7 * amount)
    inner = border - part.fy
    density = (amount * 3.0).clamp(max=1.0)
    cover = part.cover(outline, 0.012).mul_(part.cover(inner.mul_(0.8), 0.045))
    cover.mul_(density * (0.74 + 0.24 * amount))
    lit = 0.55 + part.hx / body.face_width * body.light * 0.5 - (part.hy - MOUTH_Y) * 0.8
    part.paint(torch.lerp(colors.hair_shade, colors.hair, smooth(lit)), cover)


def draw_moustache(canvas: Canvas, f: Columns, body: Body, colors: Colors) -> None:
    """Draw the moustache over the upper lip."""
    part = canvas.window(0.08, 0.46, -0.42, 0.42)
    amount = f.amount("moustache")
    width = (0.13 + 0.07 * amount) * (1.0 + 0.15 * f["mouth_width"])
    t = (part.fx / width).abs()
    lift = 0.030 * f["smile"]
    middle = MOUTH_Y - 0.052 + 0.045 * t * t - lift * t * t
    thick = (0.010 + 0.030 * amount) * (1.1 - t * t).clamp(min=0.0) * (0.75 + 0.6 * t)
    shape = (part.fy - middle).abs_() - thick
    shape = torch.maximum(shape, (t - 1.0) * width)
    cover = part.cover(shape, 0.012).mul_((amount * 3.0).clamp(max=1.0))
    lit = 0.7 + part.fx * body.light * 1.5 - (part.fy - middle) * 9.0
    part.paint(torch.lerp(colors.hair_shade, colors.hair, smooth(lit)), cover)
