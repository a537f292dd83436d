"""The way down from a latent space to a coarser one, by least squares, with what is lost."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from models.latents import Cells, LatentMap, Layout, cells_of, embed, find_space
from models.resampling import resize_map


@dataclass(frozen=True)
class Projection:
    """The nearest latent of a coarser space.

    Attributes:
        loss: mean squared difference of w over cells and layers, as a share of the latent's own
            variance around its mean; 0 where the space holds it exactly.
    """

    latent: LatentMap
    loss: float


def project(latent: LatentMap, name: str, layout: Layout) -> Projection:
    """Write a latent in a coarser space by least squares over the cells of `S+`, every layer
    counting the same. A latent that the space holds is given back.

    Raises:
        SpaceError: no such space.
    """
    space = find_space(name, layout)
    fine = embed(latent, "S+", layout).layers
    cells = [cells_of(space.layer_cells(res), latent.base) for res in layout.layer_res]
    if space.shared:
        shared = fit(fine, cells[0])
        coarse = LatentMap((shared,) * len(fine), latent.base)
    else:
        fitted = [fit((wmap,), size) for wmap, size in zip(fine, cells, strict=True)]
        coarse = LatentMap(tuple(fitted), latent.base)
    pairs = [
        (a, spread(b, (a.shape[2], a.shape[3]))) for a, b in zip(fine, coarse.layers, strict=True)
    ]
    missed = sum(float((a - b).square().mean()) for a, b in pairs)
    mean = torch.stack([wmap.mean(dim=(2, 3)) for wmap in fine]).mean(dim=0)[:, :, None, None]
    total = sum(float((a - mean).square().mean()) for a in fine)
    return Projection(coarse, missed / total if total > 0 else 0.0)


def fit(maps: Sequence[Tensor], cells: Cells) -> Tensor:
    """The map [N, D, *cells] that comes nearest to all `maps` once it is resampled to theirs."""
    num, dim = maps[0].shape[:2]
    if len(maps) == 1 and tuple(maps[0].shape[2:]) == cells:
        return maps[0]
    unit = torch.eye(cells[0] * cells[1], dtype=torch.float64).reshape(-1, 1, *cells)
    normal = torch.zeros(len(unit), len(unit), dtype=torch.float64)
    wanted = torch.zeros(len(unit), num * dim, dtype=torch.float64)
    for wmap in maps:
        size = (wmap.shape[2], wmap.shape[3])
        basis = spread(unit, size).flatten(1)  # [cells, places]
        target = wmap.detach().cpu().double().reshape(num * dim, -1)
        normal += basis @ basis.T / basis.shape[1]
        wanted += basis @ target.T / basis.shape[1]
    found: Tensor = torch.linalg.lstsq(normal, wanted, driver="gelsd").solution
    return found.T.reshape(num, dim, *cells).to(maps[0])


def spread(wmap: Tensor, size: Cells) -> Tensor:
    """A map on another layer's cells, one cell everywhere."""
    if tuple(wmap.shape[2:]) == (1, 1):
        return wmap.expand(-1, -1, *size)
    return resize_map(wmap, size)
