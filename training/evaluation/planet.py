"""A model of the Earth against the parts of it that no training saw."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import mean

import torch
from torch import Tensor
from tqdm import tqdm

from models.errors import ShapeError
from models.images import from_uint8, to_uint8
from models.land import Land
from models.model import Model
from training.evaluation.continuity import round_seam_ratio, seam_ratio, tile_difference
from training.evaluation.distributions import PatchCollector, sliced_wasserstein
from training.evaluation.evenness import unevenness
from training.evaluation.squares import squares
from training.planet import HALVES, PlanetSquares, open_earth
from training.planet.parts import Part

BATCH = 64
LANDS = 16  # whose seams are looked at
ROUND_LANDS = 64  # with one border each


@dataclass(frozen=True)
class PlanetFigures:
    """Of as many squares of the model as of each held-out set.

    Attributes:
        swd: sliced Wasserstein distance of the model's squares to held-out ones, × 1000: the mean
            of those to two sets that have no place in common.
        swd_earth: between these two.
        swd_trained: of squares that are trained on to them, as `swd`.
        swd_same: between two sets of squares of the same held-out places.
        uneven: largest share that a step from pixel to pixel has by parity, of the model's squares.
        uneven_earth: of the held-out ones.
        tile_max_diff: largest difference between a window drawn in tiles of several sizes, in
            levels of 255.
        seam_ratio: mean step between pixels across the borders of chunks, over that across other
            borders of cells; of `LANDS` lands.
        round_seam_ratio: the same where the map of a round land meets itself, of `ROUND_LANDS`
            lands: give or take 0.02.
    """

    swd: float
    swd_earth: float
    swd_trained: float
    swd_same: float
    uneven: float
    uneven_earth: float
    tile_max_diff: float
    seam_ratio: float
    round_seam_ratio: float


def evaluate_planet(model: Model, count: int, seed: int) -> PlanetFigures:
    """Compare the model's own squares with held-out ones of the Earth.

    Raises:
        TrainingError: the Earth's files are not there.
        ShapeError: the model was not trained spatially.
    """
    if model.prior is None:
        raise ShapeError(
            f"{model.card.id} was not trained spatially: it draws no squares of a land"
        )
    earth, size = open_earth(), model.layout.resolution

    def cut(of_seed: int, within: Sequence[Part]) -> Iterator[Tensor]:
        source = PlanetSquares(earth, size, of_seed, within=within)
        parts = tqdm(range(0, count, BATCH), desc="Cutting squares of the Earth", unit="batch")
        return (source.batch(min(BATCH, count - k)) for k in parts)

    with torch.no_grad():
        drawn = tqdm(squares(model, count, seed), desc="Drawing squares", unit="batch")
        own, uneven = gathered(drawn, size)
    halves = [gathered(cut(seed, half), size) for half in HALVES]
    again, _ = gathered(cut(seed + 1, HALVES[0]), size)
    trained, _ = gathered(cut(seed + 2, ()), size)

    def to_halves(patches: list[Tensor]) -> float:
        return mean(sliced_wasserstein(patches, half) for half, _ in halves)

    return PlanetFigures(
        swd=to_halves(own),
        swd_earth=sliced_wasserstein(halves[0][0], halves[1][0]),
        swd_trained=to_halves(trained),
        swd_same=sliced_wasserstein(again, halves[0][0]),
        uneven=uneven,
        uneven_earth=mean(found for _, found in halves),
        tile_max_diff=tile_difference(Land(model, seed)),
        seam_ratio=mean(seam_ratio(Land(model, seed + k)) for k in range(LANDS)),
        round_seam_ratio=round_seam_ratio(model, range(seed, seed + ROUND_LANDS)),
    )


def gathered(pictures: Iterable[Tensor], size: int) -> tuple[list[Tensor], float]:
    """Patches of every level of pictures, in 8 bits, and how uneven these are."""
    patches, found = PatchCollector(size), []
    for img in pictures:
        shown = from_uint8(to_uint8(img.cpu()))
        patches.add(shown)
        found.append(shown)
    return patches.descriptors(), unevenness(torch.cat(found))
