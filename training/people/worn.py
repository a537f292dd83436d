"""Things worn on the head: glasses, hats with or without a brim, earrings."""

from __future__ import annotations

import torch
from torch import Tensor

from training.drawing.colours import constant, mix
from training.drawing.shapes import blob, distance_of, ellipse, smooth
from training.people.canvas import Canvas
from training.people.factors import Columns
from training.people.hair import Hair
from training.people.lighting import CLOTH, Light, lit
from training.people.palette import Colors
from training.people.pose import EYE_Y, HEAD_Y, Body
from training.people.skull import head_outline


def draw_glasses(
    canvas: Canvas, hair: Hair, f: Columns, body: Body, colors: Colors, light: Light
) -> None:
    """Draw glasses, clear or tinted, with their shadow on the face; hair hides their ends."""
    part = canvas.window(-0.30, 0.30, -0.56, 0.56)
    rows, columns = canvas.slices(-0.30, 0.30, -0.56, 0.56)
    on = f["glasses"]
    square = f["glasses_shape"]
    x = part.fx - 0.10 * body.turn
    y = part.fy - EYE_Y - 0.018
    lens = _lens(x, y, body, square)
    frame = constant(x, 0.13, 0.095, 0.105)
    half = 0.0085 + 0.004 * square
    shadow = part.stroke(_lens(x + 0.02 * light.side, y - 0.030, body, square), 0.02)
    part.darken(mix(colors.flush * 0.5, "#4a4058", 0.2), shadow.mul_(0.30 * on))
    tint = f.amount("glasses_tint")
    inside = part.cover(lens.clone())
    v = y / 0.110
    dark = torch.lerp(constant(colors.skin, 0.10, 0.09, 0.13),
                      constant(x, 0.36, 0.27, 0.30), smooth(0.35 + v * 0.5))  # fmt: skip
    part.paint(dark, inside * ((0.25 * tint + 0.70 * smooth(1.6 * tint)) * on))
    streak = blob(((x + 0.9 * y - 0.10 * torch.sign(x) - 0.06 * light.side) / 0.034).square_())
    streak.add_(blob(((x + 0.9 * y - 0.10 * torch.sign(x) + 0.055) / 0.014).square_()))
    white = colors.skin.new_ones(1, 3, 1, 1)
    part.paint(white, streak.mul_(inside).mul_((0.13 + 0.13 * tint) * on))
    rim = part.stroke(lens.clone(), half)
    bridge = part.stroke(y + 0.026 - 2.0 * x.square(), 0.0085)
    bridge.mul_(part.cover(x.abs() - body.eye_x + 0.122))
    temple = part.stroke(y + 0.034, 0.0095)
    temple.mul_(part.cover(body.eye_x + 0.126 - x.abs()))
    bare = part.cover(hair.opening[:, :, rows, columns] - 0.010, 0.02)
    temple.mul_(torch.maximum(bare, smooth(4.0 * body.bald - 1.0)))
    temple.mul_(part.cover(part.hx.abs() - body.face_width + 0.004))
    cover = torch.maximum(torch.maximum(rim, bridge), temple).mul_(on)
    part.paint(frame, cover)
    shine = part.stroke(lens + 0.002, 0.0028).mul_(smooth(-y * 14.0 + x * light.side * 3.0))
    part.paint(mix(frame, "#ffffff", 0.55), shine.mul_(on).mul_(0.8))


def _lens(x: Tensor, y: Tensor, body: Body, square: Tensor) -> Tensor:
    """Signed distance to both lenses."""
    u = ((x.abs() - body.eye_x - 0.004) / 0.136).square_()
    v = (y / (0.120 - 0.014 * square)).square_()
    power = 1.0 - 0.62 * square
    radius = u + v - (1.0 - power) * 1.3 * u.clamp(max=1.0) * v.clamp(max=1.0)
    return distance_of(radius, 0.122)


def draw_earrings(canvas: Canvas, f: Columns, body: Body, light: Light) -> None:
    """Draw a golden pearl under each ear, or a hoop that hangs from it."""
    part = canvas.window(0.06, 0.56, -0.66, 0.66)
    on, size = f["earrings"], f["earring_size"]
    x = part.hx + 0.42 * body.turn
    across, y = x.abs() - body.face_width - 0.010, part.hy - 0.170 + 0.35 * body.nod
    dark = constant(x, 0.52, 0.32, 0.10)
    gold = constant(x, 0.98, 0.80, 0.40)
    large = 0.034 + 0.062 * size
    middle = y - large - 0.012
    ring = ellipse(across, middle, 0.80 * large, large).clamp_(min=1e-6).sqrt_()
    hole = 0.60 * smooth(size * 3.2 - 0.5)  # a pearl at first, then a hoop
    around = torch.maximum(ring - 1.0, hole - ring) * (0.9 * large)
    slope = 0.55 - middle / large * 0.55 + x.sign() * across / large * light.side * 0.6
    slope = slope + 0.25 * torch.sin(ring * 9.0)
    cover = part.cover(around).mul_(on)
    part.paint(torch.lerp(dark, gold, smooth(slope)), cover)
    stud = ellipse(across, y - 0.004, 0.014, 0.014)
    part.paint(gold, part.cover(distance_of(stud, 0.014)).mul_(on))
    spark = ellipse(
        across - 0.3 * large * light.side * x.sign(), middle + 0.55 * large, 0.014, 0.014
    )
    part.paint(part.img.new_ones(1, 3, 1, 1), blob(spark).mul_(on).mul_(0.9))


