"""A knitted scarf: a roll around the neck, and an end that hangs over the chest."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from training.drawing.colours import mix, ramp
from training.drawing.shapes import blob, distance_of, smooth
from training.people.canvas import Canvas
from training.people.clothing import shoulder_line
from training.people.factors import Columns
from training.people.lighting import CLOTH, Light, lit
from training.people.palette import CLOTHES
from training.people.pose import Body

ROLL_Y = 0.500  # of its middle, at the sides of the neck
RIB = 0.046  # from one rib to the next


def draw_scarf(canvas: Canvas, f: Columns, body: Body, light: Light) -> None:
    """Draw the scarf with its shadow on what is below."""
    part = canvas.window(0.34, 0.85, -0.50, 0.50)
    on = f["scarf"]
    color = mix(ramp(f["scarf_hue"], CLOTHES), "#f4e9d8", 0.10)
    width = body.neck_width + 0.085
    t = part.x / width
    middle = ROLL_Y + 0.105 * (1.0 - t * t).clamp(min=-0.3)
    thick = 0.074 * (1.12 - 0.35 * t * t).clamp(min=0.05)
    bent = ((part.y - middle) / thick).square()
    roll = distance_of(bent + t.square() * t.square() * t.square(), thick)
    end = _hanging_end(part)
    shadow = torch.minimum(roll, end)
    dark = blob((shadow.clamp(min=0.0) / 0.055).square_()).mul_(
        part.cover(-shoulder_line(part, body), 0.02)
    )
    part.darken(color * 0.2 + 0.36, dark.mul_(0.75 * on))
    _weave(part, f, color, light, end)
    height = (1.0 - bent).clamp_(min=0.0).add_(0.02).sqrt_()
    layer = part.layer(color)
    layer.height.copy_(height * 0.075 - 0.16 * t * t)
    # Two laps, and ribs that run around.
    lap = part.y - middle - 0.030 * torch.sin(2.6 * t + 0.5)
    groove = blob((lap / 0.020).square())
    layer.dark.add_(groove * 0.40)
    layer.height.sub_(groove.mul_(0.016))
    across = torch.asin(t.clamp(-0.99, 0.99)) * width + 0.25 * lap * torch.sign(lap)
    ribs = torch.cos(across * (2.0 * math.pi / RIB)).mul_(part.shown(RIB))
    layer.height.add_(ribs * 0.0055)
    layer.dark.add_((0.15 - ribs).clamp_(min=0.0).mul_(0.30))
    layer.dark.add_(smooth((middle - part.y) * 9.0 - 0.2).mul_(0.45))
    part.paint(lit(layer, light, CLOTH), part.cover(roll - 0.003 * ribs, 0.002).mul_(on))


def _hanging_end(part: Canvas) -> Tensor:
    """Signed distance to the end that hangs down, a little aslant."""
    return torch.maximum((part.x + 0.115 + 0.16 * (part.y - 0.60)).abs() - 0.078, 0.56 - part.y)


def _weave(part: Canvas, f: Columns, color: Tensor, light: Light, shape: Tensor) -> None:
    """Draw that end: ribs down, two stripes across."""
    layer = part.layer(color)
    x = part.x + 0.115 + 0.16 * (part.y - 0.60)
    ribs = torch.cos(x * (2.0 * math.pi / RIB)).mul_(part.shown(RIB))
    layer.height.copy_((1.0 - (x / 0.085).square()).clamp_(min=0.0).sqrt_().mul_(0.03))
    layer.height.add_(ribs * 0.0055)
    layer.dark.add_((0.15 - ribs).clamp_(min=0.0).mul_(0.30))
    stripe = smooth((0.016 - ((part.y - 0.715).abs() - 0.022).abs()) * 200.0)
    layer.part.paint(mix(color * 0.5, "#fff4e0", 0.75), stripe.expand_as(ribs) * 0.9)
    layer.dark.add_(smooth((0.64 - part.y) * 12.0).mul_(0.5))
    part.paint(lit(layer, light, CLOTH), part.cover(shape, 0.002) * f["scarf"])
