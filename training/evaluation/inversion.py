"""How well are unseen pictures encoded? One row per space and number of steps."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import torch
from tqdm import tqdm

from models.inversion import invert
from models.model import Model
from training.portraits import render, sample_factors


@dataclass(frozen=True)
class InversionRow:
    """Medians over the pictures.

    Attributes:
        init: what the search starts from, `encoder` or `mean`.
        plausibility: mean squared whitened coordinate; 1 for generated latents.
        seconds: per picture.
    """

    space: str
    regularised: bool
    init: str
    steps: int
    psnr_db: float
    perceptual: float
    plausibility: float
    seconds: float


def evaluate_inversion(
    model: Model, count: int, seed: int, settings: Sequence[tuple[str, int]]
) -> list[InversionRow]:
    """Encode `count` renders of an unseen seed, for each (space, steps)."""
    pictures = render(sample_factors(seed, 0, count), model.layout.resolution).to(model.device)
    return [measure(model, pictures, space, steps) for space, steps in settings]


def measure(model: Model, pictures: torch.Tensor, space: str, steps: int) -> InversionRow:
    """One row of the table."""
    found, seconds = [], []
    for img in tqdm(torch.split(pictures, 1), desc=f"{space}, {steps} steps"):
        begin = time.perf_counter()
        found.append(invert(model, img, space=space, steps=steps))
        seconds.append(time.perf_counter() - begin)
    return InversionRow(
        space=space,
        regularised=model.encoding.regulariser > 0 and steps > 0,
        init="mean" if model.encoder is None else "encoder",
        steps=steps,
        psnr_db=median(f.psnr_db for f in found),
        perceptual=median(f.perceptual for f in found),
        plausibility=median(f.plausibility for f in found),
        seconds=median(seconds),
    )
