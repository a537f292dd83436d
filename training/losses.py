"""Losses of StyleGAN2's training game.

Sources: non-saturating logistic loss (Goodfellow et al. 2014), R1 (Mescheder et al. 2018,
equation 9), path length regularisation (Karras et al. 2020, StyleGAN2, equation 4).
"""

import math

import torch
from torch import Tensor
from torch.nn.functional import softplus

from models.generator import Generator
from models.latents import LatentMap
from models.noise import fresh_noise


def generator_loss(fake_logits: Tensor) -> Tensor:
    """Mean of -log sigmoid over [N, 1]."""
    return softplus(-fake_logits).mean()


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Mean logistic loss over real and generated [N, 1]."""
    return softplus(fake_logits).mean() + softplus(-real_logits).mean()


def r1_penalty(real: Tensor, real_logits: Tensor) -> Tensor:
    """Half the mean squared gradient of the logits at real pictures [N, 3, R, R]."""
    (gradient,) = torch.autograd.grad(real_logits.sum(), real, create_graph=True)
    return gradient.square().sum(dim=(1, 2, 3)).mean() / 2


class PathLength:
    """Keeps a step in w as large a change of the picture everywhere.

    Attributes:
        mean: running mean of the path lengths.
    """

    def __init__(self, decay: float = 0.01) -> None:
        self.decay = decay
        self.mean = 0.0

    def penalty(self, generator: Generator, latent: LatentMap, surround: int) -> Tensor:
        """Squared deviation of |J^T y| from its running mean, for N latents; in float32."""
        layers = [wmap.clone() for wmap in latent.layers]
        img = generator.synthesis(
            LatentMap(tuple(layers), latent.base), fresh_noise, surround=surround
        )
        y = torch.randn_like(img) / math.sqrt(img.shape[2] * img.shape[3])
        gradients = torch.autograd.grad((img * y).sum(), layers, create_graph=True)
        squares = torch.stack([g.square().sum(dim=(1, 2, 3)) for g in gradients])
        lengths = (squares.mean(dim=0) + 1e-12).sqrt()
        self.mean += self.decay * (lengths.mean().item() - self.mean)
        return (lengths - self.mean).square().mean()
