"""Spatial priors: how z is distributed over the cells of a picture, or of an endless plane.

Every channel of z is a random field. All priors here are separable: a field is A ε Bᵀ with white
noise ε and a factor for each axis; what is measured on real maps is mixed of such fields, and moved
at every place. Source of the idea: Sypetkowski 2023 (abstract: closer elements
depend more on each other); the fields are ours.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from models.counter import normal
from models.errors import ShapeError
from models.transport import Transport

REACH = 4.0  # widths of the filter beyond which weights are left out: 3e-4 of the middle one
APART = 1 << 48  # between the seeds of fields that are mixed
GLOBAL = 1 << 40  # rows from here on are for what is the same on the whole plane


class Prior(Protocol):
    """A distribution of fields.

    Attributes:
        lengths: shortest and longest correlation length in training, in base cells.
        global_share: of the variance that is one value per channel on the whole plane.
    """

    @property
    def lengths(self) -> tuple[float, float]: ...

    @property
    def global_share(self) -> float: ...

    def parts(self, channels: int) -> Sequence[tuple[float, int]]:
        """The independent fields that one of C channels is mixed of: of each, its correlation
        length over the one that is asked for, and how many channels it has."""
        ...

    def mixed(self, parts: Sequence[Tensor]) -> Tensor:
        """One field [N, C, h, w] of its parts."""
        ...

    def factor(self, cells: int, length: Tensor, rng: torch.Generator | None) -> Tensor:
        """Factors [N, cells, K] of one axis, for correlation lengths [N] in base cells."""
        ...

    def weights(self, begin: int, cells: int, length: float) -> tuple[Tensor, Tensor]:
        """The knots [K] on an endless axis that `cells` cells from `begin` depend on, and their
        weights [cells, K]."""
        ...

    def step(self, length: float) -> float:
        """Base cells from one knot to the next."""
        ...


@dataclass(frozen=True)
class GaussianPrior:
    """Every cell N(0, 1); correlation exp(-d² / 2 length²) at a distance of d cells. Ours.

    A length of 0 makes cells independent; a global share of 1 is plain StyleGAN2's one vector.
    """

    lengths: tuple[float, float] = (2.0, 8.0)
    global_share: float = 0.25

    def parts(self, channels: int) -> Sequence[tuple[float, int]]:
        """Itself."""
        return [(1.0, channels)]

    def mixed(self, parts: Sequence[Tensor]) -> Tensor:
        """The only one."""
        return parts[0]

    def factor(self, cells: int, length: Tensor, _rng: torch.Generator | None) -> Tensor:
        """The symmetric root of the correlation: [N, cells, cells]."""
        places = torch.arange(cells, dtype=torch.float64)
        distance = places[:, None] - places[None]
        scaled = distance[None] / length.double().clamp(min=1e-3)[:, None, None]
        values, vectors = torch.linalg.eigh(torch.exp(-0.5 * scaled.square()))
        root: Tensor = vectors * values.clamp(min=0).sqrt()[:, None, :] @ vectors.mT
        return root.float()

    def weights(self, begin: int, cells: int, length: float) -> tuple[Tensor, Tensor]:
        """A Gaussian filter of unit norm, of which white noise comes out with that correlation."""
        width = length / math.sqrt(2)  # a Gaussian's autocorrelation is √2 wider
        reach = math.ceil(REACH * width)
        knots = torch.arange(begin - reach, begin + cells + reach)
        places = torch.arange(begin, begin + cells)
        away = (knots[None] - places[:, None]).double()
        weights = torch.exp(-0.5 * (away / max(width, 1e-3)).square())
        weights = torch.where(away.abs() <= reach, weights, 0.0)
        return knots, weights / weights.norm(dim=1, keepdim=True)

    def step(self, _length: float) -> float:
        """A knot in every cell."""
        return 1.0


Numbers = tuple[float, ...]


@dataclass(frozen=True)
class MeasuredPrior(GaussianPrior):
    """The first channels correlated with each other and over distance as real maps are, and moved
    to what occurs together (`training/planet/fields.py`). Ours.

    A channel is a sum of fields of several lengths, so that it may have detail and reach far; of
    each length there are K, mixed, so that the first K channels go together. Each of them is about
    N(0, 1) at a cell. The other channels are as `GaussianPrior` has them.

    Attributes:
        lengths: in base cells; at this one, correlations are those that were measured.
        scales: the S lengths of which the known channels have fields, over the one asked for; 1 is
            among them.
        shares: [K][S], of the variance of a channel that is of each scale.
        mixing: [K][K]: row c has what channel c takes of each of K fields; a unit vector.
        transport: of the K channels of a cell.
    """

    scales: Numbers = (1.0,)
    shares: tuple[Numbers, ...] = ()
    mixing: tuple[Numbers, ...] = ()
    transport: Transport = Transport()

    def parts(self, channels: int) -> Sequence[tuple[float, int]]:
        """One for each scale: the known channels of all, the others of the length asked for."""
        return [(s, channels if s == 1 else min(channels, len(self.mixing))) for s in self.scales]

    def mixed(self, parts: Sequence[Tensor]) -> Tensor:
        """The known channels of all of them; the others of the one with the length asked for."""
        of_scales = torch.stack([part[:, : len(self.mixing)] for part in parts])
        weights, mixing = (torch.tensor(x).to(of_scales) for x in (self.shares, self.mixing))
        known = torch.einsum("cs,ck,snkyx->ncyx", weights.sqrt(), mixing, of_scales)
        others = parts[self.scales.index(1.0)][:, len(self.mixing) :]
        return torch.cat([self.transport(known), others], dim=1)


@dataclass(frozen=True)
class AnchorPrior:
    """Independent vectors every few cells, and linear interpolation between them.

    Cells between anchors vary less than N(0, 1): it is here to be compared with. Ours, after the
    anchors of Skorokhodov et al. 2021 (ALIS).

    Attributes:
        lengths: the distance between anchors, in base cells.
    """

    lengths: tuple[float, float] = (4.0, 4.0)
    global_share: float = 0.25

    def parts(self, channels: int) -> Sequence[tuple[float, int]]:
        """Itself."""
        return [(1.0, channels)]

    def mixed(self, parts: Sequence[Tensor]) -> Tensor:
        """The only one."""
        return parts[0]

    def factor(self, cells: int, length: Tensor, rng: torch.Generator | None) -> Tensor:
        """Weights of the anchors from a random place on."""
        begins = (torch.rand(len(length), generator=rng) * 64).long().tolist()
        pairs = zip(begins, length.tolist(), strict=True)
        rows = [self.weights(begin, cells, each)[1].float() for begin, each in pairs]
        most = max(row.shape[1] for row in rows)
        return torch.stack([torch.nn.functional.pad(r, [0, most - r.shape[1]]) for r in rows])

    def weights(self, begin: int, cells: int, length: float) -> tuple[Tensor, Tensor]:
        """Hat functions around the anchors."""
        places = torch.arange(begin, begin + cells, dtype=torch.float64) / length
        knots = torch.arange(math.floor(places[0]), math.floor(places[-1]) + 2)
        return knots, (1 - (places[:, None] - knots[None]).abs()).clamp(min=0)

    def step(self, length: float) -> float:
        """As far as it is correlated."""
        return length


KINDS: dict[str, type[GaussianPrior] | type[AnchorPrior]] = {
    "gaussian": GaussianPrior,
    "anchors": AnchorPrior,
    "measured": MeasuredPrior,
}


def describe_prior(prior: Prior) -> dict[str, Any]:
    """A prior as `config.json` has it."""
    kind = next(name for name, made in KINDS.items() if type(prior) is made)
    described = {"kind": kind, "lengths": list(prior.lengths), "global_share": prior.global_share}
    if isinstance(prior, MeasuredPrior):
        described |= {"scales": prior.scales, "shares": prior.shares, "mixing": prior.mixing}
        described |= {"transport": prior.transport.layers}
    return described


def read_prior(entry: Mapping[str, Any]) -> Prior:
    """The prior that `config.json` describes."""
    low, high = entry["lengths"]
    lengths, share = (float(low), float(high)), float(entry["global_share"])
    if entry["kind"] == "measured":
        scales = tuple(entry["scales"])
        shares, mixing = (tuple(map(tuple, entry[name])) for name in ("shares", "mixing"))
        layers = (
            tuple(tuple(map(float, row)) for row in layer) for layer in entry.get("transport", ())
        )
        transport = Transport(tuple(layers))
        if transport.layers and len(transport.layers[-1]) != len(mixing):
            raise ShapeError("a prior's transport moves other channels than are mixed")
        return MeasuredPrior(lengths, share, scales, shares, mixing, transport)
    return KINDS[entry["kind"]](lengths, share)


PRIORS: dict[str, Prior] = {
    "vector": GaussianPrior((0.0, 0.0), 1.0),
    "cells": GaussianPrior((0.0, 0.0), 0.0),
    "anchors": AnchorPrior(),
    "field": GaussianPrior(),
}


def sample_fields(
    prior: Prior,
    num: int,
    channels: int,
    rows: int,
    columns: int,
    device: torch.device,
    rng: torch.Generator | None = None,
) -> Tensor:
    """Draw fields z [num, C, rows, columns] for training, each with a length of its own.

    Args:
        rng: on the CPU; torch's own if None.
    """
    length = sample_lengths(prior, num, rng)
    parts = []
    for scale, num_channels in prior.parts(channels):
        down = prior.factor(rows, scale * length, rng).to(device)
        across = prior.factor(columns, scale * length, rng).to(device)
        noise = white((num, num_channels, down.shape[2], across.shape[2]), device, rng)
        parts.append(down[:, None] @ noise @ across[:, None].mT)
    local = prior.mixed(parts)
    whole = white((num, channels, 1, 1), device, rng)
    share = prior.global_share
    return math.sqrt(1 - share) * local + math.sqrt(share) * whole


def sample_lengths(prior: Prior, num: int, rng: torch.Generator | None = None) -> Tensor:
    """Draw correlation lengths [num] in base cells, log-uniform between the prior's.

    Args:
        rng: on the CPU; torch's own if None.
    """
    low, high = (math.log(max(length, 1e-3)) for length in prior.lengths)
    return torch.exp(low + (high - low) * torch.rand(num, generator=rng))


def white(shape: tuple[int, ...], device: torch.device, rng: torch.Generator | None) -> Tensor:
    """N(0, 1), drawn where it is needed unless a generator on the CPU is given."""
    if rng is None:
        return torch.randn(shape, device=device)
    return torch.randn(shape, generator=rng).to(device)


def field_window(
    prior: Prior,
    seed: int,
    channels: int,
    place: tuple[int, int, int, int],
    length: float,
    around: int | None = None,
) -> Tensor:
    """The field of a seed on some cells of an endless plane: z [1, C, rows, columns].

    A function of the absolute place, so a window is the same as that part of any larger one.

    Args:
        place: first row and column, which may be negative, and rows and columns.
        length: correlation length in base cells.
        around: base cells after which it comes round to where it began, across; None: never.

    Raises:
        ShapeError: it cannot come round after so many.
    """
    top, left, rows, columns = place
    every = torch.arange(channels)
    parts = []
    for k, (scale, num_channels) in enumerate(prior.parts(channels)):
        down, by_row = prior.weights(top, rows, scale * length)
        across, by_column = prior.weights(left, columns, scale * length)
        if around is not None:
            across, by_column = closed(across, by_column, around / prior.step(scale * length))
        drawn = every[:num_channels, None, None]
        noise = normal(seed + k * APART, drawn, down[:, None], across)
        parts.append((by_row @ noise @ by_column.T)[None])
    local = prior.mixed(parts)[0]
    whole = normal(seed, every, torch.full_like(every, GLOBAL), every)[:, None, None]
    share = prior.global_share
    return (math.sqrt(1 - share) * local + math.sqrt(share) * whole).float()[None]


def closed(knots: Tensor, weights: Tensor, num: float) -> tuple[Tensor, Tensor]:
    """Knots [K] and weights [cells, K] of an endless axis, on one that has `num` knots all round.

    Where a cell takes of a knot from both sides, its weights are scaled so that the variance of
    what they make of white noise is what it was.

    Raises:
        ShapeError: `num` is not a whole number.
    """
    if num < 1 or not float(num).is_integer():
        raise ShapeError(f"a land comes round after a whole number of knots, not {num}")
    wrapped = knots % int(num)
    if len(knots) <= num:
        return wrapped, weights
    sums = weights.new_zeros(len(weights), int(num)).index_add_(1, wrapped, weights)
    norms = [each.norm(dim=1, keepdim=True) for each in (weights, sums)]
    return wrapped, weights * (norms[0] / norms[1])
