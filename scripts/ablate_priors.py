"""Spatial priors compared on drawn land: the same networks, data and number of steps, several seeds
of each (`scripts/prior_runs.py`). No lesson takes part.

    python -m scripts.ablate_priors --run runs/priors --steps 3000 --seeds 3

Needs torch and little else.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import torch

from models.model import Model
from models.prior import PRIORS
from scripts.prior_runs import SEED, Arm, compare, parser_of, small
from training.domains.aerial import Aerial
from training.evaluation.land_distances import land_distances
from training.perceptual import train_perceptual
from training.schedule import Minutes, Steps

SQUARES = 512


def main() -> None:
    """Train and measure what is missing."""
    parser = parser_of(__doc__)
    parser.add_argument("--priors", nargs="+", choices=list(PRIORS), default=list(PRIORS))
    parser.add_argument("--reader-minutes", type=float, default=10)
    parser.add_argument("--scale", type=float, default=1.0, help="0.5: from twice as far")
    asked = parser.parse_args()
    base = replace(small("aerial64", asked.resolution), scale=asked.scale)
    domain = Aerial(asked.scale)
    is_read = (asked.run / "perceptual" / "state.pt").exists()
    net = train_perceptual(
        asked.run / "perceptual",
        Steps(0) if is_read else Minutes(asked.reader_minutes),
        domain=domain,
        resolution=asked.resolution,
        resume=True,
    )
    net = net.eval().requires_grad_(False)

    def measure(model: Model) -> Mapping[str, Any]:
        read = replace(model, perceptual=net)
        return asdict(land_distances(read, SQUARES, SEED, domain))

    same = {"scale": asked.scale, "nimg": base.batch * asked.steps}
    arms = {prior: Arm(prior, game=asked.steps) for prior in asked.priors}
    compare(asked, base, arms, same, measure)


if __name__ == "__main__":
    torch.set_flush_denormal(True)
    main()
