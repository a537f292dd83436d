"""Maps of how much two pictures differ, for people to look at."""

import torch
import torch.nn.functional as F
from torch import Tensor

FINEST = 1024  # pixels per short side, at least, at which a change is smoothed
ERROR_SCALE = 0.25  # of the range [-1, 1] to 1: an error of 32 levels of 255 is the brightest


def heat_of(change: Tensor) -> Tensor:
    """Where a change of the picture [1, 3, H, W] shows: [1, 1, H, W] in [0, 1], smoothed."""
    height, width = change.shape[2:]
    magnitude = change.abs().mean(dim=1, keepdim=True)
    magnitude = F.avg_pool2d(magnitude, max(1, min(height, width) // FINEST))
    window = magnitude.shape[2] // 16 | 1
    smooth = F.avg_pool2d(magnitude, window, 1, window // 2, count_include_pad=False)
    heat = (smooth / torch.quantile(smooth, 0.995).clamp(min=1e-3)).clamp(0, 1)
    return F.interpolate(heat, (height, width), mode="bilinear", align_corners=False)


def error_map(img: Tensor, other: Tensor) -> Tensor:
    """Where two pictures [N, 3, H, W] differ, as a picture [N, 3, H, W] in [-1, 1] from black over
    red to yellow."""
    magnitude = (img - other).abs().mean(dim=1, keepdim=True) / ERROR_SCALE
    red, green = magnitude.clamp(0, 1), (2 * magnitude - 1).clamp(0, 1)
    return torch.cat([red, green, torch.zeros_like(red)], dim=1) * 2 - 1
