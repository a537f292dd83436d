"""Eyes and brows."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from training.drawing.colours import constant, mix
from training.drawing.shapes import blob, distance_of, ellipse, smooth
from training.people.canvas import Canvas
from training.people.factors import Columns
from training.people.lighting import Light
from training.people.palette import Colors
from training.people.pose import BROW_Y, EYE_Y, Body


@dataclass(frozen=True)
class Lids:
    """The opening of both eyes at once over a window; x grows from the nose outwards.

    `t` is -1 at the inner and 1 at the outer corner; `upper` is positive below the upper lid,
    `lower` above the lower one.
    """

    side: Tensor
    x: Tensor
    y: Tensor
    t: Tensor
    upper: Tensor
    lower: Tensor


def measure_lids(part: Canvas, f: Columns, body: Body) -> Lids:
    """Work out the lids: a smile lifts the lower one, age lowers the upper one outside."""
    width, openness = body.eye_width, f["eye_openness"]
    side = torch.sign(part.fx)
    x, y = part.fx.abs() - body.eye_x, part.fy - EYE_Y
    t = x / width
    up = width * (0.33 + 0.34 * openness - 0.06 * body.cheer)
    down = width * (0.30 + 0.10 * openness - 0.15 * body.cheer)
    square = t * t
    tilt = (0.006 + 0.020 * f["eye_tilt"] - 0.014 * body.age) * t
    y = y + tilt
    peak = 1.0 - (t + 0.16).square() * (0.60 + 0.20 * square)  # nearer to the nose
    upper = y + up * torch.minimum(peak, 1.35 - 1.35 * t.abs().clamp(min=0.4))
    lower = down * (1.0 - square * (0.62 + 0.38 * square)) - y
    return Lids(side, x, y, t, upper, lower)


def draw_eyes(canvas: Canvas, f: Columns, body: Body, colors: Colors, light: Light) -> None:
    """Draw both eyes: the ball in the shadow of its lid, lashes, and the fold above."""
    part = canvas.face_window(-0.12, 0.09, -0.32, 0.32)
    lids = measure_lids(part, f, body)
    t = lids.t
    near = smooth((1.16 - t.abs()) * 6.0)
    _draw_lid(part, f, lids, body, colors)
    cover = part.cover(torch.minimum(lids.upper, lids.lower).mul_(-0.85))
    # The ball: white that turns away at the sides.
    tone = smooth(lids.upper / 0.042 + 0.10) * (1.0 - 0.22 * t * t)
    tone.mul_(0.86 + 0.25 * light.side * lids.side * t)
    white = constant(tone, 0.97, 0.94, 0.92)
    shade = mix(colors.skin * 0.42, "#5a5468", 0.5)
    part.paint(torch.lerp(shade, white, tone.clamp_(0.0, 1.0)), cover)
    pink = blob(ellipse(t + 0.95, lids.y - 0.004, 0.26, 0.020))
    part.paint(mix(colors.flush, "#d98a84", 0.5), pink.mul_(0.9).mul_(cover))
    _draw_iris(part, f, lids, cover, body, colors, light)
    # The wet edge of the lower lid, then lashes.
    wet = part.stroke(lids.lower * 0.9 + 0.004, 0.0036).mul_(near)
    part.paint(mix(colors.flush, "#ffe9e0", 0.35), wet.mul_(0.55))
    _draw_lashes(part, f, lids, near, body, colors)


def _draw_lid(part: Canvas, f: Columns, lids: Lids, body: Body, colors: Colors) -> None:
    """Draw the upper lid with its fold; the older, the lower it hangs."""
    t = lids.t
    near = smooth((1.22 - t.abs()) * 4.5)
    gap = 0.024 + 0.008 * f["eye_openness"] + 0.006 * f["brow_height"] - 0.008 * body.age
    above = -lids.upper
    lid = smooth(above * 90.0) * smooth((gap - above) * 80.0)
    part.paint(mix(colors.skin, colors.flush, 0.5), lid.mul_(0.30 * near))
    fold = part.stroke(above - gap - 0.010 * t.square(), 0.0048).mul_(near)
    part.paint(colors.flush * 0.46, fold.mul_(0.62))
    soft = blob(((above - gap) / 0.020).square_()).mul_(near)
    part.darken(constant(t, 0.80, 0.70, 0.70), soft.mul_(0.45))


def _draw_iris(
    part: Canvas, f: Columns, lids: Lids, cover: Tensor, body: Body, colors: Colors, light: Light
) -> None:
    """Draw iris, pupil and catch lights, seen through `cover`; x grows to the right here."""
    size = 0.0525 * (1.0 + 0.10 * f["eye_size"])
    x = lids.x * lids.side - 0.035 * f["gaze_x"] - 0.035 * body.turn
    y = part.fy - EYE_Y + 0.008 - 0.019 * f["gaze_y"]
    radius = ellipse(x, y, size, size)
    root = radius.clamp(min=1e-6).sqrt()
    disc = part.cover((root - 1.0).mul_(size), 0.003).mul_(cover)
    # Fibres: waves around the pupil, lighter opposite to the catch light.
    angle = torch.atan2(y, x)
    fibres = torch.sin(angle * 11.0 + 0.7) + 0.7 * torch.sin(angle * 17.0 + 2.1)
    fibres.mul_(0.16 * part.shown(0.022))
    glow = (0.42 + y / size * 0.55 - x / size * 0.30 * light.side + fibres).clamp_(0.0, 1.0)
    dark, bright = colors.iris * 0.50, mix(colors.iris * 1.25, "#ffe9c0", 0.22).clamp(max=1.0)
    part.paint(torch.lerp(dark, bright, glow), disc)
    ring = blob(((root - 0.40) / 0.26).square_())
    part.paint(mix(colors.iris, "#c88a3a", 0.45), ring.mul_(0.40).mul_(disc))
    rim = smooth((root - 0.72) * 4.0)
    part.paint(colors.iris * 0.26, rim.mul_(0.85).mul_(disc))
    pupil = part.cover((root - 0.44).mul_(size), 0.004).mul_(cover)
    part.paint(constant(dark, 0.035, 0.028, 0.035), pupil)
    under_lid = smooth(1.0 - lids.upper / 0.030).mul_(disc)
    part.paint(dark * 0.35, under_lid.mul_(0.70))
    one = constant(dark, 1.0, 1.0, 1.0)
    place = 0.36 * light.side + 0.10 * torch.sign(light.side + 1e-6)
    spot = ellipse(x - size * place, y + size * 0.36, size * 0.30, size * 0.34)
    part.paint(one, part.cover(distance_of(spot, size * 0.30), 0.003).mul_(cover).mul_(0.96))
    spot = blob(ellipse(x + size * 0.42 * light.side, y - size * 0.50, size * 0.5, size * 0.28))
    part.paint(mix(one * 0.7, colors.iris, 0.3), spot.mul_(cover).mul_(0.50))


def _draw_lashes(
    part: Canvas, f: Columns, lids: Lids, near: Tensor, body: Body, colors: Colors
) -> None:
    """Draw the dark edge of the upper lid and lashes that fan out from it."""
    t = lids.t
    length = f["lashes"] * (0.72 + 0.28 * body.feminine)
    ink = mix(colors.brow * 0.35, "#140d10", 0.75)
    half = 0.0044 + 0.0056 * length + (0.0030 + 0.0044 * length) * t.clamp(-0.6, 1.2)
    part.paint(ink, part.stroke(lids.upper * 0.9 + 0.003, half).mul_(near).mul_(0.94))
    above = -lids.upper
    reach = (0.010 + 0.044 * length) * smooth(0.85 + 0.55 * t)
    fan = t - above * (5.0 + 7.0 * t)  # lashes lean outwards
    comb = (
        (torch.sin(fan * 27.0) * 0.5 + 0.5)
        .mul_(part.shown(0.020))
        .add_(0.32 * (1.0 - part.shown(0.020)))
    )
    inside = smooth(above * 200.0 + 0.5) * smooth((reach - above) * 70.0)
    inside.mul_(smooth((1.35 - fan.abs()) * 5.0)).mul_(smooth((1.30 - t) * 6.0))
    inside.mul_(smooth((t + 0.95) * 3.0))
    part.paint(ink, comb.square_().mul_(inside).mul_(0.25 + 0.70 * length))
    below = part.stroke(lids.lower * 0.9 - 0.001, 0.0026 + 0.0012 * length).mul_(near)
    part.paint(mix(ink, colors.flush * 0.5, 0.5), below.mul_(0.42 + 0.2 * length))


def draw_brows(canvas: Canvas, f: Columns, body: Body, colors: Colors) -> None:
    """Draw the brows: hairs that rise beside the nose and lie down towards the temples."""
    part = canvas.face_window(-0.26, -0.05, -0.32, 0.32)
    t = (part.fx.abs() - body.eye_x - 0.012) / 0.122
    rise = 0.042 * f["brow_height"] + 0.010 * f["femininity"]
    angry = f["brow_angle"]
    curve = (0.028 + 0.012 * f["femininity"]) * (1.0 - (t - 0.12).square()) + 0.038 * angry * t
    y = part.fy - (BROW_Y - rise - curve + 0.020) - 0.006 * angry
    half = (0.011 + 0.019 * f["brow_thickness"]) * (1.0 - 0.28 * f["femininity"])
    shape = half * (1.06 - 0.50 * ((t + 1.0) * 0.5).clamp(0.0, 1.0))
    lean = y * (150.0 - 110.0 * t)
    hairs = torch.sin(t * 33.0 + lean) + 0.7 * torch.sin(t * 19.0 + 0.8 * lean + 1.9)
    hairs = hairs * (0.65 * part.shown(0.023))
    edge = (y.abs() - shape * (1.0 + 0.20 * hairs)).mul_(0.9)
    cover = part.cover(edge, 0.008)
    cover.mul_(smooth((t + 1.12) * 4.0)).mul_(smooth((1.12 - t) * 3.2))
    cover.mul_((0.90 + 0.12 * hairs).clamp_(0.0, 1.0))
    part.paint(colors.brow, cover.mul_(0.93))
