"""Directions without labels: SeFa (Shen and Zhou 2021) and PCA of w (GANSpace, Härkönen 2020)."""

import torch
from torch import Tensor

from models.directions.direction import Direction, Layers, broadcast
from models.generator import Generator
from models.modulated import SynthesisLayer

BANDS = {"coarse": (4, 8), "middle": (16, 32), "fine": (64, 4096)}
"""Block resolutions: arrangement and pose, parts and shapes, colours and texture."""


def bands(generator: Generator) -> dict[str, Layers]:
    """The style layers of every band that the generator has."""
    layer_res = generator.config.layout.layer_res
    found = {}
    for name, (low, high) in BANDS.items():
        inside = [i for i, res in enumerate(layer_res) if low <= res <= high]
        if inside:
            found[name] = (inside[0], inside[-1] + 1)
    return found


def sefa(generator: Generator, w: Tensor, per_band: int) -> list[Direction]:
    """What the style affines of a band of layers amplify: eigenvectors of Σ AᵀA.

    Of each band those whose one σ over generated w [N, D] changes the styles most (eigenvalue times
    variance); SeFa's own order is by eigenvalue alone, and puts first what w may never do. The
    order is ours. The first of every band come first.
    """
    affines = style_affines(generator)
    directions: list[tuple[int, Direction]] = []
    for band, (start, stop) in bands(generator).items():
        stacked = torch.cat(affines[start:stop])
        rows = stacked / stacked.norm(dim=1, keepdim=True).clamp(min=1e-8)
        gains, vectors = torch.linalg.eigh((rows.T @ rows).double())
        seen = gains * (w.double() @ vectors).var(dim=0)
        for rank, k in enumerate(seen.argsort(descending=True)[:per_band].tolist()):
            direction = Direction(
                f"{band.capitalize()} {rank + 1}",
                broadcast(oriented(vectors[:, k].float()), generator.num_ws),
                f"SeFa {len(gains) - k}, layers {start} to {stop - 1}",
                (start, stop),
            )
            directions.append((rank, direction))
    return [direction for _, direction in sorted(directions, key=lambda pair: pair[0])]


def pca(generator: Generator, w: Tensor, num: int) -> list[Direction]:
    """The principal components of generated w [N, D]."""
    _, vectors = torch.linalg.eigh(torch.cov(w.double().T))
    return [
        Direction(
            f"Component {k + 1}",
            broadcast(oriented(vectors[:, -1 - k].float()), generator.num_ws),
            f"PCA {k + 1} of w",
        )
        for k in range(num)
    ]


def style_affines(generator: Generator) -> list[Tensor]:
    """The affine weight [I, D] of the convolution that each style layer feeds."""
    layers = [m for m in generator.synthesis.modules() if isinstance(m, SynthesisLayer)]
    last = generator.synthesis.blocks()[-1].torgb.affine.scaled()[0]
    return [layer.affine.scaled()[0] for layer in layers] + [last]


def oriented(vector: Tensor) -> Tensor:
    """The one of ±vector whose largest coordinate is positive: eigenvectors have no sign."""
    return vector * vector[vector.abs().argmax()].sign()
