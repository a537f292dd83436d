"""Adaptive augmentation of what the discriminator sees, for small folders of pictures.

Source: Karras et al. 2020 (StyleGAN2-ADA), sections 2 and 3; a small set of its transformations.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from training.together import Group


class AdaptiveAugment:
    """Random geometric and colour changes whose probability follows how much D overfits.

    Attributes:
        p: probability of each transformation, 0 to `p_max`.
        target: wanted mean sign of D's logits on real pictures.
        speed_nimg: pictures over which p may move from 0 to 1.
    """

    p_max = 0.85

    def __init__(self, target: float = 0.6, speed_nimg: int = 100_000) -> None:
        self.p = 0.0
        self.target = target
        self.speed_nimg = speed_nimg

    def observe(self, real_logits: Tensor, group: Group | None = None) -> None:
        """Move p towards less overfitting, from D's logits on one batch of real pictures of every
        process."""
        group = group or Group()
        sign = real_logits.detach().float().sign().mean()
        group.average([sign])
        num = len(real_logits) * group.size
        drift = math.copysign(num / self.speed_nimg, sign.item() - self.target)
        self.p = min(max(self.p + drift, 0.0), self.p_max)

    def __call__(self, img: Tensor) -> Tensor:
        """Augment pictures [N, 3, R, R]; differentiable."""
        if self.p == 0:
            return img
        return self.colour(self.geometry(img))

    def chosen(self, num: int, device: torch.device) -> Tensor:
        return (torch.rand(num, device=device) < self.p).float()

    def geometry(self, img: Tensor) -> Tensor:
        """Rotate, scale, shift and mirror, with reflected borders."""
        n, device = img.shape[0], img.device

        def amount(scale: float) -> Tensor:
            return torch.randn(n, device=device) * scale * self.chosen(n, device)

        angle, zoom = amount(0.15), amount(0.15).exp()
        flip = 1 - 2 * (torch.rand(n, device=device) < 0.5).float() * self.chosen(n, device)
        theta = torch.zeros(n, 2, 3, device=device)
        theta[:, 0, 0], theta[:, 0, 1] = angle.cos() * zoom * flip, -angle.sin() * zoom
        theta[:, 1, 0], theta[:, 1, 1] = angle.sin() * zoom * flip, angle.cos() * zoom
        theta[:, 0, 2], theta[:, 1, 2] = amount(0.12), amount(0.12)
        grid = F.affine_grid(theta, list(img.shape), align_corners=False)
        return F.grid_sample(img, grid, padding_mode="reflection", align_corners=False)

    def colour(self, img: Tensor) -> Tensor:
        """Change brightness, contrast and saturation."""
        n, device = img.shape[0], img.device

        def amount(scale: float) -> Tensor:
            drawn = torch.randn(n, device=device) * scale * self.chosen(n, device)
            return drawn[:, None, None, None]

        img = (img + amount(0.2)) * amount(0.3).exp()
        grey = img.mean(dim=1, keepdim=True)
        return grey + (img - grey) * amount(0.5).exp()
