"""Farmland: strips of fields with crops, furrows along them, and hedges between."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from models.counter import bits, uniform
from training.aerial.frames import Frame

STRIP_M = 62.0  # across a quarter's direction
FIELD_M = (70.0, 150.0)  # along it
FURROW_M = (5.0, 9.0)  # from one furrow to the next: at 2 m a pixel, what a camera can part
CROPS = 6


@dataclass(frozen=True)
class Fields:
    """Every tensor is [H, W].

    Attributes:
        crop: which of `CROPS` grows here.
        tint: in [0, 1), one number per field.
        furrow: -1 to 1 across the furrows; 0 where a field has none.
        edge: metres to the field's edge.
        hedged: 1 where that edge is a hedge.
    """

    crop: Tensor
    tint: Tensor
    furrow: Tensor
    edge: Tensor
    hedged: Tensor


def fields_of(frame: Frame) -> Fields:
    """Part every quarter into strips, and the strips into fields."""
    strip = torch.floor(frame.v / STRIP_M).long()
    in_strip = bits(frame.quarter, strip)
    length = FIELD_M[0] + (FIELD_M[1] - FIELD_M[0]) * uniform(in_strip).float()
    along = frame.u + length * uniform(in_strip + 1).float()
    field = torch.floor(along / length).long()
    key = bits(in_strip, field)
    across = frame.v - STRIP_M * strip
    into = along - length * field
    edge = torch.stack([across, STRIP_M - across, into, length - into, frame.border]).amin(dim=0)
    spacing = FURROW_M[0] + (FURROW_M[1] - FURROW_M[0]) * uniform(key + 2).float()
    by_length = uniform(key + 3) < 0.7
    phase = 2 * math.pi * torch.where(by_length, frame.v, frame.u) / spacing
    return Fields(
        crop=(uniform(key) * CROPS).long(),
        tint=uniform(key + 1).float(),
        furrow=torch.sin(phase) * (uniform(key + 4) < 0.75),
        edge=edge,
        hedged=(uniform(in_strip + 5) < 0.45).float(),
    )
