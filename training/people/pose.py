"""Where a person's parts are: proportions from the factors, and the frames they are drawn in."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from training.drawing.shapes import smooth
from training.people.canvas import EXTENT, Canvas, pixel_centres
from training.people.factors import Columns

HEAD_Y = -0.06  # height of the cheeks, the widest part of the head
SKULL_HEIGHT = 0.50  # from there up
DEPTH = 0.40  # of the head, from its outline to its front
PIVOT_Y = 0.50  # the head tilts about the neck
EYE_Y = -0.015
BROW_Y = -0.150
NOSE_Y = 0.145  # its tip
MOUTH_Y = 0.275
LARGEST_TURN = math.radians(17.0)
LARGEST_NOD = math.radians(9.0)


@dataclass(frozen=True)
class Body:
    """Proportions and moods of a batch of people, each [N, 1, 1, 1]; lengths in picture units."""

    age: Tensor  # in [0, 1]: 18 to 80 years
    feminine: Tensor  # in [0, 1]
    face_width: Tensor  # half, at the cheeks
    chin: Tensor  # from the cheeks down
    taper: Tensor  # how much the jaw narrows
    square: Tensor  # how square the jaw is
    neck_width: Tensor  # half
    eye_x: Tensor
    eye_width: Tensor  # half
    turn: Tensor  # how far the front of the face has moved sideways
    nod: Tensor  # and down
    cheer: Tensor  # smile above none, in [0, 1]
    frown: Tensor  # below none
    grin: Tensor  # how far a smile opens the mouth, in [0, 1]
    gape: Tensor  # how far the jaw has dropped, in [0, 1]
    beard: Tensor  # amounts in [0, 1]
    moustache: Tensor
    bald: Tensor
    length: Tensor  # of hair that hangs, in [0, 1]
    volume: Tensor
    wave: Tensor  # curl up to locks
    coil: Tensor  # curl beyond
    bun: Tensor
    tail: Tensor
    hair_width: Tensor  # half, at the cheeks
    hair_height: Tensor  # from the cheeks up


def measure(f: Columns) -> Body:
    """Work out everybody's proportions."""
    feminine = 0.5 + 0.5 * f["femininity"]
    age, gape = f["age"], f.amount("mouth_open")
    face_width = 0.372 * (1.0 + 0.10 * f["face_width"] - 0.03 * f["femininity"])
    bun, tail = f.amount("hair_bun"), f.amount("ponytail")
    tied = 1.0 - (1.0 - (2.2 * bun).clamp(max=1.0)) * (1.0 - (2.2 * tail).clamp(max=1.0))
    bald = f.amount("baldness", 0.15 + 0.52 * smooth(0.55 + 0.7 * f["femininity"] - 0.3 * age))
    bald = bald.clamp(max=1.0)
    grown = 1.0 - smooth(3.3 * bald)
    bun, tail = bun * grown, tail * grown
    curl = f["hair_curl"]
    coil = smooth((curl - 0.45) / 0.45)
    loose = 1.0 - 0.75 * tied
    volume = f["hair_volume"] * (1.0 - 0.65 * f["hat"]) * loose * (1.0 - 0.95 * smooth(2.3 * bald))
    cheer = f.amount("smile")
    hairless = 0.10 + 0.68 * smooth(0.5 + 1.5 * f["femininity"])
    return Body(
        age=age,
        feminine=feminine,
        face_width=face_width,
        chin=0.498 + 0.040 * f["face_length"] - 0.016 * f["femininity"] + 0.008 * f["jaw"]
        + 0.040 * gape + 0.008 * age,
        taper=0.265 - 0.16 * f["jaw"] + 0.055 * f["femininity"] - 0.06 * age,
        square=0.27 + 0.31 * f["jaw"] - 0.10 * f["femininity"] + 0.22 * f["cheeks"],
        neck_width=0.335 * face_width + 0.070 - 0.032 * f["femininity"] + 0.010 * f["jaw"],
        eye_x=0.163 * (1.0 + 0.06 * f["face_width"]),
        eye_width=0.096 * (1.0 + 0.18 * f["eye_size"] + 0.07 * f["femininity"]),
        turn=DEPTH * torch.sin(LARGEST_TURN * f["yaw"]),
        nod=DEPTH * torch.sin(LARGEST_NOD * f["pitch"]),
        cheer=cheer,
        frown=(-f["smile"]).clamp(min=0.0),
        grin=smooth((cheer - 0.30) / 0.60),
        gape=gape,
        beard=f.amount("beard", hairless),
        moustache=f.amount("moustache", hairless),
        bald=bald,
        length=f["hair_length"] * (1.0 - tied) * (1.0 - smooth(2.0 * bald)),
        volume=volume,
        wave=smooth(curl / 0.6) * (1.0 - 0.4 * coil),
        coil=coil,
        bun=bun,
        tail=tail,
        hair_width=face_width + 0.022 * (1.0 - bald)
        + volume * (0.045 + 0.030 * smooth(2.5 * f["hair_length"]) + 0.085 * coil),
        hair_height=SKULL_HEIGHT + 0.024 * (1.0 - bald) + volume * (0.095 + 0.055 * coil),
    )  # fmt: skip


def head_frame(f: Columns, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Picture coordinates in the frame of the tilted head, each [N, 1, H, W]."""
    angle = 0.13 * f["roll"]
    sine, cosine = angle.sin(), angle.cos()
    dy = y - PIVOT_Y
    return x * cosine + dy * sine, dy * cosine - x * sine + PIVOT_Y


def face_frame(body: Body, hx: Tensor, hy: Tensor) -> tuple[Tensor, Tensor]:
    """Head coordinates in the frame of the face, which lies on a ball: a turn moves its middle and
    not its outline."""
    front = 1.0 - (hx * (1.0 / 0.47)).square_() - ((hy - 0.05) * (1.0 / 0.66)).square_()
    front = front.clamp_(min=0.004).sqrt_()
    return hx - body.turn * front, hy - body.nod * front


def blank_canvas(f: Columns, body: Body, resolution: int) -> Canvas:
    """An empty canvas with its coordinates, for pictures of resolution x resolution pixels."""
    angle = f["roll"]
    x, y = pixel_centres(resolution, angle.device)
    hx, hy = head_frame(f, x, y)
    fx, fy = face_frame(body, hx, hy)
    img = hx.new_empty(hx.shape[0], 3, resolution, resolution)
    return Canvas(img, x, y, hx, hy, fx, fy, 2.0 * EXTENT / resolution)
