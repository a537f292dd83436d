"""Beard and moustache, strand by strand."""

from __future__ import annotations

import torch

from training.drawing.shapes import distance_of, smooth
from training.people.canvas import Canvas
from training.people.factors import Columns
from training.people.lighting import HAIR, Light, lit
from training.people.mouth import measure_lips
from training.people.palette import Colors
from training.people.pose import HEAD_Y, MOUTH_Y, Body
from training.people.skull import head_radius
from training.people.strands import strands


def draw_beard(canvas: Canvas, f: Columns, body: Body, colors: Colors, light: Light) -> None:
    """Draw the beard, which spreads from the chin up the jaw and grows longer."""
    part = canvas.window(-0.10, 0.70, -0.54, 0.54)
    amount = body.beard
    lips = measure_lips(part, f, body)
    grown = 0.062 * amount
    radius = head_radius(
        body, part.hx * (1.0 - 0.05 * amount * smooth(part.hy * 5.0 - 0.6)), part.hy - grown
    )
    side = part.fx.abs()
    t = side / body.face_width
    tone = strands(part, part.fx / (0.30 + 0.35 * (part.fy - 0.10).clamp(min=0.0)) * 1.3,
                   part.fy * 2.0, 0.23)  # fmt: skip
    # The upper border: below the lower lip, around the corners, then up to the ears.
    cheek = MOUTH_Y + 0.055 - 0.055 * amount - 0.34 * t * t * t * (0.35 + 0.65 * amount)
    chin = lips.base + 0.018
    beside = smooth((side - lips.width - 0.012) * 26.0)
    border = torch.lerp(chin, torch.minimum(chin + 0.02, cheek), beside)
    inner = border - part.fy + 0.010 * tone
    outer = distance_of(radius.clone(), 0.42) - 0.010 * tone * amount
    density = (amount * 2.6).clamp(max=1.0)
    cover = part.cover(outer, 0.010).mul_(part.cover(inner, 0.034 - 0.012 * amount))
    cover.mul_(density * (0.62 + 0.38 * smooth(1.6 * amount))).mul_(
        (0.94 + 0.22 * amount * tone).clamp_(0.0, 1.0)
    )
    layer = part.layer(colors.beard)
    layer.part.img.mul_((1.0 + 0.24 * tone).clamp_(0.4, 1.5))
    layer.height.copy_((1.0 - radius).clamp_(min=0.0).add_(0.01).sqrt_().mul_(0.36))
    layer.height.add_(0.006 * tone)
    layer.gloss.fill_(0.16)
    layer.dark.copy_((-0.2 - tone).clamp_(min=0.0).mul_(0.35))
    layer.dark.add_(smooth((part.hy - HEAD_Y - body.chin + 0.06) * 6.0).mul_(0.45))
    part.paint(lit(layer, light, HAIR), cover)


def draw_moustache(canvas: Canvas, f: Columns, body: Body, colors: Colors, light: Light) -> None:
    """Draw the moustache over the upper lip, parted under the nose."""
    part = canvas.face_window(0.15, 0.37, -0.25, 0.25)
    amount = body.moustache
    lips = measure_lips(part, f, body)
    width = lips.width + 0.018 + 0.040 * amount
    t = (lips.x / width).abs()
    middle = MOUTH_Y - 0.052 + 0.062 * t * t - 0.040 * body.cheer * t * t - 0.012 * body.gape
    thick = (0.009 + 0.024 * amount) * (1.08 - t * t).clamp(min=0.0) * (0.80 + 0.55 * t)
    y = lips.y - middle
    fan = (lips.x / 0.20) - torch.sign(lips.x) * y * 2.2
    tone = strands(part, fan, y * 3.0, 0.20)
    shape = y.abs() - thick * (1.0 + 0.14 * tone)
    shape = torch.maximum(shape, (t - 1.0) * width)
    cover = part.cover(shape, 0.008).mul_((amount * 3.0).clamp(max=1.0))
    layer = part.layer(colors.beard)
    layer.part.img.mul_((1.0 + 0.24 * tone).clamp_(0.4, 1.5))
    layer.height.copy_((1.0 - (y / (thick + 0.008)).square()).clamp_(min=0.0).mul_(0.016))
    layer.height.add_(0.004 * tone)
    layer.gloss.fill_(0.14)
    layer.dark.copy_(smooth(y / (thick + 0.01)).mul_(0.35))
    part.paint(lit(layer, light, HAIR), cover)
