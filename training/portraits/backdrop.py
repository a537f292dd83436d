"""What is behind the person: a soft gradient that is lighter on the side of the light."""

from __future__ import annotations

from training.drawing.colours import mix
from training.drawing.shapes import blob, ellipse
from training.portraits.canvas import Canvas
from training.portraits.palette import Colors
from training.portraits.pose import Body


def draw_backdrop(canvas: Canvas, body: Body, colors: Colors) -> None:
    """Fill the whole canvas."""
    light = mix(colors.backdrop, "#fffaf0", 0.22)
    dark = mix(colors.backdrop * 0.80, "#4a4a80", 0.10)
    slope = canvas.x * (0.22 * body.light) - canvas.y * 0.36 + 0.46
    canvas.img.copy_(dark.expand_as(canvas.img))
    canvas.paint(light, slope.clamp_(0.0, 1.0))
    halo = blob(ellipse(canvas.x, canvas.y + 0.1, 1.05, 1.05)).mul_(0.35)
    canvas.paint(mix(colors.backdrop, "#ffffff", 0.45), halo)
