"""The paper's claim on real imagery: fields of latents, the Earth's own (`planet`) and a Gaussian
one (`field`), against one vector and against cells that know nothing of each other, with the same
networks, squares of the Earth and number of steps (`scripts/prior_runs.py`).

    python -m scripts.compare_planet_priors --run runs/planet-priors [--steps 3000] [--seeds 3]

Distances are Fréchet's to squares of the parts of the Earth that are held out, in the features of a
network that took no part, for pictures of the training size and for squares at random places of
large ones.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from models.model import Model
from scripts.prior_runs import SEED, compare, parser_of, small
from training.evaluation.distributions import frechet_distance
from training.evaluation.efficientnet import open_efficientnet
from training.evaluation.embeddings import embedded
from training.evaluation.squares import BATCH, cut, squares
from training.planet import PARTS, PlanetSquares, open_earth

PRIORS = ("vector", "planet", "field", "cells")
COUNT = 2048


def main() -> None:
    """Train and measure what is missing."""
    parser = parser_of(__doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    asked = parser.parse_args()
    network = open_efficientnet(torch.device("cpu"))

    def features(batches: Iterator[Tensor], title: str) -> Tensor:
        return embedded([network], batches, asked.count, title)[0]

    held, others = (
        features(held_out(asked.resolution, SEED + k, asked.count), "Held-out squares")
        for k in range(2)
    )

    def measure(model: Model) -> Mapping[str, Any]:
        alone = features(squares(model, asked.count, SEED), "Pictures")
        within = features(cut(model, asked.count, SEED), "Squares of lands")
        return {
            "frechet_earth": frechet_distance(held, others),
            "frechet_square": frechet_distance(held, alone),
            "frechet_land": frechet_distance(held, within),
        }

    same = {"steps": asked.steps, "resolution": asked.resolution, "count": asked.count}
    compare(asked, small("planet64", asked.resolution), PRIORS, same, measure)


def held_out(resolution: int, seed: int, count: int) -> Iterator[Tensor]:
    """Squares of the parts of the Earth that no training sees."""
    source = PlanetSquares(open_earth(), resolution, seed, within=PARTS)
    for k in range(0, count, BATCH):
        yield source.batch(min(BATCH, count - k))


if __name__ == "__main__":
    torch.set_flush_denormal(True)
    main()
