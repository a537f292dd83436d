"""The Laplacian pyramid of pictures (Burt and Adelson 1983)."""

import torch.nn.functional as F
from torch import Tensor

from models.ops import downsample2d, fir_filter, upsample2d


def laplacian(img: Tensor, levels: int) -> list[Tensor]:
    """Laplacian pyramid, finest first."""
    kernel = fir_filter().to(img.device)
    pyramid = []
    for _ in range(levels - 1):
        small = downsample2d(img, kernel)
        large = upsample2d(F.pad(small, [1, 1, 1, 1]))  # into zeros around
        pyramid.append(img - large)
        img = small
    return [*pyramid, img]
