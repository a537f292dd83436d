"""Drawing latents: the z of a seed, and w over everything that a generator draws."""

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from models.errors import ShapeError
from models.generator import Generator

CHUNK = 5000  # w mapped at once


def seed_z(seed: int, z_dim: int) -> Tensor:
    """The z [1, Z] of a seed: numpy's `RandomState(seed).randn`, as every StyleGAN2 tool draws it.

    Seeds from 2**32 up, which RandomState does not take, are ours alone.
    """
    state = np.random.RandomState(seed if seed < 2**32 else [seed % 2**32, seed >> 32])
    return torch.from_numpy(state.randn(1, z_dim).astype(np.float32))


def class_vector(index: int | None, c_dim: int) -> Tensor | None:
    """The class c [1, c_dim] of a number; the first one if none is given.

    Raises:
        ShapeError: the model has no such class.
    """
    if index is not None and index >= c_dim:
        known = f"its classes are 0 to {c_dim - 1}" if c_dim else "it has no classes"
        raise ShapeError(f"the model has no class {index}: {known}")
    return F.one_hot(torch.tensor([index or 0]), c_dim).float() if c_dim else None


@torch.no_grad()
def random_w(generator: Generator, num: int, rng: torch.Generator) -> Tensor:
    """Draw w [N, D], over all classes alike."""
    return torch.cat(list(_chunks(generator, num, rng)))


def _chunks(generator: Generator, num: int, rng: torch.Generator) -> Iterator[Tensor]:
    config, device = generator.config, generator.mapping.w_avg.device
    for start in range(0, num, CHUNK):
        count = min(CHUNK, num - start)
        z = torch.randn(count, config.z_dim, generator=rng).to(device)
        c = None
        if config.c_dim:
            index = torch.randint(config.c_dim, (count,), generator=rng)
            c = F.one_hot(index, config.c_dim).float().to(device)
        yield generator.mapping(z, c)
