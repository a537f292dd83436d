"""The mouth: lips as part of the face's relief, and what is seen between them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from training.drawing.colours import constant, mix
from training.drawing.shapes import blob, ellipse, smooth
from training.people.canvas import Canvas, Layer
from training.people.factors import Columns
from training.people.palette import Colors
from training.people.pose import MOUTH_Y, Body
from training.people.skull import head_radius

FORWARD = 0.10  # how much further than the face the lips move with a turn


@dataclass(frozen=True)
class Lips:
    """The lines of a mouth over a window: planes [N, 1, H, W], lengths in units of the board.

    `t` is -1 and 1 at the corners; `arch` is 1 between and 0 at them. The lips lie between `crest`
    and `top`, and between `bottom` and `base`; where the mouth is shut `top` is `bottom`.
    """

    x: Tensor
    y: Tensor
    width: Tensor
    t: Tensor
    arch: Tensor
    crest: Tensor
    top: Tensor
    bottom: Tensor
    base: Tensor


def measure_lips(part: Canvas, f: Columns, body: Body) -> Lips:
    """Work out where the lips are: a smile pulls the corners out and up, and opens."""
    cheer, frown, grin, gape = body.cheer, body.frown, body.grin, body.gape
    width = 0.122 * (1.0 + 0.20 * f["mouth_width"]) + 0.046 * cheer - 0.014 * gape - 0.006 * frown
    x, y = part.fx - FORWARD * body.turn, part.fy - FORWARD * body.nod
    t = x / width
    arch = (1.0 - t * t).clamp_(min=-0.5)
    middle = MOUTH_Y + 0.004 * cheer - 0.010 * frown
    depth = 0.052 * cheer - 0.046 * frown  # of the corners' line below or above its middle
    line = middle - depth * (1.0 - arch) + 0.006 * blob((x / 0.05).square_())
    full = 0.52 + 1.10 * f["lip_fullness"] + 0.10 * f["femininity"] - 0.22 * body.age
    bow = (
        1.0 - 0.26 * blob((x / 0.032).square_()) + 0.10 * blob(((x.abs() - 0.040) / 0.05).square_())
    )
    top = line - arch * (0.020 * grin + 0.016 * gape)
    bottom = line + arch * (0.040 * grin + 0.092 * gape)
    crest = top - arch * bow * (0.034 * full * (1.0 - 0.25 * cheer))
    base = bottom + arch * (0.046 * full * (1.0 - 0.15 * cheer))
    return Lips(x, y, width, t, arch, crest, top, bottom, base)


def carve_mouth(layer: Layer, f: Columns, body: Body, colors: Colors) -> None:
    """Colour and raise the lips, with the groove above and the hollow below."""
    part = layer.face_window(0.18, 0.47, -0.23, 0.23)
    lips = measure_lips(part.part, f, body)
    ends = smooth((1.03 - lips.t.abs()) * 9.0)
    upper = torch.minimum(lips.y - lips.crest, lips.top - lips.y)
    lower = torch.minimum(lips.y - lips.bottom, lips.base - lips.y)
    gap = torch.minimum(lips.y - lips.top, lips.bottom - lips.y)
    inside = torch.maximum(torch.maximum(upper, lower), gap)
    cover = part.part.cover(-inside, 0.006).mul_(ends)
    part.part.paint(colors.lips * 0.92, cover)
    part.part.paint(colors.lips * 0.84, part.part.cover(-upper, 0.004).mul_(ends))
    # Each lip is a roll; fine lines run down both.
    mound = (upper * 26.0).clamp_(0.0, 1.0) + (lower * 22.0).clamp_(0.0, 1.0)
    rolled = (mound * (2.0 - mound)).mul_(ends)
    part.height.add_(rolled * 0.017)
    lines = torch.sin(lips.x * 260.0 + 3.0 * lips.t).mul_(0.0007 * part.part.shown(0.024))
    part.height.add_(lines * rolled)
    part.gloss.add_(rolled.mul_(0.12 + 0.35 * f.amount("lip_redness")))
    wet = blob(
        ellipse(lips.x, lips.y - lips.bottom - 0.40 * (lips.base - lips.bottom), 0.085, 0.014)
    )
    part.gloss.add_(wet.mul_(0.30))
    groove = blob(ellipse(lips.x, lips.y - lips.crest + 0.030, 0.020, 0.040))
    part.height.sub_(groove.mul_(0.008))
    hollow = blob(ellipse(lips.x, lips.y - lips.base - 0.024, 0.095, 0.040))
    part.dark.add_(hollow * 0.26)
    part.height.sub_(hollow.mul_(0.014))
    corner = blob(
        ellipse(lips.x.abs() - lips.width - 0.006, lips.y - _corner_y(body), 0.034, 0.030)
    )
    part.dark.add_(corner * (0.34 + 0.20 * body.cheer))
    part.height.sub_(corner.mul_(0.010))


def _corner_y(body: Body) -> Tensor:
    return MOUTH_Y - 0.048 * body.cheer + 0.036 * body.frown


def draw_mouth(canvas: Canvas, f: Columns, body: Body, colors: Colors) -> None:
    """Draw the line between the lips, or teeth and tongue where they part."""
    part = canvas.face_window(0.20, 0.44, -0.22, 0.22)
    lips = measure_lips(part, f, body)
    ends = smooth((1.01 - lips.t.abs()) * 12.0)
    ends.mul_(smooth((0.985 - head_radius(body, part.hx, part.hy)) * 14.0))
    height = lips.bottom - lips.top
    gap = torch.minimum(lips.y - lips.top, lips.bottom - lips.y)
    cavity = part.cover(-gap, 0.002).mul_(ends)
    cavity.mul_(smooth(height / 0.012))
    # Dark, with a tongue at the bottom.
    dark = mix(colors.lips * 0.16, "#2c0c12", 0.6)
    part.paint(dark, cavity)
    tongue = blob(ellipse(lips.x, lips.y - lips.bottom + 0.002, 0.72 * lips.width,
                          0.012 + 0.45 * height.clamp(min=0.0)))  # fmt: skip
    part.paint(mix(dark, "#c4575e", 0.80), tongue.mul_(1.6).clamp_(max=1.0).mul_(cavity))
    _draw_teeth(part, lips, cavity, body)
    shut = smooth(1.0 - height / 0.010)
    line = part.stroke(lips.y - lips.top, 0.0042 + 0.002 * blob(lips.t * 0.9)).mul_(ends)
    part.paint(colors.lips * 0.30, line.mul_(shut).mul_(0.85))


def _draw_teeth(part: Canvas, lips: Lips, cavity: Tensor, body: Body) -> None:
    """Draw the upper row, whole in a grin and its edge in speech; corners stay dark."""
    show = 0.020 + 0.038 * body.grin + 0.010 * body.gape
    edge = lips.top + show * (1.0 - 0.30 * lips.t.square())
    row = part.cover(lips.y - edge, 0.004)
    row.mul_(smooth((0.90 - lips.t.abs()) * 7.0)).mul_(cavity)
    curved = lips.x + 1.6 * lips.x * lips.x.abs()  # further teeth are seen from the side
    parts = torch.cos(curved * 150.0).abs_()  # 0 between two teeth
    between = (1.0 - parts * 5.0).clamp_(min=0.0).mul_(0.34 * part.shown(0.021))
    tone = 1.02 - 0.42 * lips.t.square() - 9.0 * (0.012 - (lips.y - lips.top)).clamp(0.0, 0.03)
    tone = tone.sub_(between).clamp_(0.25, 1.0)
    yellow = 0.10 * body.age
    white = constant(body.age, 0.97, 0.95, 0.91) * (
        1.0 - yellow * constant(body.age, 0.3, 0.6, 1.6)
    )
    part.paint(white * tone, row)
