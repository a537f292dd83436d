"""Directions of a generator that had a lesson: what it taught w of everything that z stands for."""

from collections.abc import Callable

import torch
from torch import Tensor

from models.model import Model


@torch.no_grad()
def taught_directions(model: Model, seen: Callable[[Tensor], Tensor], num: int = 20_000) -> Tensor:
    """How w changes with each of the amounts that latents stand for, all style layers alike, by
    least squares over `num` draws: [A, L, D].

    Args:
        seen: z [N, Z] → amounts [N, A], each with about mean 0 and deviation 1.
    """
    rng = torch.Generator().manual_seed(12)
    z = torch.randn(num, model.generator.config.z_dim, generator=rng).to(model.device)
    w = model.generator.mapping(z)
    found = torch.linalg.lstsq(seen(z), w - w.mean(dim=0)).solution  # [A, D]
    rows: Tensor = found[:, None].repeat(1, model.generator.num_ws, 1)
    return rows
