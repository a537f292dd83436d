"""The paper's claim on real imagery: a field of latents against one vector and against cells that
know nothing of each other, with the same networks, squares of the Earth and number of steps.

    python -m scripts.compare_planet_priors --run runs/planet-priors [--steps 3000] [--seeds 3]

Distances are Fréchet's to squares of the parts of the Earth that are held out, in the features of a
network that took no part, for pictures of the training size and for squares at random places of
large ones. Runs that are finished are kept, so it can be stopped and repeated; what has been
measured so far is in RUN/priors.json. Neither the lesson nor style mixing takes part.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from training.evaluation.distributions import frechet_distance
from training.evaluation.efficientnet import open_efficientnet
from training.evaluation.embeddings import embedded
from training.evaluation.squares import BATCH, cut, squares
from training.gan_options import PRESETS
from training.loop import train_generator
from training.planet import PARTS, PlanetSquares, open_earth
from training.release import release_generator
from training.runs import load_state
from training.schedule import Progress, Steps

PRIORS = ("vector", "field", "cells")
COUNT = 2048
SEED = 950_000


def main() -> None:
    """Train and measure what is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--resolution", type=int, default=32)
    parser.add_argument("--count", type=int, default=COUNT)
    asked = parser.parse_args()
    base = replace(
        PRESETS["planet64"],
        resolution=asked.resolution,
        grid=asked.resolution,
        channel_base=1024,
        channel_max=64,
        w_dim=64,
        style_mixing=0.0,
    )
    network = open_efficientnet(torch.device("cpu"))

    def features(batches: Iterator[Tensor], title: str) -> Tensor:
        return embedded([network], batches, asked.count, title)[0]

    held, others = (
        features(held_out(asked.resolution, SEED + k, asked.count), "Held-out squares")
        for k in range(2)
    )
    out = asked.run / "priors.json"
    rows = json.loads(out.read_text()) if out.exists() else []
    asked_for = {"steps": asked.steps, "resolution": asked.resolution, "count": asked.count}
    if any(asked_for.items() - row.items() for row in rows):
        parser.error(f"{asked.run} compares with other steps, pictures or sizes")
    for seed in range(asked.seeds):
        for prior in PRIORS:
            if any((row["prior"], row["run_seed"]) == (prior, seed) for row in rows):
                continue
            options = replace(base, prior=prior, seed=seed)
            folder = asked.run / f"{prior}-{seed}"
            begun = (folder / "state.pt").exists()
            if not (begun and Progress.of(load_state(folder)).is_over):
                train_generator(options, folder, Steps(asked.steps), resume=begun)
            model = release_generator(folder, "land")
            alone = features(squares(model, asked.count, SEED), "Pictures")
            within = features(cut(model, asked.count, SEED), "Squares of lands")
            row = asked_for | {
                "prior": prior,
                "run_seed": seed,
                "frechet_earth": frechet_distance(held, others),
                "frechet_square": frechet_distance(held, alone),
                "frechet_land": frechet_distance(held, within),
            }
            rows.append(row)
            out.write_text(json.dumps(rows, indent=1) + "\n")


def held_out(resolution: int, seed: int, count: int) -> Iterator[Tensor]:
    """Squares of the parts of the Earth that no training sees."""
    source = PlanetSquares(open_earth(), resolution, seed, within=PARTS)
    for k in range(0, count, BATCH):
        yield source.batch(min(BATCH, count - k))


if __name__ == "__main__":
    torch.set_flush_denormal(True)
    main()
