"""The paper's claim on real imagery: fields of latents against one vector a picture, with the same
networks, squares of the Earth and number of pictures (`scripts/prior_runs.py`).

    python -m scripts.compare_planet_priors --run runs/planet-priors [--steps 3000] [--seeds 3]

The vector plays StyleGAN2's game alone, since of a vector nobody knows what its picture should
show; of the Earth's own fields that is known, so they have the lesson and the sharpening instead,
as `planet` had. `--arms field planet` plays the game alone with Gaussian and with measured fields.

Distances are Fréchet's to squares of the parts of the Earth that are held out, in the features of a
network that took no part, for pictures of the training size and for squares at random places of
lands (of a vector: of one everywhere).
"""

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from models.model import Model
from scripts.prior_runs import SEED, Arm, compare, parser_of, small
from training.evaluation.distributions import frechet_distance
from training.evaluation.efficientnet import open_efficientnet
from training.evaluation.embeddings import embedded
from training.evaluation.squares import BATCH, cut, squares
from training.planet import PARTS, PlanetSquares, open_earth
from training.planet_lesson import BATCH as OF_LESSON

COUNT = 1024
TAUGHT = "taught"  # fields that had the lesson
LESSON = 1 / 3  # of their pictures; the rest are of the sharpening
PRIORS = ("vector", "planet", "field", "cells")


def main() -> None:
    """Train and measure what is missing."""
    parser = parser_of(__doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    names = (TAUGHT, *PRIORS)
    parser.add_argument("--arms", nargs="+", choices=names, default=["vector", TAUGHT])
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

    base = small("planet64", asked.resolution)
    nimg = asked.steps * base.batch
    arms = {name: Arm(name, game=asked.steps) for name in PRIORS}
    lesson = round(LESSON * nimg / OF_LESSON)
    arms[TAUGHT] = Arm("planet", lesson=lesson, sharpening=nimg // OF_LESSON - lesson)
    same = {"nimg": nimg, "resolution": asked.resolution, "count": asked.count}
    compare(asked, base, {name: arms[name] for name in asked.arms}, same, measure)


def held_out(resolution: int, seed: int, count: int) -> Iterator[Tensor]:
    """Squares of the parts of the Earth that are held out."""
    source = PlanetSquares(open_earth(), resolution, seed, within=PARTS)
    for k in range(0, count, BATCH):
        yield source.batch(min(BATCH, count - k))


if __name__ == "__main__":
    torch.set_flush_denormal(True)
    main()
