"""What can be read from a picture: its factors as standardised numbers."""

import torch
from torch import Tensor

from training.drawn import PORTRAITS, DrawnSet, set_of

TARGETS = PORTRAITS.targets


def amounts(factors: Tensor) -> Tensor:
    """What is seen of factors [N, F]: amounts [N, T] in the order of their set's targets."""
    drawn = set_of(factors)
    seen = factors[:, [drawn.names.index(name) for name in drawn.targets]].clone()
    from_zero = torch.tensor(
        [name in drawn.from_zero for name in drawn.targets], device=factors.device
    )
    return torch.where(from_zero, seen.clamp(min=0), seen)


def standardise(factors: Tensor) -> Tensor:
    """Amounts [N, T] with mean 0 and standard deviation 1 over the data set."""
    mean, deviation = moments(set_of(factors))
    return (amounts(factors) - mean.to(factors.device)) / deviation.to(factors.device)


def moments(drawn: DrawnSet = PORTRAITS) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation [T] of the amounts, from the factors' distributions."""
    means, deviations = [], []
    for factor in (f for f in drawn.factors if f.name in drawn.targets):
        if factor.kind == "binary":
            values = torch.tensor(
                [0.0] * round(1000 * (1 - factor.p)) + [1.0] * round(1000 * factor.p)
            )
        else:
            values = torch.linspace(factor.low, factor.high, 1001)
            values = values.clamp(min=0) if factor.name in drawn.from_zero else values
        means.append(values.mean())
        deviations.append(values.std(unbiased=False))
    return torch.stack(means), torch.stack(deviations)


LAND_MEAN = torch.tensor([0.09, 0.21, 0.036, 0.052, 0.48, 0.25, 0.077, 0.46, 0.48, 0.7])
LAND_DEVIATION = torch.tensor([0.23, 0.24, 0.076, 0.074, 0.31, 0.36, 0.24, 0.28, 0.33, 0.1])
"""Over squares of 64 px, in the order of the aerial maps; measured, and fixed from then on."""


def standardise_land(shares: Tensor) -> Tensor:
    """Shares [N, F] of squares of land with about mean 0 and standard deviation 1."""
    return (shares - LAND_MEAN.to(shares.device)) / LAND_DEVIATION.to(shares.device)
