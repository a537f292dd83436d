"""Regularisers: how unlike generated latents the parts of a latent are.

The paper's regulariser "equalizes distributions of parts of latent spaces" (Sypetkowski 2023,
abstract; its formula is not public). Here the parts are style layers, cells and groups of channels
of whitened maps, in which a generated latent is N(0, I) in every cell. Each measure takes L maps
[N, K, h_l, w_l] and gives [N]; they are compared in docs/results.md.
"""

import functools
import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

GROUP = 8  # channels of one part, or a few more: neighbours in the order of their variance
ROTATION_SEED = 0
ROUGHNESS = 0.3  # beside the distance to generated latents: decision 11

Regulariser = Callable[[Sequence[Tensor]], Tensor]


def mean_square(maps: Sequence[Tensor]) -> Tensor:
    """Mean squared whitened coordinate [N], every layer counting the same: 1 for generated latents.

    As a regulariser it is the Mahalanobis distance of every cell to the mean latent; source: the
    P_N space of Zhu et al. 2020, per cell (ours).
    """
    return torch.stack([v.square().mean(dim=(1, 2, 3)) for v in maps]).mean(dim=0)


def moments(maps: Sequence[Tensor]) -> Tensor:
    """How far the mean and the mean square of each part are from 0 and 1, squared.

    A part is a group of neighbouring channels in one cell of one layer. Ours.
    """

    def of_layer(v: Tensor) -> Tensor:
        gaps = [
            part.mean(dim=1).square() + (part.square().mean(dim=1) - 1).square()
            for part in v.tensor_split(max(1, v.shape[1] // GROUP), dim=1)
        ]
        return torch.stack(gaps).mean(dim=(0, 2, 3))

    return torch.stack([of_layer(v) for v in maps]).mean(dim=0)


def wasserstein_to_normal(maps: Sequence[Tensor]) -> Tensor:
    """Squared Wasserstein distance of the coordinates of each cell, as samples, to N(0, 1).

    The K coordinates of a cell of a generated latent are K draws of N(0, 1), and so are those of
    any rotation of it. Rotated and sorted, they are compared with the normal quantiles. Ours.
    """

    def of_layer(v: Tensor) -> Tensor:
        k = v.shape[1]
        rotated = torch.einsum("jk,nkhw->njhw", rotation(k, v.device), v)
        gap = rotated.sort(dim=1).values - quantiles(k, v.device)[None, :, None, None]
        return gap.square().mean(dim=(1, 2, 3))

    return torch.stack([of_layer(v) for v in maps]).mean(dim=0)


def disagreement(maps: Sequence[Tensor]) -> Tensor:
    """Variance among the parts of one latent: of cells around their layer's mean, and of layers
    around the mean of all. Zero for W. Ours, after the delta penalty of e4e (Tov et al. 2021)."""
    means = torch.stack([v.mean(dim=(2, 3)) for v in maps])  # [L, N, K]
    among_layers = (means - means.mean(dim=0)).square().mean(dim=(0, 2))
    cells = [(v - v.mean(dim=(2, 3), keepdim=True)).square().mean(dim=(1, 2, 3)) for v in maps]
    return among_layers + torch.stack(cells).mean(dim=0)


def roughness(maps: Sequence[Tensor]) -> Tensor:
    """Mean squared difference of neighbouring cells. Ours."""

    def of_layer(v: Tensor) -> Tensor:
        steps = [v.diff(dim=axis) for axis in (2, 3) if v.shape[axis] > 1]
        zero = v.new_zeros(v.shape[0])
        return torch.stack([zero, *(s.square().mean(dim=(1, 2, 3)) for s in steps)]).sum(dim=0)

    return torch.stack([of_layer(v) for v in maps]).mean(dim=0)


def like_generated(maps: Sequence[Tensor]) -> Tensor:
    """What encoding keeps small. Every cell is to be like a generated latent's. Beside that, layers
    and cells are to agree, or a move along a direction draws a ghost (`disagreement`); and cells
    are to be like their neighbours: what a picture says nothing of, the colour of a hat that nobody
    wears, would otherwise end anywhere, and show once a hat is painted. Ours (docs/results.md)."""
    return wasserstein_to_normal(maps) + ROUGHNESS * roughness(maps) + disagreement(maps)


REGULARISERS: dict[str, Regulariser] = {
    "per-cell Mahalanobis": mean_square,
    "moments of parts": moments,
    "Wasserstein to normal": wasserstein_to_normal,
    "disagreement of parts": disagreement,
    "roughness": roughness,
}


@functools.cache
def rotation(k: int, device: torch.device) -> Tensor:
    """A fixed random rotation [k, k]."""
    rng = torch.Generator().manual_seed(ROTATION_SEED)
    turned: Tensor = torch.linalg.qr(torch.randn(k, k, generator=rng)).Q
    return turned.to(device)


@functools.cache
def quantiles(k: int, device: torch.device) -> Tensor:
    """The k expected order statistics of N(0, 1), nearly: quantiles at (i + ½) / k."""
    places = (torch.arange(k) + 0.5) / k
    found: Tensor = math.sqrt(2) * torch.erfinv(2 * places - 1)
    return found.to(device)
