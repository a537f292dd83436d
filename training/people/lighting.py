"""Light: one soft key, the sky and what the floor throws back, and a rim from behind."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from training.drawing.colours import constant
from training.people.canvas import Canvas, Layer
from training.people.factors import Columns


@dataclass(frozen=True)
class Light:
    """The light of a batch of pictures; numbers [N, 1, 1, 1], colours [N, 3, 1, 1].

    `x`, `y`, `z` point to the key light; `half` is halfway between it and the viewer; `side` is
    `x` before its length is made 1, in [-0.85, 0.85].
    """

    x: Tensor
    y: Tensor
    z: Tensor
    half: tuple[Tensor, Tensor, Tensor]
    side: Tensor
    key: Tensor
    sky: Tensor
    floor: Tensor
    rim: Tensor


@dataclass(frozen=True)
class Material:
    """How a surface takes light.

    Attributes:
        wrap: how far light reaches around an edge, 0 for stone.
        scatter: red, green, blue that glow where light turns to shade.
        shine: doublings of the gloss's exponent: 3 is broad, 6 is a spot.
        rim: how much the light from behind shows.
        shade: red, green, blue of what the sky lights.
    """

    wrap: float
    scatter: tuple[float, float, float]
    shine: int
    rim: float
    shade: tuple[float, float, float] = (1.0, 1.0, 1.0)


SKIN = Material(wrap=0.42, scatter=(0.30, 0.08, 0.03), shine=4, rim=0.26, shade=(1.12, 0.98, 0.90))
HAIR = Material(wrap=0.50, scatter=(0.06, 0.03, 0.02), shine=3, rim=0.34)
CLOTH = Material(wrap=0.45, scatter=(0.05, 0.04, 0.04), shine=2, rim=0.22)


def set_light(f: Columns) -> Light:
    """Put up the lamps; warm light has cool shade."""
    side, warm = 0.85 * f["light_direction"], f["light_warmth"]
    up, front = -0.50, 0.72
    norm = (side.square() + up**2 + front**2).sqrt()
    x, y, z = side / norm, up / norm, front / norm
    hx, hy, hz = x, y, z + 1.0
    halved = (hx.square() + hy.square() + hz.square()).sqrt()
    white = constant(warm, 0.72, 0.69, 0.65)
    shade = constant(warm, 0.45, 0.43, 0.48)
    return Light(
        x=x,
        y=y,
        z=z,
        half=(hx / halved, hy / halved, hz / halved),
        side=side,
        key=white * (1.0 + warm * constant(warm, 0.10, 0.01, -0.16)),
        sky=shade * (1.0 - warm * constant(warm, 0.05, 0.0, -0.08)),
        floor=constant(warm, 0.34, 0.28, 0.29),
        rim=constant(warm, 0.92, 0.90, 0.95),
    )


def slopes(height: Tensor, px: float) -> tuple[Tensor, Tensor]:
    """How steeply a relief [N, 1, H, W] rises to the right and downwards, from its neighbours."""
    right, down = torch.empty_like(height), torch.empty_like(height)
    half = 0.5 / px
    torch.sub(height[..., 2:], height[..., :-2], out=right[..., 1:-1])
    right[..., 1:-1].mul_(half)
    right[..., 0] = right[..., 1]
    right[..., -1] = right[..., -2]
    torch.sub(height[..., 2:, :], height[..., :-2, :], out=down[..., 1:-1, :])
    down[..., 1:-1, :].mul_(half)
    down[..., 0, :] = down[..., 1, :]
    down[..., -1, :] = down[..., -2, :]
    return right, down


def compose(canvas: Canvas, layer: Layer, cover: Tensor, light: Light, material: Material) -> None:
    """Light a layer and lay it over the same part of a canvas where `cover` is 1."""
    canvas.paint(lit(layer, light, material), cover)


def lit(layer: Layer, light: Light, material: Material) -> Tensor:
    """The colours [N, 3, H, W] of a layer in the light; its `part.img` is used up."""
    right, down = slopes(layer.height, layer.part.px)
    nz = torch.addcmul(right.square(), down, down).add_(1.0).rsqrt_()
    nx, ny = right.mul_(nz).neg_(), down.mul_(nz).neg_()
    key = (nx * light.x).addcmul_(ny, light.y).addcmul_(nz, light.z)
    key.add_(material.wrap).mul_(1.0 / (1.0 + material.wrap)).clamp_(0.0, 1.0)
    bright = layer.dark.clamp(0.0, 1.0).neg_().add_(1.0)
    key.mul_(bright)
    glow = (1.0 - key).mul_(key)
    up = (ny * -0.5).add_(0.5)
    open_ = bright.mul_(0.6).add_(0.4)  # shadows keep most of the sky
    shade = constant(key, *material.shade)
    color = torch.lerp(light.floor * shade, light.sky * shade, up).mul_(open_)
    color.addcmul_(light.key, key).addcmul_(constant(key, *material.scatter), glow)
    color.mul_(layer.part.img)
    shine = (nx * light.half[0]).addcmul_(ny, light.half[1]).addcmul_(nz, light.half[2])
    shine.clamp_(min=0.0)
    for _ in range(material.shine):
        shine.square_()
    shine.mul_(layer.gloss).mul_(open_)
    # From behind, on the side that the key does not reach.
    edge = nz.neg_().add_(1.0).square_().mul_((0.4 - nx * light.side * 2.0).clamp_(0.0, 1.2))
    edge.mul_(material.rim).mul_(open_)
    color.addcmul_(light.key.expand_as(color), shine * 1.3).addcmul_(light.rim, edge)
    return color
