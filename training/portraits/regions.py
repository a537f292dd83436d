"""Where the parts of a portrait lie: generous shapes that follow the pose."""

from __future__ import annotations

import torch
from torch import Tensor

from training.drawing.shapes import ellipse
from training.portraits.canvas import pixel_centres
from training.portraits.factors import Columns
from training.portraits.pose import (
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
    "everything",
)


@torch.no_grad()
def region_mask(factors: Tensor, region: str, resolution: int) -> Tensor:
    """Mark where a region lies in each portrait; what a factor changes is mostly inside.

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
    fx, fy = face_frame(f, body, hx, hy)
    if region in ("mouth", "eyes", "brows", "nose", "chin"):
        inside = _feature(region, body, fx, fy)
    elif region in ("hair", "ears", "head", "skin", "face_shape"):
        inside = _head_part(region, f, body, hx, hy)
    elif region == "neck_clothes":
        inside = (y > 0.38) & (hx > -9.0)
    elif region == "background":
        radius = ellipse(hx, hy - HEAD_Y, body.hair_width * 0.9, body.hair_height * 0.9)
        inside = (radius > 1.0) & (y < 0.585 + 0.1 * x.abs() + 0.5 * x.abs() ** 4)
    else:
        inside = torch.ones_like(hx, dtype=torch.bool)
    return inside.float()


def _feature(region: str, body: Body, fx: Tensor, fy: Tensor) -> Tensor:
    if region == "mouth":
        return (fx.abs() < 0.27) & ((fy - MOUTH_Y - 0.02).abs() < 0.15)
    if region == "eyes":
        return (fx.abs() < 0.42) & ((fy - EYE_Y).abs() < 0.17)
    if region == "brows":
        return (fx.abs() < 0.40) & ((fy - BROW_Y + 0.02).abs() < 0.12)
    if region == "nose":
        return ((fx - 0.4 * body.turn).abs() < 0.17) & ((fy - NOSE_Y + 0.05).abs() < 0.20)
    return (fx.abs() < 0.48) & (fy > 0.02) & (fy < 0.62)


def _head_part(region: str, f: Columns, body: Body, hx: Tensor, hy: Tensor) -> Tensor:
    if region == "skin":
        face = ellipse(hx, hy - HEAD_Y, body.face_width + 0.09, body.chin + 0.06) < 1.0
        return face | ((hx.abs() < 0.36) & (hy > 0.2) & (hy < 0.95))
    if region == "face_shape":
        return (hx.abs() < 0.60) & (hy > -0.72) & (hy < 0.62)
    if region == "ears":
        x = hx + 0.45 * body.turn
        return ((x.abs() - body.face_width - 0.02).abs() < 0.11) & ((hy - 0.1).abs() < 0.22)
    if region == "head":
        return (hx.abs() < body.hair_width + 0.12) & (hy < -0.10)
    reach = HEAD_Y + 0.25 + 0.92 * f["hair_length"]
    outer = (hx.abs() < body.hair_width * 1.12 + 0.08) & (hy < reach) & (hy > -0.85)
    face = ellipse(hx, hy - 0.12, body.face_width * 0.72, 0.20) < 1.0
    return outer & ~face
