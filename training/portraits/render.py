"""From factors to pictures: a person is painted back to front, everything analytically."""

from __future__ import annotations

import torch
from torch import Tensor

from training.drawing.chunks import drawn_in_chunks
from training.drawing.colours import constant
from training.portraits.backdrop import draw_backdrop
from training.portraits.canvas import Canvas
from training.portraits.clothing import draw_clothing, draw_neck
from training.portraits.factors import Columns
from training.portraits.features import draw_brows, draw_eyes, draw_mouth, draw_nose
from training.portraits.hair import draw_back_hair, draw_front_hair
from training.portraits.head import draw_beard, draw_ears, draw_head, draw_moustache
from training.portraits.palette import choose_colors
from training.portraits.pose import blank_canvas, measure
from training.portraits.worn import draw_earrings, draw_glasses, draw_hat

_CHUNK_PIXELS = 1 << 17  # pictures drawn together: planes of 0.5 MB stay in a CPU's cache


def render(factors: Tensor, resolution: int, device: str | torch.device = "cpu") -> Tensor:
    """Draw portraits; a function of the factors alone, each row by itself.

    Args:
        factors: [N, F] in the order of `FACTORS`.
        resolution: height and width in pixels; 64 to 256 is what it is meant for.
        device: where to draw and to return the pictures.

    Returns:
        `img` [N, 3, resolution, resolution] in [-1, 1].
    """
    factors = factors.to(device)
    num = max(1, _CHUNK_PIXELS // resolution**2) if factors.device.type == "cpu" else 256
    return drawn_in_chunks(_render_chunk, factors, resolution, num)


def _render_chunk(factors: Tensor, resolution: int) -> Tensor:
    f = Columns(factors)
    body, colors = measure(f), choose_colors(f)
    canvas = blank_canvas(f, body, resolution)
    draw_backdrop(canvas, body, colors)
    draw_back_hair(canvas, f, body, colors)
    draw_neck(canvas, f, body, colors)
    draw_clothing(canvas, f, body, colors)
    draw_ears(canvas, f, body, colors)
    draw_head(canvas, f, body, colors)
    draw_nose(canvas, f, body, colors)
    draw_beard(canvas, f, body, colors)
    draw_mouth(canvas, f, body, colors)
    draw_moustache(canvas, f, body, colors)
    draw_eyes(canvas, f, body, colors)
    draw_brows(canvas, f, body, colors)
    draw_front_hair(canvas, f, body, colors)
    draw_earrings(canvas, f, body)
    draw_glasses(canvas, f, body, colors)
    draw_hat(canvas, f, body, colors)
    return _grade(canvas, f)


def _grade(canvas: Canvas, f: Columns) -> Tensor:
    """Give the light its colour and move to [-1, 1]."""
    warmth = f["light_warmth"]
    tint = constant(warmth, 0.055, 0.005, -0.075)
    return canvas.img.mul_((1.0 + warmth * tint) * 2.0).sub_(1.0).clamp_(-1.0, 1.0)
