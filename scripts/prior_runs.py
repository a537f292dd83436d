"""Small runs that differ in their prior alone, with the same networks, data and number of steps.

Runs that are finished are kept, so a comparison can be stopped and repeated; what has been measured
so far is in RUN/priors.json. Neither the lesson nor style mixing takes part.
"""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from models.model import Model
from training.gan_options import PRESETS, GanOptions
from training.loop import train_generator
from training.release import release_generator
from training.runs import load_state
from training.schedule import Progress, Steps

SEED = 950_000
"""Of what is drawn to be measured, apart from what is trained on."""


def parser_of(description: str | None) -> argparse.ArgumentParser:
    """A parser of what every comparison is told."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--resolution", type=int, default=32)
    return parser


def small(preset: str, resolution: int) -> GanOptions:
    """The options of a preset for networks that are trained in minutes."""
    return replace(
        PRESETS[preset],
        resolution=resolution,
        grid=resolution,
        channel_base=1024,
        channel_max=64,
        w_dim=64,
        style_mixing=0.0,
    )


def compare(
    asked: argparse.Namespace,
    base: GanOptions,
    priors: Sequence[str],
    same: Mapping[str, Any],
    measure: Callable[[Model], Mapping[str, Any]],
) -> None:
    """Train and measure what is missing.

    Args:
        same: what is the same for all rows of a comparison, and stands in each.
        measure: the figures of a model.

    Raises:
        SystemExit: the folder has a comparison in which that was something else.
    """
    out = asked.run / "priors.json"
    rows = json.loads(out.read_text()) if out.exists() else []
    if any(same.items() - row.items() for row in rows):
        raise SystemExit(f"{asked.run} has a comparison that is not {dict(same)}")
    for seed in range(asked.seeds):
        for prior in priors:
            if any((row["prior"], row["run_seed"]) == (prior, seed) for row in rows):
                continue
            folder = asked.run / f"{prior}-{seed}"
            begun = (folder / "state.pt").exists()
            if not (begun and Progress.of(load_state(folder)).is_over):
                options = replace(base, prior=prior, seed=seed)
                train_generator(options, folder, Steps(asked.steps), resume=begun)
            figures = measure(release_generator(folder, "land"))
            rows.append({"prior": prior, "run_seed": seed, **same, **figures})
            out.write_text(json.dumps(rows, indent=1) + "\n")
