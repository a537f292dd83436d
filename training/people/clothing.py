"""Neck, shoulders and what is worn on them."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from training.drawing.colours import mix
from training.drawing.shapes import blob, distance_of, ellipse, smooth
from training.people.canvas import Canvas, Layer
from training.people.factors import Columns
from training.people.lighting import CLOTH, SKIN, Light, compose, lit
from training.people.palette import Colors
from training.people.pose import HEAD_Y, Body

SHOULDER_Y = 0.575  # where the shoulders meet the neck
TOP = 0.20  # nothing here is drawn above
STITCH = 0.042  # width of a stitch
STRIPE = 0.105  # of a light and a dark stripe together


def shoulder_line(part: Canvas, body: Body) -> Tensor:
    """How far below the line of neck and shoulders: [N, 1, H, W]."""
    across = part.x.abs() / (1.08 - 0.16 * body.feminine)
    return part.y - SHOULDER_Y + 0.012 - 0.16 * across - 0.46 * across.square().square()


def draw_neck(canvas: Canvas, body: Body, colors: Colors, light: Light) -> None:
    """Draw neck and upper chest, with the shadow that the head throws on them."""
    part = canvas.window(TOP, 1.0, -0.62, 0.62)
    layer = part.layer(mix(colors.skin, colors.flush, 0.12))
    flare = (part.y - SHOULDER_Y + 0.125).clamp(min=0.0)
    width = body.neck_width + 1.7 * flare * flare
    x = part.x
    distance = x.abs() - width
    t = (x / width).clamp(-1.0, 1.0)
    layer.height.copy_((1.02 - t * t).sqrt_() * (0.8 * body.neck_width))
    # Two cords that meet in a hollow between the collar bones.
    cord = x.abs() - 0.020 - 0.42 * (0.640 - part.y).clamp(min=0.0)
    layer.height.add_(blob((cord / 0.055).square_()).mul_(0.008))
    hollow = blob(ellipse(x, part.y - 0.655, 0.040, 0.030))
    layer.height.sub_(hollow.mul_(0.010))
    bone = part.y - 0.690 + 0.30 * x.abs() - 0.25 * x.square()
    layer.height.add_(blob((bone / 0.024).square_()).mul_(0.009 * smooth((x.abs() - 0.03) * 20.0)))
    shadow = ellipse(part.hx + 0.10 * light.side, part.hy - HEAD_Y - 0.10,
                     body.face_width * 0.96, body.chin)  # fmt: skip
    layer.dark.add_(part.cover(distance_of(shadow, 0.45), 0.11).mul_(0.66))
    layer.gloss.fill_(0.06)
    compose(part, layer, part.cover(distance, 0.003), light, SKIN)


def draw_clothing(canvas: Canvas, f: Columns, body: Body, colors: Colors, light: Light) -> None:
    """Draw the garment: from a polo neck (collar 0) over a round neckline to a deep V (1)."""
    part = canvas.window(0.30, 1.0)
    across = part.x.abs()
    shoulder = shoulder_line(part, body)
    collar = f["collar"]
    open_ = ((collar - 0.35) / 0.65).clamp(0.0, 1.0)
    rise = 1.0 - (collar / 0.35).clamp(0.0, 1.0)
    rise = rise * (1.0 - 0.8 * smooth(8.0 * f.amount("shirt_collar")))
    neck = body.neck_width + 0.032 + 0.055 * open_
    t = (across / neck).clamp(max=1.0)
    dip = torch.lerp(1.0 - t * t, 1.0 - t, smooth(2.0 * open_ - 0.6))
    edge = SHOULDER_Y + 0.015 - 0.150 * rise * (1.0 - 0.1 * t) + (0.050 + 0.22 * open_) * dip
    inside = torch.minimum((neck - across).clamp(max=0.3), part.y - edge)  # polo neck and below
    below = torch.where(across < neck, part.y - edge, shoulder)
    shape = -torch.maximum(inside, torch.minimum(shoulder, below))
    layer = part.layer(colors.clothes)
    drop = shoulder.clamp(min=0.0)
    layer.height.copy_(
        (drop * 3.0 + 0.004).sqrt_().clamp_(max=1.25).mul_(0.17) - 0.10 * across.square()
    )
    tube = (1.0 - (across / neck).square()).clamp_(min=0.0).sqrt_().mul_(0.10)
    above = smooth((SHOULDER_Y + 0.02 - part.y) * 14.0)
    layer.height.copy_(torch.lerp(layer.height, tube, above * rise))
    _fold(layer, part, f)
    _weave(layer, part, f, shoulder, colors)
    # The ribbed band along the neckline, and the shadow of the neck.
    band = part.y - edge
    inner = smooth((neck - across) * 60.0)
    trim = smooth((0.042 - band) * 60.0).mul_(inner)
    ribs = torch.sin(part.x * 190.0).mul_(0.0016 * part.shown(0.033))
    layer.height.add_(trim * (ribs + 0.012))
    layer.part.paint(colors.clothes * 0.84, trim.mul_(0.5))
    layer.dark.add_(blob((band - 0.05).mul_(1 / 0.022).square_()).mul_(inner).mul_(0.20))
    layer.gloss.fill_(0.04)
    fallen = ellipse(part.hx + 0.14 * light.side, part.hy - HEAD_Y - 0.13,
                     body.face_width * 1.05, body.chin)  # fmt: skip
    layer.dark.add_(part.cover(distance_of(fallen, 0.45), 0.14).mul_(0.30))
    compose(part, layer, part.cover(shape), light, CLOTH)
    _draw_shirt_collar(part, f, body, colors, light)


def _fold(layer: Layer, part: Canvas, f: Columns) -> None:
    """Soft folds that hang from shoulders and collar."""
    x, across = part.x, part.x.abs()
    y = part.y - 0.58
    # From the shoulder towards the middle, each side a little otherwise.
    hang = y - 0.42 * (0.62 - across).clamp(min=0.0) + 0.05 * x
    fold = (
        torch.sin(hang * 46.0 + 0.8) * smooth((across - 0.14) * 5.0) * smooth((0.62 - across) * 6.0)
    )
    fold = fold + 0.8 * torch.sin(across * 30.0 - y * 22.0 + x * 4.0) * smooth(
        (across - 0.40) * 7.0
    )
    layer.height.add_(fold * (0.0095 * (1.0 - 0.5 * f.amount("knit"))))
    # Where the sleeve is sewn on.
    seam = across - 0.565 + 0.5 * (y - 0.13).square()
    groove = blob((seam / 0.016).square_()) * smooth((y - 0.02) * 16.0)
    layer.height.sub_(groove * 0.010)
    layer.dark.add_(groove * 0.22)


def _weave(layer: Layer, part: Canvas, f: Columns, shoulder: Tensor, colors: Colors) -> None:
    """Knitting in columns of V, and stripes that follow the shoulders."""
    down = shoulder + 0.10 * part.x.square()
    stripes = torch.sin(down * (2.0 * math.pi / STRIPE) - 0.9)
    cover = (stripes * (0.5 * STRIPE / math.pi / part.px) + 0.5).clamp_(0.0, 1.0)
    other = mix(
        colors.clothes * 0.42, "#f4ead8", (1.9 - 2.4 * colors.clothes.mean(1, True)).clamp(0.0, 0.9)
    )
    layer.part.paint(other, cover.mul_((2.0 * f.amount("stripes")).clamp(max=0.95)))
    knitted = (1.6 * f.amount("knit")).clamp(max=1.0)
    knit = knitted * part.shown(0.8 * STITCH)
    column = torch.sin(part.x * (math.pi / STITCH))
    rows = torch.sin(down * (2.0 * math.pi / (0.86 * STITCH)) + 2.6 * column.abs())
    yarn = rows.mul_(0.5).add_(column.abs().mul_(0.8)).sub_(0.5)
    layer.height.add_(yarn * (0.0070 * knit))
    layer.dark.add_((-yarn).clamp_(min=0.0).mul_(0.70 * knit)).add_(0.13 * (knitted - knit))


def _draw_shirt_collar(part: Canvas, f: Columns, body: Body, colors: Colors, light: Light) -> None:
    """Draw two flaps that grow from the sides of the neck."""
    size = f.amount("shirt_collar")
    across = part.x.abs()
    outer = body.neck_width + 0.050
    down = part.y - SHOULDER_Y + 0.085
    # A kite: right of the line to the middle, left of the line to the shoulder, above its tip.
    length = 0.165 + 0.11 * size
    inner = outer - 0.036 - 0.66 * down
    flap = torch.maximum(inner - across, across - outer - 0.20 * down)
    flap = torch.maximum(flap * 0.85, (down - length + 0.55 * (across - 0.10)) * 0.85)
    flap = torch.maximum(flap, -down * 0.8 + 0.35 * (across - outer))
    shown = (size * 25.0).clamp(max=1.0)
    shade = blob((flap.clamp(min=0.0) / 0.045).square_())
    shade.mul_(part.cover(0.575 - part.y + 0.3 * (across - 0.15)))
    part.darken(mix(colors.clothes * 0.3, "#4a4058", 0.5), shade.mul_(0.55 * shown))
    layer = part.layer(mix(colors.clothes, "#fbf6ec", 0.66))
    edge = (-flap).clamp_(0.0, 0.03)
    layer.height.copy_(edge.sqrt() * 0.05 + across * 0.25)
    seam = blob(((flap + 0.018) / 0.0045).square_()).mul_(part.shown(0.012))
    layer.dark.copy_(seam.mul_(0.28))
    layer.dark.add_(smooth(0.35 - down * 5.0).mul_(0.5))
    part.paint(lit(layer, light, CLOTH), part.cover(flap).mul_(shown))
