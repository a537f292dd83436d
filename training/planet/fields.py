"""What a field of z says of the Earth: a few amounts for every cell, each made N(0, 1).

What a place has is a score that has no end and no ties, such as how white it is and not whether it
is ice. What only land has is thought on over the sea, and depth over the land, so that every cell
has every amount, as every cell of a field does. Ours.
"""

import functools
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from models.latents import Cells
from models.prior import MeasuredPrior
from training.planet.earth import Earth, open_earth
from training.planet.joint import transport_to
from training.planet.maps import MAPS, ramp
from training.planet.sphere import Place, looked_up, seen_from
from training.planet.squares import SQUARE_KM, place_of

CHANNEL_TITLES = {
    "land": "Land",
    "height": "Mountains",
    "depth": "Deep sea",
    "warmth": "Warmth",
    "green": "Forest",
    "sand": "Desert",
    "ice": "Snow and ice",
    "relief": "Rough country",
}
"""What the first channels of z are, and as what a person paints more of them."""
CHANNELS = tuple(CHANNEL_TITLES)
CELL_KM = SQUARE_KM / 4
SAMPLES = 4  # per cell and axis
QUANTILES = 257
MEASURED = 3000  # squares
SCALES = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Correlation lengths that are mixed, over the coherence."""
COHERENCE = 4.0  # in cells: that of the Earth, by definition
REACH = 10  # cells over which correlations are measured


@functools.cache
def scores_everywhere(earth: Earth) -> Tensor:
    """The amounts of every place of the coarse Earth, each in a unit of its own: [K, H, W]."""
    layers = earth.coarse.float()
    red, green, blue = layers[:3].unbind(0)
    maps = dict(zip(MAPS, layers[3:] / 255, strict=True))
    dry, wet = 1 - maps["water"], maps["water"]
    leaves = (2 * green - red - blue) / (red + green + blue + 12)
    white = 2 * layers[:3].amin(dim=0) - layers[:3].amax(dim=0)
    ground = torch.stack([maps["height"], leaves, red - blue, white, maps["relief"]])
    height, leafy, sandy, icy, rough = thought_on(ground, ramp(dry, 0.4, 0.9))
    (depth,) = thought_on(maps["depth"][None], ramp(wet, 0.4, 0.9))
    return torch.stack([inland(dry), height, depth, maps["warmth"], leafy, sandy, icy, rough])


def scores_of(earth: Earth, place: Place, cells: Cells) -> Tensor:
    """The amounts of every cell around a place: [K, h, w]."""
    size = (cells[0] * SAMPLES, cells[1] * SAMPLES)
    points = seen_from(place, size, CELL_KM / SAMPLES)
    return F.avg_pool2d(looked_up(scores_everywhere(earth), points), SAMPLES)


def inland(dry: Tensor) -> Tensor:
    """How far from the sea a place is, or from land: -1 to 1, and 0 about the coast.

    The mean share of land, from where it is wide to one sample: it goes on changing far from any
    coast.

    Args:
        dry: [H, W], 1 on land.
    """
    height, width = dry.shape
    shares, x = [], dry[None, None]
    while min(x.shape[2:]) > 1:
        shares.append(F.interpolate(x, (height, width), mode="bilinear")[0, 0])
        x = F.avg_pool2d(x, 2)
    return 2 * torch.stack(shares).mean(dim=0) - 1


def thought_on(values: Tensor, weight: Tensor) -> Tensor:
    """Values [C, H, W] where they weigh, and elsewhere what is known around, from ever further.

    Source: pull and push of Gortler et al. 1996 (the lumigraph), section 3.4.
    """

    def go_on(pulled: Tensor, weights: Tensor) -> Tensor:
        own = pulled / weights.clamp(min=1e-4)
        if min(pulled.shape[1:]) == 1:
            return own
        coarser = go_on(F.avg_pool2d(pulled[None], 2)[0], F.avg_pool2d(weights[None], 2)[0])
        pushed = F.interpolate(coarser[None], pulled.shape[1:], mode="bilinear")[0]
        return torch.lerp(pushed, own, weights)

    return go_on(values * weight, weight[None])


@dataclass(frozen=True)
class Amounts:
    """How scores become N(0, 1), and back.

    Attributes:
        quantiles: [K, Q], evenly from the least to the most.
    """

    quantiles: Tensor

    @staticmethod
    def of(scores: Tensor) -> "Amounts":
        """Measured on scores [K, P] of many cells."""
        steps = torch.linspace(0, 1, QUANTILES)
        return Amounts(torch.quantile(scores, steps, dim=1).T.contiguous())

    def to_normal(self, scores: Tensor) -> Tensor:
        """Scores [K, h, w] as z [K, h, w]; what lies beyond all that was measured is at the end."""
        table, last = self.quantiles, self.quantiles.shape[1] - 1
        flat = scores.flatten(1).contiguous()
        above = torch.searchsorted(table, flat).clamp(1, last)
        low, high = table.gather(1, above - 1), table.gather(1, above)
        within = ((flat - low) / (high - low).clamp(min=1e-9)).clamp(0, 1)
        share = (above - 1 + within) / last
        edge = 0.5 / last
        z: Tensor = torch.special.ndtri(share.clamp(edge, 1 - edge)).view_as(scores)
        return z

    def to_scores(self, z: Tensor) -> Tensor:
        """z [K, h, w] as scores [K, h, w]."""
        last = self.quantiles.shape[1] - 1
        place = torch.special.ndtr(z.flatten(1)) * last
        below = place.floor().long().clamp(0, last - 1)
        low, high = self.quantiles.gather(1, below), self.quantiles.gather(1, below + 1)
        return torch.lerp(low, high, place - below).view_as(z)


@dataclass(frozen=True)
class Fields:
    """How the Earth's amounts are distributed: over places, among each other, and over distance."""

    amounts: Amounts
    prior: MeasuredPrior


