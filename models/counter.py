"""Randomness by coordinates: a number for every place of an unbounded lattice, from a seed alone.

Nothing is stored and no order is kept: a place asked for twice gives the same number, so a picture
can be made in any pieces. The hash is the finaliser of SplitMix64 (Steele et al. 2014).
"""

import math

import torch
from torch import Tensor

STEP = 0x9E3779B97F4A7C15  # SplitMix64's increment: the golden ratio of 2^64
FACTORS = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)


def bits(seed: int | Tensor, *coordinates: Tensor) -> Tensor:
    """A hash (int64, all 64 bits) of a seed and integer coordinates, whose shapes broadcast: a
    lattice is cheapest by one axis each."""
    key = seed if isinstance(seed, Tensor) else torch.tensor(signed(seed))
    found = mixed(key + signed(STEP))
    for coordinate in coordinates:
        found = mixed((found ^ coordinate.to(torch.int64)) + signed(STEP))
    return found


def uniform(seed: int | Tensor, *coordinates: Tensor) -> Tensor:
    """Independent numbers in [0, 1), float64."""
    return to_unit(bits(seed, *coordinates))


def normal(seed: int | Tensor, *coordinates: Tensor) -> Tensor:
    """Independent numbers of N(0, 1), float64; by Box and Muller (1958)."""
    first = bits(seed, *coordinates)
    second = mixed(first + signed(STEP))
    radius = (-2 * torch.log1p(-to_unit(first))).sqrt()
    return radius * torch.cos(2 * math.pi * to_unit(second))


def to_unit(hashed: Tensor) -> Tensor:
    """The upper 53 bits as a number in [0, 1)."""
    return shifted(hashed, 11).double() / 2**53


def mixed(x: Tensor) -> Tensor:
    """Every bit of the outcome depends on every bit of x; one to one."""
    x = (x ^ shifted(x, 30)) * signed(FACTORS[0])
    x = (x ^ shifted(x, 27)) * signed(FACTORS[1])
    return x ^ shifted(x, 31)


def shifted(x: Tensor, places: int) -> Tensor:
    """Shift right, filling with zeros; torch's own shift of int64 repeats the sign."""
    return (x >> places) & ((1 << (64 - places)) - 1)


def signed(number: int) -> int:
    """The int64 of the same 64 bits."""
    return (number + 2**63) % 2**64 - 2**63
