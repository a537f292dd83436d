"""What only procedural data allow: the render that a latent stands for, to learn from.

The factors of a render are independent, so a normal z can stand for them: each of the first F
coordinates of the normalised z, through the normal distribution function, is a factor. So every
latent has a right answer. Ours; no data set of photos allows this (docs/decisions.md).
"""

import math

import torch
from torch import Tensor

from models.ops import normalize_2nd_moment
from training.portraits import FACTORS, from_uniform, render
from training.pyramid import laplacian

LEVELS = 4  # of the pyramid that pictures are compared on


def factors_of(z: Tensor) -> Tensor:
    """The factors [N, F] that a latent z [N, Z] stands for, Z ≥ F."""
    normal = normalize_2nd_moment(z)[:, : len(FACTORS)]
    return from_uniform(0.5 * (1 + torch.erf(normal / math.sqrt(2))))


def pyramid_loss(img: Tensor, target: Tensor) -> Tensor:
    """Mean absolute difference, every octave of the Laplacian pyramid weighing the same."""
    levels = laplacian(img - target, LEVELS)  # the pyramid is linear
    return torch.stack([level.abs().mean() for level in levels]).sum()


def teach(img: Tensor, z: Tensor) -> Tensor:
    """How far pictures [N, 3, R, R] are from the renders that their z [N, Z] stand for."""
    return pyramid_loss(img, render(factors_of(z), img.shape[2], img.device))
