"""From factors to pictures: a person is painted back to front, everything analytically."""

from __future__ import annotations

import torch
from torch import Tensor

from training.drawing.chunks import drawn_in_chunks
from training.people.backdrop import draw_backdrop
from training.people.beard import draw_beard, draw_moustache
from training.people.clothing import draw_clothing, draw_neck
from training.people.eyes import draw_brows, draw_eyes
from training.people.factors import Columns
from training.people.hair import draw_back_hair, draw_bun, draw_front_hair, draw_ponytail
from training.people.head import draw_ears, draw_head
from training.people.mouth import draw_mouth
from training.people.scarf import draw_scarf
from training.people.scene import set_scene
from training.people.worn import draw_earrings, draw_glasses, draw_hat

_CHUNK_PIXELS = 1 << 18  # pictures drawn together: more would not stay in a CPU's cache


def render(factors: Tensor, resolution: int, device: str | torch.device = "cpu") -> Tensor:
    """Draw people; a function of the factors alone, each row by itself.

    Args:
        factors: [N, F] in the order of `FACTORS`.
        resolution: height and width in pixels; 64 to 512 is what it is meant for.
        device: where to draw and to return the pictures.

    Returns:
        `img` [N, 3, resolution, resolution] in [-1, 1].
    """
    factors = factors.to(device)
    num = max(1, _CHUNK_PIXELS // resolution**2) if factors.device.type == "cpu" else 128
    return drawn_in_chunks(_render_chunk, factors, resolution, num)


def _render_chunk(factors: Tensor, resolution: int) -> Tensor:
    scene = set_scene(Columns(factors), resolution)
    canvas, f, body, colors, light = scene.canvas, scene.f, scene.body, scene.colors, scene.light
    draw_backdrop(canvas, f, colors, light)
    draw_back_hair(canvas, scene.hair, body)
    scene.draw_where(
        body.bun * (1.0 - f["hat"]), lambda s: draw_bun(s.canvas, s.body, s.colors, s.light, s.f)
    )
    draw_neck(canvas, body, colors, light)
    draw_clothing(canvas, f, body, colors, light)
    scene.draw_where(f["scarf"], lambda s: draw_scarf(s.canvas, s.f, s.body, s.light))
    scene.draw_where(body.tail, lambda s: draw_ponytail(s.canvas, s.body, s.colors, s.light))
    draw_ears(canvas, body, colors, light)
    draw_head(canvas, f, body, colors, light)
    scene.draw_where(body.beard, lambda s: draw_beard(s.canvas, s.f, s.body, s.colors, s.light))
    draw_mouth(canvas, f, body, colors)
    scene.draw_where(
        body.moustache, lambda s: draw_moustache(s.canvas, s.f, s.body, s.colors, s.light)
    )
    draw_eyes(canvas, f, body, colors, light)
    draw_brows(canvas, f, body, colors)
    draw_front_hair(canvas, scene.hair, body, colors)
    scene.draw_where(f["earrings"], lambda s: draw_earrings(s.canvas, s.f, s.body, s.light))
    scene.draw_where(
        f["glasses"], lambda s: draw_glasses(s.canvas, s.hair, s.f, s.body, s.colors, s.light)
    )
    scene.draw_where(f["hat"], lambda s: draw_hat(s.canvas, s.f, s.body, s.colors, s.light))
    return canvas.img.mul_(2.0).sub_(1.0).clamp_(-1.0, 1.0)
