"""Where the parts of a person lie: generous shapes that follow the pose."""

from __future__ import annotations

import torch
from torch import Tensor

from training.drawing.shapes import ellipse
from training.people.canvas import pixel_centres
from training.people.factors import Columns
from training.people.pose import (
    BROW_Y,
    EYE_Y,
    HEAD_Y,
    MOUTH_Y,
    NOSE_Y,
    Body,
    face_frame,
    head_frame,
    measure,
)

REGIONS = (
    "mouth",
    "eyes",
    "brows",
    "nose",
    "hair",
    "skin",
    "chin",
    "ears",
    "head",
    "neck_clothes",
    "background",
    "face_shape",
    "expression",
    "person",
    "everything",
)


@torch.no_grad()
def region_mask(factors: Tensor, region: str, resolution: int) -> Tensor:
    """Mark where a region lies in each picture; what a factor changes is mostly inside.

    Args:
        factors: [N, F] in the order of `FACTORS`.
        region: one of `REGIONS`.

    Returns:
        `mask` [N, 1, resolution, resolution], 1 in the region and 0 elsewhere.

    Raises:
        ValueError: no such region.
    """
    if region not in REGIONS:
        raise ValueError(f"no region {region!r}; there are {', '.join(REGIONS)}")
    f = Columns(factors)
    body = measure(f)
    x, y = pixel_centres(resolution, factors.device)
    hx, hy = head_frame(f, x, y)
    fx, fy = face_frame(body, hx, hy)
    shoulders = y > 0.565 + 0.16 * x.abs() + 0.46 * x.abs() ** 4
    if region in ("mouth", "eyes", "brows", "nose", "chin", "expression"):
        inside = _feature(region, body, fx, fy)
    elif region in ("hair", "ears", "head", "skin", "face_shape"):
        inside = _head_part(region, body, hx, hy)
    elif region == "neck_clothes":
        inside = (y > 0.38) & (hx > -9.0)
    elif region == "background":
        radius = ellipse(hx, hy - HEAD_Y, body.hair_width * 0.9, body.hair_height * 0.9)
        inside = (radius > 1.0) & ~shoulders
    elif region == "person":
        radius = ellipse(hx, hy, body.hair_width + 0.10, body.hair_height + 0.20)
        inside = (radius < 1.0) | shoulders | ((hx.abs() < 0.55) & (hy > -0.1))
    else:
        inside = torch.ones_like(hx, dtype=torch.bool)
    return inside.float()


def _feature(region: str, body: Body, fx: Tensor, fy: Tensor) -> Tensor:
    if region == "mouth":
        return (fx.abs() < 0.26) & ((fy - MOUTH_Y - 0.02).abs() < 0.15)
    if region == "eyes":
        return (fx.abs() < 0.36) & ((fy - EYE_Y).abs() < 0.15)
    if region == "brows":
        return (fx.abs() < 0.36) & ((fy - BROW_Y + 0.01).abs() < 0.12)
    if region == "nose":
        return ((fx - 0.4 * body.turn).abs() < 0.17) & ((fy - NOSE_Y + 0.05).abs() < 0.20)
    if region == "expression":  # the mouth, and what it moves up to the eyes
        return (fx.abs() < 0.38) & (fy > -0.10) & (fy < 0.48)
    return (fx.abs() < 0.48) & (fy > 0.02) & (fy < 0.62)


def _head_part(region: str, body: Body, hx: Tensor, hy: Tensor) -> Tensor:
    if region == "skin":
        face = ellipse(hx, hy - HEAD_Y, body.face_width + 0.09, body.chin + 0.06) < 1.0
        return face | ((hx.abs() < 0.36) & (hy > 0.2) & (hy < 0.95))
    if region == "face_shape":
        return (hx.abs() < 0.60) & (hy > -0.72) & (hy < 0.66)
    if region == "ears":
        x = hx + 0.42 * body.turn
        return ((x.abs() - body.face_width - 0.01).abs() < 0.13) & ((hy - 0.22).abs() < 0.24)
    if region == "head":
        return (hx.abs() < body.hair_width * 1.6 + 0.06) & (hy < 0.10)
    reach = torch.maximum(
        HEAD_Y + 0.27 + 0.92 * body.length, 1.2 * (body.tail * 5.0).clamp(max=1.0)
    )
    outer = (hx.abs() < body.hair_width * 1.12 + 0.10) & (hy < reach) & (hy > -0.90)
    face = ellipse(hx, hy - 0.12, body.face_width * 0.72, 0.20) < 1.0
    return outer & ~face