def draw_hat(canvas: Canvas, f: Columns, body: Body, colors: Colors, light: Light) -> None:
    """Draw a knitted hat with a folded band (brim below 0), or one of felt with a brim."""
    part = canvas.window(-0.87, 0.06)
    on = f["hat"]
    brim = smooth(1.6 * f["hat_brim"] + 0.15)
    knit = 1.0 - brim
    x = part.hx + 0.10 * body.turn
    width, height = body.hair_width + 0.020, body.hair_height + 0.045 + 0.02 * brim
    u = x / width
    v = part.hy - HEAD_Y
    rest = HEAD_Y - 0.200 + 0.080 * u * u - 0.5 * body.nod * (1.0 - u * u)  # where the band ends
    low = part.hy - rest
    wide = (width * (1.0 + 0.52 * brim)).clamp(min=0.1)
    plate = ellipse(x, low + 0.012 - 0.05 * (x / wide).square(), wide, 0.030 + 0.035 * brim)
    # Shadow on forehead and eyes.
    fall = blob(((low - 0.01).clamp(min=0.0) / (0.09 + 0.13 * brim)).square_())
    fall.mul_(part.cover(head_outline(body, part.hx, part.hy), 0.02)).mul_(
        smooth((low + 0.06) * 40.0)
    )
    part.darken(mix(colors.flush * 0.42, "#42384e", 0.3), fall.mul_(0.75 * on))
    _draw_bobble(part, x, v + height + 0.02, knit * on, colors, light)
    # The crown.
    taper = 1.0 - 0.10 * brim * smooth(-v / height * 1.2)
    radius = ellipse(x / taper, v.clamp(max=0.0), width, height)
    radius = radius - 0.35 * brim * ((x / width).square() * (v / height).square()).clamp(max=0.6)
    dome = distance_of(radius.clone(), 0.5)
    layer = part.layer(colors.hat)
    layer.height.copy_((1.0 - radius).clamp_(min=0.0).add_(0.01).sqrt_().mul_(0.36))
    phase = torch.asin((u * (1.0 / 1.02)).clamp(-0.99, 0.99)) * 24.0
    ribs = torch.cos(phase).mul_(part.shown(0.05))
    layer.height.add_(ribs * (0.007 * knit))
    layer.dark.add_((0.2 - ribs).clamp_(min=0.0).mul_(0.32 * knit))
    dent = blob(ellipse(x, v + height - 0.02, 0.10, 0.16))
    layer.height.sub_(dent.mul_(0.05 * brim))
    ribbon = smooth((low + 0.125) * 90.0)
    layer.part.paint(mix(colors.hat * 0.35, "#1d1a22", 0.45), ribbon.mul_(brim))
    layer.dark.add_(smooth((low + 0.05) * 12.0).mul_(0.35 * brim))
    layer.gloss.fill_(0.05)
    part.paint(lit(layer, light, CLOTH), part.cover(torch.maximum(dome, low)).mul_(on))
    _draw_fold(part, x, low, dome, phase, knit * on, colors, light)
    _draw_brim(part, plate, low, brim * on, colors, light)


def _draw_fold(
    part: Canvas, x: Tensor, low: Tensor, dome: Tensor, phase: Tensor, on: Tensor, colors: Colors,
    light: Light,
) -> None:  # fmt: skip
    """Draw the band of a knitted hat, turned up, with ribs of its own."""
    layer = part.layer(mix(colors.hat, "#fff6e6", 0.14))
    y = low + 0.078
    layer.height.copy_((1.0 - (y / 0.09).square()).clamp_(min=0.0).add_(0.02).sqrt_().mul_(0.075))
    layer.height.sub_(x.square().mul_(0.75))
    ribs = torch.cos(phase * 1.25).mul_(part.shown(0.04))
    layer.height.add_(ribs * 0.008)
    layer.dark.copy_((0.15 - ribs).clamp_(min=0.0).mul_(0.40))
    shape = torch.maximum(dome - 0.016 - 0.004 * ribs, y.abs() - 0.086)
    part.paint(
        lit(layer, light, CLOTH), part.cover(shape, 0.002).mul_(on.sign() * smooth(on * 2.0))
    )


def _draw_brim(
    part: Canvas, plate: Tensor, low: Tensor, on: Tensor, colors: Colors, light: Light
) -> None:
    """Draw the brim as a plate seen almost from its edge."""
    layer = part.layer(colors.hat * 0.94)
    layer.height.copy_((1.0 - plate).clamp_(min=0.0).add_(0.02).sqrt_().mul_(0.06))
    layer.height.sub_(low.mul(0.3))
    layer.gloss.fill_(0.05)
    cover = part.cover(distance_of(plate, 0.06)).mul_(smooth(on * 2.0))
    part.paint(lit(layer, light, CLOTH), cover)


def _draw_bobble(
    part: Canvas, x: Tensor, y: Tensor, on: Tensor, colors: Colors, light: Light
) -> None:
    """Draw the bobble of a knitted hat: threads that stand out from its middle."""
    radius = ellipse(x, y, 0.098, 0.090)
    layer = part.layer(mix(colors.hat, "#fffaf0", 0.62))
    threads = torch.sin(x * 95.0 + 30.0 * y).mul(torch.sin(y * 100.0 - 22.0 * x))
    threads.mul_(part.shown(0.066))
    layer.height.copy_((1.0 - radius).clamp_(min=0.0).add_(0.01).sqrt_().mul_(0.085))
    layer.height.add_(threads * 0.006)
    cover = part.cover(distance_of(radius, 0.09).sub_(0.010 * threads), 0.012)
    part.paint(lit(layer, light, CLOTH), cover.mul_(smooth(on * 2.0)))
