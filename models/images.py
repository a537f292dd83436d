"""uint8 pixels and float pictures: the one place that knows 127.5."""

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from models.shapes import check_shape

Pixels = NDArray[np.uint8]
"""[H, W, 3] RGB."""


def to_img(pixels: Pixels) -> Tensor:
    """Turn pixels [H, W, 3] into a picture [1, 3, H, W] in [-1, 1]."""
    img = torch.from_numpy(np.array(pixels)).permute(2, 0, 1)[None]
    return img.float() / 127.5 - 1


def to_pixels(img: Tensor) -> Pixels:
    """Turn one picture [1, 3, H, W] in [-1, 1] into pixels [H, W, 3], clamped and rounded."""
    check_shape("img", img, [1, 3, None, None])
    levels = to_uint8(img)[0].permute(1, 2, 0)
    return np.ascontiguousarray(levels.cpu().numpy())


def to_uint8(img: Tensor) -> Tensor:
    """Turn pictures [N, 3, H, W] in [-1, 1] into uint8 [N, 3, H, W]."""
    return (img.float() + 1).mul_(127.5).round_().clamp_(0, 255).to(torch.uint8)


def from_uint8(levels: Tensor) -> Tensor:
    """Turn uint8 [N, 3, H, W] into pictures [N, 3, H, W] in [-1, 1]."""
    return levels.float() / 127.5 - 1


def resize_img(img: Tensor, size: tuple[int, int]) -> Tensor:
    """Resample a picture [N, C, H, W] to `size` (height, width), anti-aliased when it shrinks."""
    if tuple(img.shape[2:]) == size:
        return img
    return F.interpolate(img, size=size, mode="bicubic", align_corners=False, antialias=True)
