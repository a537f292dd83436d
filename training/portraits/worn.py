"""Things worn on the head: glasses, a knitted hat, earrings."""

from __future__ import annotations

import torch

from training.drawing.colours import constant, mix
from training.drawing.shapes import blob, distance_of, ellipse, smooth
from training.portraits.canvas import Canvas
from training.portraits.factors import Columns
from training.portraits.palette import Colors
from training.portraits.pose import EYE_Y, HEAD_Y, Body


def draw_glasses(canvas: Canvas, f: Columns, body: Body, colors: Colors) -> None:
    """Draw glasses, clear or tinted."""
    part = canvas.window(-0.26, 0.26, -0.56, 0.56)
    on = f["glasses"]
    x = part.fx - 0.10 * body.turn
    y = part.fy - EYE_Y - 0.012
    across = (x.abs() - body.eye_x - 0.002) / 0.148
    v = y / 0.122
    radius = across.square_() * (1.0 - 0.5 * v.square().clamp(max=1.0)) + v.square()
    lens = distance_of(radius, 0.132)
    tint = f.amount("glasses_tint")
    inside = part.cover(lens.clone())
    dark = torch.lerp(constant(colors.skin, 0.13, 0.12, 0.18),
                      mix(colors.skin_shade, "#6a4a55", 0.6), smooth(0.35 + v * 0.5))  # fmt: skip
    part.paint(dark, inside * (tint * 0.92 * on))
    streak = blob(((x + 1.1 * y - 0.09 * torch.sign(x) - 0.05) / 0.05).square_())
    part.paint(
        colors.skin.new_ones(1, 3, 1, 1), streak.mul_(inside).mul_((0.16 + 0.12 * tint) * on)
    )
    frame = mix(colors.hat * 0.35, "#22191d", 0.65)
    rim = part.stroke(lens, frame.new_full((1, 1, 1, 1), 0.0125))
    bridge = part.stroke(y + 0.030 - 2.0 * x.square(), rim.new_full((1, 1, 1, 1), 0.012))
    bridge.mul_(part.cover(x.abs() - body.eye_x + 0.14))
    temple = part.stroke(y + 0.035, rim.new_full((1, 1, 1, 1), 0.013))
    temple.mul_(part.cover(body.eye_x + 0.145 - x.abs()))
    temple.mul_(part.cover(part.hx.abs() - body.face_width + 0.01))
    part.paint(frame, torch.maximum(torch.maximum(rim, bridge), temple).mul_(on))


def draw_earrings(canvas: Canvas, f: Columns, body: Body) -> None:
    """Draw a golden ball under each ear."""
    part = canvas.window(-0.02, 0.42, -0.72, 0.72)
    x = part.hx + 0.45 * body.turn
    across, y = x.abs() - body.face_width - 0.022, part.hy - 0.185
    radius = ellipse(across, y, 0.040, 0.046)
    gold = torch.lerp(
        constant(radius, 0.66, 0.42, 0.14),
        constant(radius, 1.0, 0.86, 0.45),
        smooth(0.55 - y * 9.0 + across * torch.sign(x) * body.light * 9.0),
    )
    part.paint(gold, part.cover(distance_of(radius, 0.043)).mul_(f["earrings"]))
    spark = blob(ellipse(across, y + 0.016, 0.018, 0.018)).mul_(f["earrings"])
    part.paint(gold.new_ones(1, 3, 1, 1), spark.mul_(0.8))


def draw_hat(canvas: Canvas, f: Columns, body: Body, colors: Colors) -> None:
    """Draw a knitted hat with a folded band and a bobble."""
    part = canvas.window(-1.0, 0.02, -0.80, 0.80)
    on = f["hat"]
    x = part.hx + 0.10 * body.turn
    width, height = body.hair_width + 0.022, body.hair_height + 0.040
    u = x / width
    v = part.hy - HEAD_Y
    brim = HEAD_Y - 0.205 + 0.10 * u * u  # the lower edge of the band, lower at the sides
    light = mix(colors.hat, "#fff4e0", 0.12)
    dark = mix(colors.hat * 0.55, "#2a2050", 0.15)
    bobble = ellipse(x, v + height + 0.035, 0.105, 0.095)
    lit = 0.55 + x * body.light * 3.0 - (v + height + 0.035) * 3.5
    pale = mix(colors.hat, "#fffaf0", 0.70)
    part.paint(torch.lerp(pale * 0.74, pale, smooth(lit)),
               part.cover(distance_of(bobble, 0.10), 0.02).mul_(on))  # fmt: skip
    radius = ellipse(x, v.clamp(max=0.0), width, height)
    dome = distance_of(radius.clone(), 0.5)
    ribs = torch.sin(u * 26.0) * 0.07
    lit = 0.72 + u * body.light * 0.42 - (v + 0.45) * 0.55 + ribs * 0.7
    shape = torch.maximum(dome, part.hy - brim)
    shadow = blob(((part.hy - brim) / 0.10).square()).mul_(0.50)
    shadow.mul_(part.cover(dome + 0.06)).mul_(on)
    part.paint(colors.skin_shade * 0.55, shadow)
    part.paint(torch.lerp(dark, light, smooth(lit)), part.cover(shape).mul_(on))
    band = torch.maximum(dome - 0.018, (part.hy - brim + 0.075).abs_() - 0.085)
    lit = 0.78 + u * body.light * 0.45 - (part.hy - brim + 0.09) * 2.2 + ribs * 1.6
    part.paint(torch.lerp(dark, mix(light, "#ffffff", 0.10), smooth(lit)),
               part.cover(band).mul_(on))  # fmt: skip
