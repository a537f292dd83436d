"""What years and laughter draw on a face: folds and lines, carved into its relief."""

from __future__ import annotations

import torch
from torch import Tensor

from training.drawing.shapes import blob, ellipse, smooth
from training.people.canvas import Layer
from training.people.pose import BROW_Y, EYE_Y, MOUTH_Y, NOSE_Y, Body


def carve_wrinkles(layer: Layer, body: Body) -> None:
    """Carve the fold from nose to mouth, the forehead, crow's feet and bags."""
    old = smooth((body.age - 0.42) / 0.58)
    _nasolabial(layer, body, old)
    _forehead(layer, old)
    _around_eyes(layer, body, old)
    _around_mouth(layer, old)


def _valley(distance: Tensor, width: float) -> Tensor:
    """A groove: 1 on the line, 0 from `width` on (overwrites its input)."""
    return blob(distance.mul_(1.0 / width).square_())


def _nasolabial(layer: Layer, body: Body, old: Tensor) -> None:
    part = layer.face_window(NOSE_Y - 0.06, MOUTH_Y + 0.08, -0.30, 0.30)
    side, y = part.part.fx.abs(), part.part.fy
    t = (y - NOSE_Y) / (MOUTH_Y - NOSE_Y)  # 0 beside the nose, 1 beside the mouth
    line = 0.098 + (0.085 + 0.025 * body.cheer) * t - 0.028 * t * t
    ends = smooth(t * 3.0 + 0.6) * smooth((1.45 - t) * 2.0)
    groove = _valley(side - line, 0.040).mul_(ends)
    strength = 0.12 + 0.62 * body.cheer + 0.62 * old * (1.0 - 0.4 * body.cheer)
    part.dark.add_(groove * (0.22 * strength))
    part.height.sub_(groove.mul_(0.013 * strength))
    pad = _valley(side - line - 0.055, 0.06).mul_(ends)
    part.height.add_(pad.mul_(0.012 * strength))


def _forehead(layer: Layer, old: Tensor) -> None:
    part = layer.face_window(-0.36, -0.20, -0.25, 0.25)
    x, y = part.part.fx, part.part.fy
    across = smooth((0.25 - x.abs()) * 9.0)
    for height, weight in ((-0.225, 0.8), (-0.270, 1.0), (-0.318, 0.8)):
        bend = 0.012 * torch.sin(x * 9.0 + 14.0 * height)
        line = _valley(y - height - bend + 0.25 * x * x, 0.020).mul_(across)
        part.dark.add_(line * (0.17 * weight * old))
        part.height.sub_(line.mul_(0.0055 * weight * old))
    frown = layer.face_window(-0.26, BROW_Y + 0.04, -0.05, 0.05)
    line = _valley(frown.part.fx.abs() - 0.024 - 0.05 * (frown.part.fy - BROW_Y).abs(), 0.012)
    line.mul_(smooth((0.065 - (frown.part.fy - BROW_Y + 0.035).abs()) * 30.0))
    frown.dark.add_(line.mul_(0.20 * old))


def _around_eyes(layer: Layer, body: Body, old: Tensor) -> None:
    part = layer.face_window(EYE_Y - 0.07, EYE_Y + 0.12, -0.37, 0.37)
    side, y = part.part.fx.abs() - body.eye_x, part.part.fy - EYE_Y
    bag = _valley(((side * 0.95 / body.eye_width).square() + ((y - 0.012) / 0.088).square()).sqrt_()
                  - 1.0, 0.20).mul_(smooth((y - 0.025) * 25.0))  # fmt: skip
    amount = 0.05 + 0.30 * body.cheer + 0.85 * old
    part.dark.add_(bag * (0.13 * amount))
    part.height.sub_(bag.mul_(0.0045 * amount))
    # Crow's feet: rays from the outer corner.
    corner = side - 1.10 * body.eye_width
    reach = smooth(corner * 40.0) * smooth((0.105 - corner) * 22.0)
    feet = old * (0.6 + 0.4 * body.cheer) + 0.22 * body.cheer * smooth(body.age * 3.0)
    for slope in (-0.55, 0.02, 0.58):
        ray = _valley(y - slope * corner.clamp(min=0.0) - 0.004, 0.0105).mul_(reach)
        part.dark.add_(ray.mul_(0.26 * feet))


def _around_mouth(layer: Layer, old: Tensor) -> None:
    part = layer.face_window(MOUTH_Y - 0.02, 0.44, -0.32, 0.32)
    side, y = part.part.fx.abs(), part.part.fy
    t = (y - MOUTH_Y - 0.02) / 0.14
    line = _valley(side - 0.158 - 0.035 * t, 0.026).mul_(smooth(t * 3.0) * smooth((1.1 - t) * 3.0))
    part.dark.add_(line * (0.17 * old))
    part.height.sub_(line.mul_(0.006 * old))
    jowl = blob(ellipse(side - 0.225, y - 0.345, 0.085, 0.085))
    part.height.add_(jowl.mul_(0.030 * old))
