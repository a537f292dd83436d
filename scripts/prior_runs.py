"""Small runs that differ in their prior, and in what can be made of it, with the same networks,
data and number of pictures.

Runs that are finished are kept, so a comparison can be stopped and repeated; what has been measured
so far is in RUN/priors.json. Style mixing takes no part.
"""

import argparse
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
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


@dataclass(frozen=True)
class Arm:
    """How the runs of a row are trained: steps of each phase, in their order.

    Attributes:
        lesson, sharpening: of a prior whose fields are known; of as many pictures as they have.
        game: of batches.
    """

    prior: str
    lesson: int = 0
    sharpening: int = 0
    game: int = 0

    def train(self, base: GanOptions, seed: int, folder: Path) -> None:
        """Train one, or go on with it; what is finished stays as it is."""
        begun = (folder / "state.pt").exists()
        if begun and self.is_over(load_state(folder)):
            return
        lesson, sharpening, game = (
            Steps(num) if num else None for num in (self.lesson, self.sharpening, self.game)
        )
        options = replace(base, prior=self.prior, seed=seed)
        train_generator(options, folder, game, warmup=lesson, sharpening=sharpening, resume=begun)

    def is_over(self, state: dict[str, Any]) -> bool:
        """Whether a run has passed its last phase."""
        last = "game" if self.game else "sharpening"
        return bool(state["phase"] == last) and Progress.of(state).is_over


def compare(
    asked: argparse.Namespace,
    base: GanOptions,
    arms: Mapping[str, Arm],
    same: Mapping[str, Any],
    measure: Callable[[Model], Mapping[str, Any]],
) -> None:
    """Train and measure what is missing.

    Args:
        arms: the rows by their names.
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
        for name, arm in arms.items():
            if any((row["prior"], row["run_seed"]) == (name, seed) for row in rows):
                continue
            folder = asked.run / f"{name}-{seed}"
            arm.train(base, seed, folder)
            figures = measure(release_generator(folder, "land"))
            rows.append({"prior": name, "run_seed": seed, **same, **figures})
            out.write_text(json.dumps(rows, indent=1) + "\n")
