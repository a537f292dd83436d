"""Whitened coordinates of w, in which generated latents are about N(0, I).

The mapping network ends in a leaky ReLU; undoing it (slope 5) leaves a nearly Gaussian vector p,
which PCA whitens. Source: Zhu et al. 2020 ("Improved StyleGAN Embedding", P_N space). Dropping the
dead directions, which hold the last hundredth of the variance, is ours (decision 3).
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from models.generator import Generator
from models.ops import LEAKY_SLOPE
from models.sampling import random_w

CHUNK = 1000  # w that are added up at once
LIVE_SHARE = 0.99  # of the variance; the directions of the rest do not show in pictures


@dataclass(frozen=True)
class Whitening:
    """The affine map between p and its whitened coordinates v.

    Attributes:
        mean: [D], of p over generated latents.
        basis: [D, K], principal directions as columns; K ≤ D are alive.
        scale: [K], standard deviation along each.
    """

    mean: Tensor
    basis: Tensor
    scale: Tensor

    @property
    def num_live(self) -> int:
        """K."""
        return len(self.scale)

    def to_v(self, w: Tensor) -> Tensor:
        """w [N, D, ...] → v [N, K, ...]; what lies in dead directions is dropped."""
        p = F.leaky_relu(w, 1 / LEAKY_SLOPE)
        centred = p - channels(self.mean, p)
        return torch.einsum("dk,nd...->nk...", self.basis, centred) / channels(self.scale, p)

    def to_w(self, v: Tensor) -> Tensor:
        """v [N, K, ...] → w [N, D, ...]."""
        p = torch.einsum("dk,nk...->nd...", self.basis, v * channels(self.scale, v))
        return F.leaky_relu(p + channels(self.mean, v), LEAKY_SLOPE)

    def to(self, device: torch.device | str) -> "Whitening":
        """Move to a device."""
        return Whitening(self.mean.to(device), self.basis.to(device), self.scale.to(device))


def change_of_coordinates(before: Whitening, after: Whitening) -> tuple[Tensor, Tensor]:
    """The matrix [K after, K before] and shift [K after] that take v of one whitening to the v of
    another for the same w, but for what is dead there."""
    turn = (after.basis.T @ before.basis) * before.scale / after.scale[:, None]
    shift = after.basis.T @ (before.mean - after.mean) / after.scale
    return turn, shift


def channels(values: Tensor, like: Tensor) -> Tensor:
    """View [C] so that it broadcasts over [N, C, ...]."""
    return values.reshape(1, -1, *[1] * (like.ndim - 2))


def fit_whitening(w: Tensor) -> Whitening:
    """Fit on generated latents w [N, D], N well above D."""
    parts = torch.split(w, CHUNK)  # in double precision all of them at once would be 200 MB
    mean = torch.stack([unbent(part).sum(dim=0) for part in parts]).sum(dim=0) / len(w)
    scatter = torch.zeros(len(mean), len(mean), dtype=torch.float64)
    for part in parts:
        centred = unbent(part) - mean
        scatter += centred.T @ centred
    variance, directions = torch.linalg.eigh(scatter / (len(w) - 1))  # rising
    shares = variance.clamp(min=0).flip(0).cumsum(0) / variance.clamp(min=0).sum()
    num_live = int((shares < LIVE_SHARE).sum()) + 1
    scale = variance[-num_live:].sqrt()
    return Whitening(mean.float(), directions[:, -num_live:].float(), scale.float())


def unbent(w: Tensor) -> Tensor:
    """p of w, in double precision."""
    return F.leaky_relu(w.double(), 1 / LEAKY_SLOPE)


def measure_whitening(generator: Generator, num: int = 50_000) -> Whitening:
    """Fit the whitened coordinates on `num` draws of w."""
    w = random_w(generator, num, torch.Generator().manual_seed(0))
    return fit_whitening(w.cpu()).to(w.device)
