"""Train a model of drawn people from nothing, part after part, in one command to be repeated.

    python -m scripts.train_portraits --run runs/portraits --preset gpu256 --minutes 25

Needs torch, numpy, pillow, safetensors and tqdm only: a bare GPU machine will do. Parts that are
finished are kept; the part in hand goes on where it stopped. The model is in RUN/model.
"""

import argparse
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from models.model import load_model, save_model
from models.perceptual import PerceptualNet
from training.attributes import train_attributes
from training.calibration import calibrate
from training.data import FreshPortraits
from training.domains import find_domain
from training.drawn import DRAWN
from training.encoder import Redrawing, train_encoder
from training.evaluation.judge import save_judge
from training.gan_options import PRESETS
from training.loop import train_generator
from training.perceptual import JUDGE_WIDTHS, train_perceptual
from training.reader import fit_reader
from training.release import release_generator
from training.schedule import Length, Minutes, Steps

SHARES = {"perceptual": 0.08, "generator": 0.62, "judge": 0.06, "encoder": 0.24, "attributes": 0.0}
"""Of the minutes; the lesson says the attributes, and they are only made as long as it takes."""
PORTRAIT_PRESETS = sorted(
    name for name, preset in PRESETS.items() if preset.data == "portraits" and preset.prior is None
)
TEACHER = 12.0  # weight of the known factors in the game: about the size of D's gradient
GAME_SHARE = 0.3  # of the generator's minutes
JUDGE_SEED = 2_000_000
ENCODER_SEED = 3_000_000


def warmup_share(resolution: int, largest: int) -> float:
    """Of the generator's minutes: every size gets twice what the next smaller one gets."""
    sizes = [1 << k for k in range(5, largest.bit_length())]
    return (1 - GAME_SHARE) * resolution / sum(sizes)


class Recipe:
    """The parts in order, each a method that trains for some minutes."""

    def __init__(self, run: Path, preset: str, device: str, data: str = "portraits") -> None:
        self.run = run
        self.options = replace(PRESETS[preset], data=data)
        self.device = device
        self.model_dir = run / "model"

    def perceptual(self, length: Minutes) -> None:
        """The network that reads attributes and compares pictures."""
        self.train_reader("perceptual", length)

    def train_reader(self, name: str, length: Length, **options: Any) -> PerceptualNet:
        """Train a network that reads factors, in a folder of its own."""
        folder = self.run / name
        return train_perceptual(
            folder,
            length,
            domain=find_domain(self.options.data),
            resolution=self.options.resolution,
            device=self.device,
            resume=(folder / "state.pt").exists(),
            **options,
        )

    def generator(self, length: Minutes) -> None:
        """The renders of known factors from 32 px up, and then the GAN game at the full size."""
        smaller = None
        net = self.train_reader("perceptual", Steps(0))
        for k in range(5, self.options.resolution.bit_length()):
            resolution = 1 << k
            folder = self.run / f"generator-{resolution}"
            is_last = resolution == self.options.resolution
            train_generator(
                replace(
                    self.options, resolution=resolution, grid=min(32, resolution), teacher=TEACHER
                ),
                folder,
                Minutes(length.minutes * GAME_SHARE) if is_last else Steps(0),
                warmup=Minutes(length.minutes * warmup_share(resolution, self.options.resolution)),
                net=net if is_last else None,
                device=self.device,
                resume=(folder / "state.pt").exists(),
                grow=smaller,
            )
            smaller = folder
        model = release_generator(folder, self.options.data, self.device)
        save_model(replace(model, perceptual=net), self.model_dir)

    def judge(self, length: Minutes) -> None:
        """The reader that only the evaluation uses."""
        judge = self.train_reader("judge", length, seed=JUDGE_SEED, widths=JUDGE_WIDTHS)
        save_judge(judge, self.model_dir)

    def encoder(self, length: Minutes) -> None:
        """The spatial encoder."""
        model = load_model(self.model_dir, self.device)
        of, device = DRAWN[self.options.data], torch.device(self.device)
        source = FreshPortraits(self.options.resolution, ENCODER_SEED, device, of=of)
        folder = self.run / "encoder"
        resume = (folder / "state.pt").exists()
        trained = train_encoder(model, Redrawing(source), folder, length, resume=resume)
        save_model(trained, self.model_dir)

    def attributes(self, length: Minutes) -> None:
        """The directions, and what reads them."""
        model = load_model(self.model_dir, self.device)
        folder = self.run / "attributes"
        resume = (folder / "state.pt").exists()
        trained = train_attributes(model, folder, length, resume=resume)
        save_model(calibrate(fit_reader(trained)), self.model_dir)


def main() -> None:
    """Train what is not finished yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--preset", default="cpu128", choices=PORTRAIT_PRESETS)
    parser.add_argument("--data", default="portraits", choices=list(DRAWN))
    parser.add_argument("--minutes", type=float, default=240.0)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args()
    recipe = Recipe(options.run, options.preset, options.device, options.data)
    for name, share in SHARES.items():
        done = options.run / f"{name}.done"
        if not done.exists():
            getattr(recipe, name)(Minutes(options.minutes * share))
            done.write_text(time.strftime("%Y-%m-%d %H:%M:%S\n"))


if __name__ == "__main__":
    main()
