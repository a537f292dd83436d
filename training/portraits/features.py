"""The features of the face: eyes, brows, nose and mouth."""

from __future__ import annotations

import torch
from torch import Tensor

from training.drawing.colours import constant, mix
from training.drawing.shapes import blob, distance_of, ellipse, smooth
from training.portraits.canvas import Canvas
from training.portraits.factors import Columns
from training.portraits.palette import Colors
from training.portraits.pose import BROW_Y, EYE_Y, MOUTH_Y, NOSE_Y, Body


def _const(like: Tensor, value: float) -> Tensor:
    return like.new_full((1, 1, 1, 1), value)


def draw_eyes(canvas: Canvas, f: Columns, body: Body, colors: Colors) -> None:
    """Draw both eyes at once: x is mirrored, so that it grows from the nose outwards."""
    part = canvas.window(-0.26, 0.20, -0.45, 0.45)
    side = torch.sign(part.fx)
    x = part.fx.abs() - body.eye_x
    y = part.fy - EYE_Y
    width, openness = body.eye_width, f["eye_openness"]
    smile = f.amount("smile")
    up = width * (0.30 + 0.50 * openness)
    down = width * (0.30 + 0.16 * openness - 0.16 * smile)
    t = x / width
    square = t * t
    arch = 1.0 - square * (0.55 + 0.45 * square)
    tilt = 0.014 * t
    upper = up * arch + y + tilt  # > 0 below the upper lid
    lower = down * arch - y - tilt  # > 0 above the lower lid
    socket = blob(ellipse(x, y + 0.035, width * 1.55, width * 1.15)).mul_(0.34)
    part.paint(colors.skin_shade, socket)
    # The eyeball, in the shadow of the upper lid.
    cover = part.cover(torch.minimum(upper, lower).mul_(-0.8))
    white = mix(colors.skin.new_ones(1, 3, 1, 1), "#f7f1ee", 1.0)
    part.paint(torch.lerp(white * 0.74, white, smooth(upper / 0.055 + 0.05)), cover)
    _draw_iris(part, f, x * side, y, cover, body, colors)
    # Lashes along the upper lid, a crease above and a soft line below.
    ink = mix(colors.hair_shade, "#1c1216", 0.78)
    near = (1.12 - t.abs()).mul_(9.0).clamp_(0.0, 1.0)
    line = part.stroke(upper * 0.8 + 0.006, 0.009 + 0.006 * (t + 0.3).clamp(0.0, 1.3))
    part.paint(ink, line.mul_(near))
    crease = part.stroke(upper - up * 0.1 + 0.040, _const(y, 0.005))
    part.paint(colors.skin_shade * 0.80, crease.mul_(near).mul_(0.55))
    below = part.stroke(lower * 0.8 + 0.003, _const(y, 0.004))
    part.paint(colors.skin_shade * 0.72, below.mul_(near).mul_(0.6))


def _draw_iris(
    part: Canvas, f: Columns, x: Tensor, y: Tensor, cover: Tensor, body: Body, colors: Colors
) -> None:
    """Draw iris, pupil and catch lights, seen through `cover`; x grows to the right here."""
    size = body.eye_width * 0.57
    gx = x - 0.034 * f["gaze_x"] - 0.10 * body.turn
    gy = y + 0.010 - 0.020 * f["gaze_y"] - 0.01 * f["pitch"]
    radius = ellipse(gx, gy, size, size)
    shape = distance_of(radius.clone(), size)
    disc = part.cover(shape).mul_(cover)
    glow = smooth(0.55 + gy / size * 0.75 - 0.25 * radius)
    dark = colors.iris * 0.42
    part.paint(torch.lerp(dark, mix(colors.iris * 1.15, "#fff2d8", 0.12), glow), disc)
    rim = part.cover((radius - 0.80).mul_(-0.35 * 0.06), 0.012).mul_(disc).mul_(0.75)
    part.paint(dark * 0.7, rim)
    pupil = part.cover(distance_of(radius.mul_(5.0), size * 0.45)).mul_(cover)
    part.paint(constant(dark, 0.05, 0.035, 0.045), pupil)
    spark = ellipse(gx - size * 0.42 * body.light, gy + size * 0.38, size * 0.30, size * 0.30)
    shine = part.cover(distance_of(spark, size * 0.30), 0.006).mul_(cover)
    part.paint(_const(gx, 1.0), shine.mul_(0.95))
    spark = blob(ellipse(gx + size * 0.40 * body.light, gy - size * 0.45, size * 0.4, size * 0.3))
    part.paint(_const(gx, 1.0), spark.mul_(cover).mul_(0.45))


def draw_brows(canvas: Canvas, f: Columns, body: Body, colors: Colors) -> None:
    """Draw the brows: arched strokes, thicker towards the nose."""
    part = canvas.window(-0.36, 0.06, -0.45, 0.45)
    t = (part.fx.abs() - body.eye_x - 0.012) / 0.125
    rise = 0.054 * f["brow_height"]
    curve = 0.038 * (1.0 - t * t) + 0.034 * f["brow_angle"] * t
    distance = part.fy - (BROW_Y - rise - curve + 0.016)
    half = (0.009 + 0.019 * f["brow_thickness"]) * (1.0 - 0.45 * (t + 1.0) * 0.5)
    ends = (1.06 - t.abs()).mul_(7.0).clamp_(0.0, 1.0)
    color = mix(mix(colors.hair_shade, colors.hair, 0.25), colors.skin_shade, 0.12)
    part.paint(color, part.stroke(distance, half).mul_(ends).mul_(0.92))


