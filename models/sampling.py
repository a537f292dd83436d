"""Drawing latents: the z of a seed, and w over everything that a generator draws."""

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from models.errors import ClassUnknown
from models.generator import Generator
from models.latents import SQUARE
from models.prior import Prior, sample_fields

CHUNK = 5000  # w mapped at once


def seed_z(seed: int, z_dim: int) -> Tensor:
    """The z [1, Z] of a seed: numpy's `RandomState(seed).randn`, as every StyleGAN2 tool draws it.

    Seeds from 2**32 up, which RandomState does not take, are ours alone.
    """
    state = np.random.RandomState(seed if seed < 2**32 else [seed % 2**32, seed >> 32])
    return torch.from_numpy(state.randn(1, z_dim).astype(np.float32))


@torch.no_grad()
def seed_w(
    generator: Generator, seed: int, truncation: float = 1.0, class_index: int | None = None
) -> Tensor:
    """The w [1, D] of a seed; of a class-conditional generator, of the class of the seed's number
    if none is given.

    Raises:
        ClassUnknown: the generator has no such class.
    """
    config, device = generator.config, generator.mapping.w_avg.device
    z, c = seed_z(seed, config.z_dim).to(device), None
    if class_index is not None and class_index >= config.c_dim:
        known = f"its classes are 0 to {config.c_dim - 1}" if config.c_dim else "it has no classes"
        raise ClassUnknown(f"the model has no class {class_index}: {known}")
    if config.c_dim:
        index = seed % config.c_dim if class_index is None else class_index
        c = F.one_hot(torch.tensor([index]), config.c_dim).float().to(device)
    w: Tensor = generator.mapping(z, c, truncation)
    return w


@torch.no_grad()
def random_w(generator: Generator, num: int, rng: torch.Generator) -> Tensor:
    """Draw w [N, D], over all classes alike."""
    mean = generator.mapping.w_avg
    w = mean.new_empty(num, len(mean))
    for part, drawn in zip(torch.split(w, CHUNK), _chunks(generator, num, rng), strict=True):
        part.copy_(drawn)
    return w


def random_map(generator: Generator, prior: Prior | None, num: int, rng: torch.Generator) -> Tensor:
    """Draw w for pictures of the training size: one vector [N, D, 1, 1], or, of a spatial model,
    a field [N, D, 4, 4]."""
    if prior is None:
        return random_w(generator, num, rng)[:, :, None, None]
    device = generator.mapping.w_avg.device
    return generator.mapping.cells(
        sample_fields(prior, num, generator.config.z_dim, *SQUARE, device, rng)
    )


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
