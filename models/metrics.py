"""How far apart two pictures are."""

import torch
import torch.nn.functional as F
from torch import Tensor


def psnr_db(img: Tensor, other: Tensor) -> Tensor:
    """Peak signal-to-noise ratio [N] in dB, of pictures [N, 3, H, W] in [-1, 1]."""
    error = (img.clamp(-1, 1) - other.clamp(-1, 1)).square().mean(dim=(1, 2, 3)) / 4
    return -10 * torch.log10(error.clamp(min=1e-10))


def pyramid_distance(img: Tensor, other: Tensor) -> Tensor:
    """Mean absolute difference [N] over four octaves: the measure where no network is at hand."""
    octaves = []
    for _ in range(4):
        octaves.append((img - other).abs().mean(dim=(1, 2, 3)))
        img, other = F.avg_pool2d(img, 2), F.avg_pool2d(other, 2)
    return torch.stack(octaves).mean(dim=0)
