"""Spatial priors compared: the same networks, data and number of steps, several seeds of each.

    python -m scripts.ablate_priors --run runs/priors --steps 3000 --seeds 3

Needs torch and little else. Runs that are finished are kept, so it can be stopped and repeated;
what it has measured so far is in RUN/priors.json. Neither the lesson nor style mixing takes part.
"""

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path

import torch

from models.prior import PRIORS
from training.domains import Aerial
from training.evaluation.land_distances import land_distances
from training.gan_options import PRESETS
from training.loop import train_generator
from training.perceptual import train_perceptual
from training.release import release_generator
from training.runs import load_state
from training.schedule import Minutes, Progress, Steps

SQUARES = 512
SEED = 950_000


def main() -> None:
    """Train and measure what is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--priors", nargs="+", choices=list(PRIORS), default=list(PRIORS))
    parser.add_argument("--resolution", type=int, default=32)
    parser.add_argument("--reader-minutes", type=float, default=10)
    parser.add_argument("--scale", type=float, default=1.0, help="0.5: from twice as far")
    asked = parser.parse_args()
    base = replace(
        PRESETS["aerial64"],
        resolution=asked.resolution,
        grid=asked.resolution,
        channel_base=1024,
        channel_max=64,
        w_dim=64,
        style_mixing=0.0,
        scale=asked.scale,
    )
    domain = Aerial(asked.scale)
    net = train_perceptual(
        asked.run / "perceptual",
        Steps(0)
        if (asked.run / "perceptual" / "state.pt").exists()
        else Minutes(asked.reader_minutes),
        domain=domain,
        resolution=asked.resolution,
        resume=True,
    )
    net = net.eval().requires_grad_(False)
    out = asked.run / "priors.json"
    rows = json.loads(out.read_text()) if out.exists() else []
    if any(row["scale"] != asked.scale for row in rows):
        parser.error(f"{asked.run} compares priors at another scale")
    for seed in range(asked.seeds):
        for prior in asked.priors:
            if any((row["prior"], row["run_seed"]) == (prior, seed) for row in rows):
                continue
            options = replace(base, prior=prior, seed=seed)
            folder = asked.run / f"{prior}-{seed}"
            begun = (folder / "state.pt").exists()
            if not (begun and Progress.of(load_state(folder)).is_over):
                train_generator(options, folder, Steps(asked.steps), resume=begun)
            model = replace(release_generator(folder, "land"), perceptual=net)
            figures = asdict(land_distances(model, SQUARES, SEED, domain))
            rows.append(
                {
                    "prior": prior,
                    "run_seed": seed,
                    "scale": asked.scale,
                    "nimg": options.batch * asked.steps,
                }
                | figures
            )
            out.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    torch.set_flush_denormal(True)
    main()