def measure(earth: Earth, num: int, seed: int = 0) -> Fields:
    """Measure them on squares that are not held out, with what surrounds each."""
    side = 4 + 2 * REACH // 2
    margin = (side - 4) // 2
    scores = torch.stack(
        [scores_of(earth, place_of(earth, seed, i), (side, side)) for i in range(num)]
    )
    inner = scores[:, :, margin:-margin, margin:-margin]
    amounts = Amounts.of(inner.transpose(0, 1).flatten(1))
    z = torch.stack([amounts.to_normal(each) for each in scores])
    # What varies together: principal components, each of variance 1.
    shares = torch.stack([shares_over(correlation(channel)) for channel in z.unbind(1)])
    cells = z[:, :, margin:-margin, margin:-margin].transpose(0, 1).flatten(1)
    mixing = mixing_of(torch.corrcoef(cells), shares)
    prior = MeasuredPrior(
        lengths=(COHERENCE, COHERENCE),
        global_share=0.0,
        scales=SCALES,
        shares=tuple(tuple(row) for row in shares.tolist()),
        mixing=tuple(tuple(row) for row in mixing.tolist()),
        transport=transport_to(cells.T),
    )
    return Fields(amounts, prior)


def mixing_of(among: Tensor, shares: Tensor) -> Tensor:
    """What channels [K, K] take of independent fields to be correlated as `among` [K, K] says.

    Two channels meet in the scales that they share, so those that share few are mixed more alike,
    as far as that can be.
    """
    shared = shares.sqrt() @ shares.sqrt().T
    values, vectors = torch.linalg.eigh(among / shared)
    mixing = vectors * values.clamp(min=0).sqrt()
    unit: Tensor = mixing / mixing.norm(dim=1, keepdim=True)
    return unit


def correlation(factor: Tensor) -> Tensor:
    """Correlations [REACH] of fields [N, h, w] at distances of 0, 1, … cells, down and across."""
    factor = factor - factor.mean()
    side = factor.shape[1]
    found = [
        (factor[:, : side - d] * factor[:, d:]).mean()
        + (factor[:, :, : side - d] * factor[:, :, d:]).mean()
        for d in range(REACH)
    ]
    return torch.stack(found) / found[0]


def shares_over(correlation: Tensor, steps: int = 2000) -> Tensor:
    """The mixture [S] of Gaussian correlations that is nearest to a measured one [D].

    Source: non-negative least squares by multiplication, Lee and Seung 2000.
    """
    lengths = COHERENCE * torch.tensor(SCALES)
    distance = torch.arange(len(correlation))[:, None]
    basis = torch.exp(-0.5 * (distance / lengths).square())
    wanted = basis.T @ correlation.clamp(min=0)
    shares = torch.full_like(lengths, 1 / len(lengths))
    for _ in range(steps):
        shares = shares * wanted / (basis.T @ (basis @ shares)).clamp(min=1e-12)
    return shares / shares.sum()


@functools.cache
def measured() -> Fields:
    """The fields of the real Earth: half a minute, once.

    Raises:
        TrainingError: its files are not there.
    """
    return measure(open_earth(), MEASURED)
