"""A model of the Earth against the parts of it that no training saw."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from models.images import from_uint8, to_uint8
from models.model import Model
from training.evaluation.distributions import PatchCollector, sliced_wasserstein
from training.evaluation.evenness import unevenness
from training.evaluation.squares import squares
from training.planet import PlanetSquares, open_earth

BATCH = 64


@dataclass(frozen=True)
class PlanetFigures:
    """Of as many squares of the model as of each held-out set.

    Attributes:
        swd: sliced Wasserstein distance of the model's squares to held-out ones, × 1000.
        swd_earth: of other held-out squares to these.
        swd_trained: of squares that are trained on to these: another part of the same Earth.
        uneven: largest share that a step from pixel to pixel has by parity, of the model's squares.
        uneven_earth: of the held-out ones.
    """

    swd: float
    swd_earth: float
    swd_trained: float
    uneven: float
    uneven_earth: float


def evaluate_planet(model: Model, count: int, seed: int) -> PlanetFigures:
    """Compare the model's own squares with held-out ones of the Earth.

    Raises:
        TrainingError: the Earth's files are not there.
    """
    earth, size = open_earth(), model.layout.resolution

    def cut(of_seed: int, is_held_out: bool) -> Iterator[Tensor]:
        source = PlanetSquares(earth, size, of_seed, is_held_out=is_held_out)
        return (source.batch(min(BATCH, count - k)) for k in range(0, count, BATCH))

    with torch.no_grad():
        own, uneven = gathered(squares(model, count, seed), size)
    held, uneven_earth = gathered(cut(seed, True), size)
    others, _ = gathered(cut(seed + 1, True), size)
    trained, _ = gathered(cut(seed + 2, False), size)
    return PlanetFigures(
        swd=sliced_wasserstein(own, held),
        swd_earth=sliced_wasserstein(others, held),
        swd_trained=sliced_wasserstein(trained, held),
        uneven=uneven,
        uneven_earth=uneven_earth,
    )


def gathered(pictures: Iterable[Tensor], size: int) -> tuple[list[Tensor], float]:
    """Patches of every level of pictures, in 8 bits, and how uneven these are."""
    patches, found = PatchCollector(size), []
    for img in pictures:
        shown = from_uint8(to_uint8(img.cpu()))
        patches.add(shown)
        found.append(shown)
    return patches.descriptors(), unevenness(torch.cat(found))
