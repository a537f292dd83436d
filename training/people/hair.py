"""Hair: a mass behind the head, and a front with an opening for the face."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from training.drawing.colours import constant, mix
from training.drawing.shapes import blob, distance_of, ellipse, smooth
from training.people.canvas import Canvas
from training.people.clothing import shoulder_line
from training.people.factors import Columns
from training.people.lighting import HAIR, Light, lit
from training.people.palette import Colors
from training.people.pose import HEAD_Y, Body
from training.people.skull import head_outline
from training.people.strands import curls, strands

CURL_SIZE = 0.070


@dataclass(frozen=True)
class Hair:
    """The hair of a batch over the whole canvas, planes [N, 1, H, W].

    `outline` and `opening` are signed distances: of the whole, and of where the face is seen;
    `ragged` is the latter with the ends of strands.
    `color` [N, 3, H, W] is in the light already.
    """

    outline: Tensor
    opening: Tensor
    ragged: Tensor
    color: Tensor


def grow_hair(canvas: Canvas, f: Columns, body: Body, colors: Colors, light: Light) -> Hair:
    """Shape the hair; waves bend the coordinates, so that outline and strands wave together."""
    bend = 0.024 * body.wave
    y = canvas.hy + (0.5 * bend) * torch.sin(canvas.hx * 17.0 + 0.6)
    x = canvas.hx + bend * torch.sin(canvas.hy * 19.0 + 1.0)
    x = x + (0.25 - 0.20 * smooth(2.2 * body.bald)) * body.turn
    length, up, down = body.length, None, None
    v = y - HEAD_Y
    reach = 0.13 + 0.26 * length + 0.64 * length * length
    up = (v / -body.hair_height).clamp_(min=0.0, max=1.0)
    down = (v / reach).clamp_(min=0.0)
    # Strands run from the crown along meridians of the skull, then straight down.
    meridian = (1.0 - up * up).clamp_(min=0.03).sqrt_() * body.hair_width
    across = (x - 0.22 * f["parting"] * up * up) / meridian
    tone = strands(canvas, across, v, meridian)
    coils = curls(canvas, x, y, CURL_SIZE) * body.coil
    tone = torch.lerp(tone, coils * 1.5, 0.85 * body.coil)
    # The outline.
    close = (body.hair_width - body.face_width - 0.008) * (1.0 - 2.2 * length).clamp(min=0.0)
    close = close * (1.0 - 0.8 * body.coil * body.volume)
    width = body.hair_width * (1.0 + 0.10 * length * down) - close * smooth((v + 0.34) * 3.0)
    width = width - (0.05 * length) * smooth((down - 0.55) * 2.2)
    lower = (down + 0.045 * tone * length * (down > 0)).clamp_(min=0.0).square_()
    radius = (x / width).square_() * (1.0 - 0.55 * lower.clamp(max=1.0)) + lower
    radius.add_((v / -body.hair_height).clamp_(min=0.0).square_())
    outline = distance_of(radius.clone(), 0.45)
    # Bald from the top down: what is left reaches up to here.
    bald = body.bald
    left = -1.10 + 0.86 * smooth(3.2 * bald - 0.25) + 0.55 * (bald - 0.45).clamp(min=0.0)
    slant = 0.45 * (x.abs() - body.face_width)
    outline = torch.maximum(outline, (left - canvas.hy - slant + 0.014 * tone) * 0.22)
    outline.add_((0.05 * f["hat"]) * smooth(-8.0 * v - 1.6))
    outline.sub_(0.011 * (1.0 - body.bald) * coils.clamp(min=-0.25)).sub_(0.003 * tone)
    opening = _opening(canvas, f, body)
    ragged = opening + tone * (0.008 + 0.014 * f["fringe"] * (1.0 - 0.5 * body.coil))
    color = _colour(canvas, body, colors, light, radius, across, up, v, tone)
    return Hair(outline, opening, ragged, color)


def _opening(canvas: Canvas, f: Columns, body: Body) -> Tensor:
    """Signed distance to the opening that shows the face and, below it, the neck."""
    fringe = f["fringe"] * (1.0 - smooth(2.5 * body.bald))
    bend = (0.014 * body.wave) * torch.sin(canvas.hy * 19.0 + 1.0)
    bald = body.bald
    behind = canvas.hx + 0.10 * body.turn
    x, y = torch.lerp(canvas.fx, behind, smooth(2.0 * bald)) + bend, canvas.fy - 0.02
    height = 0.425 - 0.245 * fringe * (0.35 + 0.65 * fringe) + 0.32 * smooth(bald * 1.3)
    up = (y / -height).clamp(min=0.0)
    down = y.clamp(min=0.0)
    part_line = f["parting"] * (1.0 - smooth(3.0 * bald))
    slant = 0.24 * part_line * (1.0 - 0.45 * fringe) * up * up
    width = body.face_width * (0.955 - 0.12 * body.length) + 0.06 * down
    square = 0.35 + 0.35 * fringe + 0.2 * bald
    radius = ((x - slant) / width).square_() * (1.0 - square * up.clamp(max=1.0)) + up.square_()
    return distance_of(radius, 0.34)


def _colour(
    canvas: Canvas,
    body: Body,
    colors: Colors,
    light: Light,
    radius: Tensor,
    across: Tensor,
    up: Tensor,
    v: Tensor,
    tone: Tensor,
) -> Tensor:
    """Strands on a lit mass, with a band of gloss where the skull turns to the light."""
    layer = canvas.layer(colors.hair)
    layer.part.img.mul_((1.0 + 0.17 * tone).clamp_(0.45, 1.5))
    layer.height.copy_((1.0 - radius).clamp_(min=0.0).add_(0.02).sqrt_().mul_(0.34))
    layer.height.add_((0.006 + 0.012 * body.coil) * tone)
    gaps = (-0.25 - tone).clamp_(min=0.0)
    layer.dark.copy_(gaps.mul_(0.26 + 0.14 * body.coil))
    layer.dark.add_((v - 0.10).clamp(0.0, 0.5) * 0.45)
    color = lit(layer, light, HAIR)
    band = up - 0.66 + 0.05 * tone - 0.10 * across * light.side + 0.12 * across.square()
    gloss = blob((band / 0.24).square_()).mul_(0.75 + 0.35 * tone)
    second = blob(((v - 0.20 + 0.04 * tone) / 0.16).square_()).mul_(0.40 * body.length)
    gloss.add_(second).mul_((0.60 + 0.75 * across * light.side).clamp_(0.12, 1.1))
    gloss.mul_(1.0 - 0.72 * body.coil).clamp_(0.0, 1.0)
    bright = mix(colors.hair * 1.30 + 0.06, light.key, 0.30).clamp(max=1.0)
    return color.lerp_(bright, gloss.mul_(0.50))


def draw_back_hair(canvas: Canvas, hair: Hair, body: Body) -> None:
    """Draw what is seen of the hair behind head and neck: it is in the shade."""
    cover = canvas.cover(hair.outline.clone()).mul_(1.0 - smooth(8.0 * body.bald - 5.6))
    shade = constant(cover, 0.80, 0.77, 0.78) - 0.34 * smooth(4.0 * body.length)
    canvas.paint(hair.color * shade, cover)


def draw_bun(canvas: Canvas, body: Body, colors: Colors, light: Light, f: Columns) -> None:
    """Draw a bun on top of the head, wound like a ball of wool."""
    part = canvas.window(-0.87, -0.30, -0.36, 0.36)
    size = (0.155 * smooth(0.20 + 1.1 * body.bun).sqrt()) * (1.0 - f["hat"])
    x = part.hx + 0.15 * body.turn
    y = part.hy - HEAD_Y + body.hair_height + 0.35 * size
    radius = ellipse(x, y, 1.12 * size + 1e-3, size + 1e-3)
    layer = part.layer(colors.hair)
    bow = (1.02 - (x / (1.12 * size + 1e-3)).square().clamp(max=1.0)).sqrt()
    tone = strands(part, (y / (size + 1e-3) / bow).clamp(-2.0, 2.0) * 0.5, x * 4.0, 2.0 * size)
    layer.part.img.mul_((1.0 + 0.17 * tone).clamp_(0.5, 1.5))
    layer.height.copy_((1.0 - radius).clamp_(min=0.0).add_(0.01).sqrt_() * size)
    layer.height.add_(0.004 * tone)
    layer.gloss.fill_(0.12)
    layer.dark.copy_(smooth((y / size - 0.2) * 1.2) * 0.5)
    shown = (16.0 * body.bun).clamp(max=1.0) * (1.0 - f["hat"])
    part.paint(lit(layer, light, HAIR), part.cover(distance_of(radius, size)).mul_(shown))


def draw_ponytail(canvas: Canvas, body: Body, colors: Colors, light: Light) -> None:
    """Draw a tail that falls from behind the head over a shoulder."""
    part = canvas.window(-0.20, 0.85, 0.0, 0.78)
    t = ((part.hy + 0.02) / 0.80).clamp(0.0, 1.2)
    centre = 0.30 + 0.36 * t - 0.30 * t * t + (0.018 * body.wave) * torch.sin(t * 13.0)
    swell = (t * (1.06 - t)).clamp(min=0.0).sqrt() * (2.35 - 0.9 * t) * (1.0 + 0.5 * body.coil)
    thick = 0.105 * smooth(0.28 + 1.2 * body.tail).sqrt() * swell + 1e-3
    x = part.hx - centre + 0.3 * body.turn
    across = x / thick
    tone = strands(part, across * 0.32, part.hy, 3.1 * thick)
    tone.lerp_(curls(part, x, part.hy, CURL_SIZE) * 1.4, 0.8 * body.coil)
    layer = part.layer(colors.hair)
    layer.part.img.mul_((1.0 + 0.17 * tone).clamp_(0.5, 1.5))
    layer.height.copy_((1.0 - across.square()).clamp_(min=0.0).add_(0.02).sqrt_() * thick)
    layer.height.add_(0.005 * tone)
    layer.gloss.fill_(0.25)
    layer.dark.copy_(smooth(0.5 - 2.2 * t) * 0.4)
    shape = (across.abs() - 1.0 - (0.05 + 0.05 * body.coil) * tone) * thick
    shown = (14.0 * body.tail).clamp(max=1.0)
    near = blob((shape.clamp(min=0.0) / 0.05).square_()).mul_(
        part.cover(-shoulder_line(part, body))
    )
    part.darken(constant(t, 0.62, 0.58, 0.62), near.mul_(0.7 * shown))
    inside = part.cover(shape.clone()).mul_(shown)
    part.paint(lit(layer, light, HAIR), inside)
    tie = part.cover((t - 0.20).abs_().mul_(0.80).sub_(0.020)).mul_(inside)
    red = constant(t, 0.66, 0.24, 0.27)
    part.paint(red * (0.62 + 0.4 * (1.0 - across.square()).clamp(min=0.0)), tie)


def draw_front_hair(canvas: Canvas, hair: Hair, body: Body, colors: Colors) -> None:
    """Draw the hair in front of head and shoulders, and its shadow on them."""
    shape = torch.maximum(hair.outline, -hair.ragged)
    soft = torch.maximum(hair.outline, -hair.opening)
    near = blob((soft.clamp_(min=0.0) / 0.060).square_())
    face = canvas.cover(head_outline(body, canvas.hx, canvas.hy))
    body_too = canvas.cover(-shoulder_line(canvas, body)).mul_(smooth(5.0 * body.length))
    near.mul_(torch.maximum(face, body_too)).mul_(1.0 - smooth(3.0 * body.bald - 0.2))
    canvas.darken(mix(colors.flush * 0.45, "#4a4058", 0.25), near.mul_(0.50))
    cover = canvas.cover(shape).mul_(1.0 - smooth(8.0 * body.bald - 5.6))
    canvas.paint(hair.color, cover)
