"""Comparing two sets of pictures: Fréchet distance, precision and recall, sliced Wasserstein."""

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from training.pyramid import laplacian

NEIGHBOURS = 3
PATCH = 7  # pixels
PATCHES_PER_IMAGE = 32
PROJECTIONS = 256


def frechet_distance(a: Tensor, b: Tensor) -> float:
    """Fréchet distance of Gaussians fitted to features [N, E] and [M, E].

    Source: Heusel et al. 2017, equation 6. It is called FID only with Inception's features.
    """
    mean_a, mean_b = a.double().mean(0), b.double().mean(0)
    cov_a, cov_b = torch.cov(a.double().T), torch.cov(b.double().T)
    root_a = matrix_root(cov_a)
    cross = torch.linalg.eigvalsh(root_a @ cov_b @ root_a).clamp(min=0).sqrt().sum()
    gap = (mean_a - mean_b).square().sum()
    return float(gap + cov_a.trace() + cov_b.trace() - 2 * cross)


def matrix_root(matrix: Tensor) -> Tensor:
    """The symmetric square root of a covariance."""
    values, vectors = torch.linalg.eigh(matrix)
    root: Tensor = vectors @ torch.diag(values.clamp(min=0).sqrt()) @ vectors.T
    return root


def precision_recall(real: Tensor, fake: Tensor) -> tuple[float, float]:
    """Share of fakes near the real manifold, and of reals near the fake one; features [N, E].

    Source: Kynkäänniemi et al. 2019, with k = 3.
    """
    return share_within(fake, real), share_within(real, fake)


def share_within(points: Tensor, manifold: Tensor) -> float:
    """Share of points that lie in the k-th neighbour ball of some point of the manifold."""
    radii = torch.cat(
        [
            torch.cdist(chunk, manifold).kthvalue(NEIGHBOURS + 1, dim=1).values
            for chunk in torch.split(manifold, 1000)
        ]
    )
    inside = [
        (torch.cdist(chunk, manifold) <= radii[None]).any(dim=1)
        for chunk in torch.split(points, 1000)
    ]
    return float(torch.cat(inside).float().mean())


class PatchCollector:
    """Gathers patches of the Laplacian pyramid; every set of pictures is cut at the same places."""

    def __init__(self, resolution: int) -> None:
        self.rng = torch.Generator().manual_seed(0)
        self.levels: list[list[Tensor]] = [[] for _ in range(resolution.bit_length() - 4)]

    def add(self, img: Tensor) -> None:
        """Take patches of pictures [N, 3, R, R], on every level down to 16 px."""
        for found, level in zip(self.levels, laplacian(img, len(self.levels)), strict=True):
            n, _, height, width = level.shape
            unfolded = level.unfold(2, PATCH, 1).unfold(3, PATCH, 1)  # [N, 3, h, w, 7, 7]
            shape = (n, PATCHES_PER_IMAGE)
            y = torch.randint(height - PATCH + 1, shape, generator=self.rng)
            x = torch.randint(width - PATCH + 1, shape, generator=self.rng)
            patches = unfolded[torch.arange(n)[:, None], :, y, x]  # [N, P, 3, 7, 7]
            found.append(patches.reshape(-1, 3 * PATCH * PATCH))

    def descriptors(self) -> list[Tensor]:
        """Patches of each level, each colour channel standardised: [M, 147]."""
        done = []
        for found in self.levels:
            patches = torch.cat(found).reshape(-1, 3, PATCH * PATCH)
            mean = patches.mean(dim=(0, 2), keepdim=True)
            deviation = patches.std(dim=(0, 2), keepdim=True)
            done.append(((patches - mean) / deviation).flatten(1))
        return done


def sliced_wasserstein(a: list[Tensor], b: list[Tensor]) -> float:
    """Mean over levels of the sliced Wasserstein distance of two sets of descriptors, × 1000.

    Source: Karras et al. 2018 (progressive growing), section 5.
    """
    rng = np.random.default_rng(0)
    return float(np.mean([swd(x, y, rng) for x, y in zip(a, b, strict=True)])) * 1000


def swd(a: Tensor, b: Tensor, rng: np.random.Generator) -> float:
    """Mean absolute difference of sorted random projections of [M, F] and [M, F]."""
    num = min(len(a), len(b))
    directions: NDArray[np.float64] = rng.normal(size=(a.shape[1], PROJECTIONS))
    planes = F.normalize(torch.from_numpy(directions).float(), dim=0)
    gaps = []
    for plane in torch.split(planes, 64, dim=1):
        gaps.append(((a[:num] @ plane).sort(0).values - (b[:num] @ plane).sort(0).values).abs())
    return float(torch.cat(gaps, dim=1).mean())
