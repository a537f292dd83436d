"""Shapes: signed distances, soft spots and ramps, at any resolution."""

from __future__ import annotations

from torch import Tensor


def ellipse(x: Tensor, y: Tensor, width: Tensor | float, height: Tensor | float) -> Tensor:
    """Squared radius in an ellipse with these half axes: 0 at the centre, 1 on the edge."""
    return (x / width).square_() + (y / height).square_()


def distance_of(radius_squared: Tensor, size: Tensor | float) -> Tensor:
    """Signed distance to the edge of a round shape of about that `size` (overwrites its input)."""
    return radius_squared.clamp_(min=1e-6).sqrt_().sub_(1.0).mul_(size)


def blob(radius_squared: Tensor) -> Tensor:
    """A soft spot: 1 at the centre, smoothly 0 at radius 1 (overwrites its input)."""
    return radius_squared.neg_().add_(1.0).clamp_(min=0.0).square_()


def smooth(t: Tensor) -> Tensor:
    """Smoothstep of t clamped to [0, 1]."""
    t = t.clamp(0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)