def draw_nose(canvas: Canvas, f: Columns, body: Body, colors: Colors) -> None:
    """Draw the nose by its light and shadow; it stands out, so a turn moves it further."""
    part = canvas.window(-0.20, 0.34, -0.34, 0.34)
    size = 1.10 + 0.42 * f["nose_size"]
    x = part.fx - 0.40 * body.turn
    y = part.fy - NOSE_Y - 0.042 * f["nose_length"] - 0.012 * f["pitch"]
    shade = colors.skin_shade
    # The side of the bridge away from the light.
    away = x + (0.050 * size) * body.light
    bridge = blob(ellipse(away, y + 0.10, 0.055 * size, 0.20))
    part.paint(shade, bridge.mul_(0.50 * body.light.abs() + 0.05))
    ridge = blob(ellipse(x - 0.010 * body.light, y + 0.09, 0.030 * size, 0.17))
    part.paint(colors.skin_light, ridge.mul_(0.60))
    # The shadow below, the wings, the tip.
    under = blob(ellipse(x + 0.02 * body.light, y - 0.028, 0.098 * size, 0.050))
    part.paint(shade * 0.92, under.mul_(0.9))
    wings = ellipse(x.abs() - 0.047 * size, y + 0.004, 0.034 * size, 0.034)
    part.paint(mix(colors.skin, shade, 0.42), part.cover(distance_of(wings, 0.034), 0.03))
    tip = ellipse(x, y + 0.008, 0.053 * size, 0.048)
    part.paint(mix(colors.skin, shade, 0.06), part.cover(distance_of(tip, 0.05), 0.035))
    nostrils = blob(ellipse(x.abs() - 0.030 * size, y - 0.030, 0.026 * size, 0.019))
    part.paint(shade * 0.50, nostrils.mul_(0.9))
    spot = blob(ellipse(x - 0.018 * body.light, y + 0.020, 0.030 * size, 0.028))
    part.paint(mix(colors.skin_light, "#ffffff", 0.45), spot.mul_(0.65))


def draw_mouth(canvas: Canvas, f: Columns, body: Body, colors: Colors) -> None:
    """Draw lips, and teeth and tongue between them when the mouth is open."""
    part = canvas.window(0.10, 0.50, -0.36, 0.36)
    smile, gape = f["smile"], f.amount("mouth_open")
    width = 0.145 * (1.0 + 0.22 * f["mouth_width"] + 0.16 * smile)
    x = part.fx - 0.06 * body.turn
    t = x / width
    arch = (1.0 - t * t).clamp(min=-0.6)
    ends = part.cover((t.abs() - 1.0).mul_(width), 0.015)
    # The line where the lips meet; its corners follow the smile.
    line = part.fy - MOUTH_Y - 0.054 * smile * arch + 0.022 * smile
    top = line + (0.022 * gape) * arch
    bottom = line - (0.085 * gape) * arch
    full = 0.48 + 0.85 * f["lip_fullness"]
    bow = 1.0 - 0.28 * blob((x / 0.045).square())
    upper = (0.036 * full) * arch * bow + top  # > 0 below the upper border
    lower = (0.050 * full) * arch - bottom  # > 0 above the lower border
    hollow = blob(ellipse(x, bottom - 0.085 * full, width * 0.75, 0.045))
    part.paint(colors.skin_shade, hollow.mul_(0.55))
    lips = part.cover(torch.minimum(upper, lower).mul_(-1.0)).mul_(ends)
    lit = smooth(0.25 + (line + 0.004) * 18.0)
    part.paint(torch.lerp(colors.lips * 0.80, mix(colors.lips, "#ffd9d0", 0.10), lit), lips)
    shine = blob(ellipse(x - 0.04 * body.light, bottom - 0.026 * full, width * 0.42, 0.016))
    part.paint(mix(colors.lips, "#ffffff", 0.55), shine.mul_(0.6))
    # Inside.
    cavity = part.cover(torch.minimum(top, -bottom).mul_(-1.0)).mul_(ends)
    cavity.mul_((gape * 8.0).clamp(max=1.0))
    dark = mix(colors.lips * 0.22, "#3a1018", 0.5)
    part.paint(dark, cavity)
    tongue = blob(ellipse(x, line - 0.085 * gape, width * 0.75, 0.03 + 0.035 * gape))
    part.paint(mix(dark, "#d0606a", 0.85), tongue.clamp_(max=0.6).mul_(1.4).mul_(cavity))
    teeth = part.cover((top - 0.012 - 0.030 * gape), 0.006)
    teeth.mul_(part.cover((t.abs() - 0.84).mul_(width), 0.02))
    part.paint(constant(dark, 0.97, 0.95, 0.92), teeth.mul_(cavity))
    meet = part.stroke(line.add_(0.0), _const(x, 0.0055)).mul_(ends)
    part.paint(colors.lips * 0.45, meet.mul_((1.0 - gape * 8.0).clamp(min=0.0)).mul_(0.9))
    corner = blob(ellipse(x.abs() - width, part.fy - MOUTH_Y + 0.018 * smile, 0.035, 0.03))
    part.paint(colors.skin_shade * 0.75, corner.mul_(0.5))
    fold = blob(ellipse(x.abs() - width - 0.06, part.fy - MOUTH_Y + 0.07, 0.05, 0.11))
    part.paint(colors.skin_shade, fold.mul_(0.32 * f.amount("smile")))
