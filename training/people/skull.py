"""The outline of the head, which everything on it goes by."""

from __future__ import annotations

from torch import Tensor

from training.drawing.shapes import distance_of, smooth
from training.people.pose import HEAD_Y, SKULL_HEIGHT, Body


def head_radius(body: Body, x: Tensor, y: Tensor) -> Tensor:
    """Squared radius of the head: 1 on its outline; [N, 1, H, W] for x, y in the head's frame."""
    v = y - HEAD_Y
    down = (v / body.chin).clamp_(min=0.0)
    x = x - (0.46 * body.turn) * smooth(1.15 * down)  # the jaw is in front of the neck
    up = (v / -SKULL_HEIGHT).clamp_(min=0.0).square_()
    down.square_()
    across = (x / (body.face_width * (1.0 - body.taper * down))).square_()
    across.mul_(1.0 - body.square * down.clamp(max=1.0) - 0.20 * up.clamp(max=1.0))
    return across.add_(down).add_(up)


def head_outline(body: Body, x: Tensor, y: Tensor) -> Tensor:
    """Signed distance to the outline of the head."""
    return distance_of(head_radius(body, x, y), 0.42)
