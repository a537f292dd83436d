"""How far apart two pictures are."""

import torch
import torch.nn.functional as F
from torch import Tensor

MAX_SIDE_PX = 256  # larger pictures are compared at this size, as StyleGAN2's projector does


def psnr_db(img: Tensor, other: Tensor) -> Tensor:
    """Peak signal-to-noise ratio [N] in dB, of pictures [N, 3, H, W] in [-1, 1]."""
    error = (img.clamp(-1, 1) - other.clamp(-1, 1)).square().mean(dim=(1, 2, 3)) / 4
    return -10 * torch.log10(error.clamp(min=1e-10))


def pyramid_distance(img: Tensor, other: Tensor) -> Tensor:
    """Mean absolute difference [N] over four octaves: the measure where no network is at hand."""
    gap = img - other
    octaves = [F.avg_pool2d(gap, 1 << k).abs().mean(dim=(1, 2, 3)) for k in range(4)]
    return torch.stack(octaves).mean(dim=0)


def comparable(img: Tensor) -> Tensor:
    """Pictures [N, 3, H, W] as networks that learnt to compare them take them: not too large."""
    return F.avg_pool2d(img, max(1, img.shape[3] // MAX_SIDE_PX))
