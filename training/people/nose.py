"""The nose: a ridge with a tip and wings, carved into the face's relief."""

from __future__ import annotations

from training.drawing.shapes import blob, ellipse, smooth
from training.people.canvas import Layer
from training.people.factors import Columns
from training.people.lighting import Light
from training.people.palette import Colors
from training.people.pose import EYE_Y, NOSE_Y, Body

FORWARD = 0.30  # how much further than the face the tip moves with a turn


def carve_nose(layer: Layer, f: Columns, body: Body, colors: Colors, light: Light) -> None:
    """Raise the nose; its shadow falls away from the light and below."""
    part = layer.face_window(-0.10, 0.27, -0.17, 0.17)
    size = 1.0 + 0.38 * f["nose_size"] - 0.08 * f["femininity"] + 0.08 * body.age
    tip_y = NOSE_Y + 0.046 * f["nose_length"] + 0.010 * body.age
    top_y = EYE_Y - 0.075
    y = part.part.fy - FORWARD * body.nod * 0.8
    along = ((y - top_y) / (tip_y - top_y)).clamp(0.0, 1.0)
    x = part.part.fx - (FORWARD * body.turn) * along
    side = x.abs()
    bridge = 0.5 + 0.5 * f["nose_bridge"]
    ends = smooth((tip_y + 0.056 - y) * 11.5)
    high = (0.002 + 0.058 * bridge) * smooth(along * 3.0) + 0.048 * along * along
    width = 0.042 + 0.008 * bridge + 0.034 * size * along * along
    ridge = blob((x / width).square_()).mul_(high).mul_(ends)
    part.height.add_(ridge)
    bump = blob(ellipse(x, y - top_y - 0.42 * (tip_y - top_y), 0.034, 0.06))
    part.height.add_(bump.mul_((0.026 * f["nose_bridge"]).clamp(min=0.0)))
    tip = blob(ellipse(x, y - tip_y + 0.004, 0.062 * size, 0.056 * size))
    part.height.add_(tip * (0.031 * size))
    part.gloss.add_(tip.mul_(0.20))
    part.gloss.add_(blob(ellipse(x, y - tip_y + 0.12, 0.030, 0.10)).mul_(0.08))
    wings = blob(ellipse(side - 0.058 * size, y - tip_y - 0.010, 0.040 * size, 0.040))
    part.height.add_(wings.mul_(0.022 * size))
    # Below the tip it is dark, and darker on the side that is turned from the light.
    under = blob(ellipse(x + 0.035 * light.side, y - tip_y - 0.058, 0.105 * size, 0.046))
    part.dark.add_(under.mul_(0.30))
    cast = blob(ellipse(x + (0.085 * size) * light.side, y - tip_y + 0.01, 0.075 * size, 0.11))
    part.dark.add_(cast.mul_(0.36 * light.side.abs()))
    crease = blob(ellipse(side - 0.098 * size, y - tip_y - 0.012, 0.020, 0.036))
    part.dark.add_(crease.mul_(0.30))
    nostril = blob(ellipse(side - 0.033 * size, y - tip_y - 0.034, 0.026 * size, 0.016))
    nostril.mul_(1.8).clamp_(max=1.0)
    part.dark.add_(nostril * 0.4)
    part.part.paint(colors.flush * 0.30, nostril.mul_(0.72))
