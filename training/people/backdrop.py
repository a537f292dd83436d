"""What is behind the person: a soft gradient with lights out of focus."""

from __future__ import annotations

from training.drawing.colours import mix
from training.drawing.shapes import blob, ellipse
from training.people.canvas import Canvas
from training.people.factors import Columns
from training.people.lighting import Light
from training.people.palette import Colors

DISCS = (
    (-0.66, -0.60, 0.15, 0.9), (-0.34, -0.78, 0.10, 0.6), (0.52, -0.70, 0.17, 0.8),
    (0.76, -0.34, 0.12, 1.0), (-0.78, -0.18, 0.13, 0.7), (0.70, 0.10, 0.15, 0.6),
    (-0.62, 0.20, 0.16, 0.8), (0.22, -0.80, 0.08, 0.7), (-0.48, -0.42, 0.08, 0.5),
    (0.50, -0.20, 0.07, 0.5), (0.80, 0.42, 0.11, 0.8), (-0.80, 0.46, 0.10, 0.6),
)  # fmt: skip
"""Places x, y of the lights, their radii and how bright they are."""


def draw_backdrop(canvas: Canvas, f: Columns, colors: Colors, light: Light) -> None:
    """Fill the whole canvas."""
    bright = mix(colors.backdrop, "#fffaf0", 0.20)
    dark = mix(colors.backdrop * 0.72, "#3c3c70", 0.14)
    slope = canvas.x * (0.30 * light.side) - canvas.y * 0.40 + 0.46
    canvas.img.copy_(dark.expand_as(canvas.img))
    canvas.paint(bright, slope.clamp_(0.0, 1.0))
    halo = blob(ellipse(canvas.x - 0.25 * light.side, canvas.y + 0.1, 1.1, 1.1)).mul_(0.30)
    canvas.paint(mix(colors.backdrop, "#ffffff", 0.40), halo)
    glow = mix(colors.backdrop, "#fff0cf", 0.62)
    strength = f.amount("bokeh")
    for x, y, radius, brightness in DISCS:
        part = canvas.window(y - radius, y + radius, x - radius, x + radius)
        inside = ellipse(part.x - x, part.y - y, radius, radius)
        ring = inside.clamp(max=1.0).mul_(0.35).add_(0.65)
        cover = part.cover(inside.sqrt_().sub_(0.93).mul_(radius), 0.02).mul_(ring)
        part.paint(glow, cover * (strength * (0.42 * brightness)))
