"""A supervised start for procedural data: draw what the renderer draws from the same factors.

The factors of a render are independent, so a normal z can stand for them: each of the first F
coordinates of the normalised z, through the normal distribution function, is a factor. The
generator first regresses the renders of its z, and then plays the adversarial game, which keeps
what it has learnt and sharpens it. No data set of photos allows this; see docs/decisions.md.
"""

import math

import torch
from torch import Tensor

from models.ops import normalize_2nd_moment
from training.errors import TrainingError
from training.gan import GanTraining, update
from training.portraits import FACTORS, from_uniform, render
from training.pyramid import laplacian
from training.runs import Run
from training.schedule import Every, Length, cosine

LEVELS = 4  # of the pyramid that pictures are compared on
MAPPING_SPEED = 30  # undoes most of the mapping's learning rate multiplier of 0.01


def factors_of(z: Tensor) -> Tensor:
    """The factors [N, F] that a latent z [N, Z] stands for, Z ≥ F."""
    normal = normalize_2nd_moment(z)[:, : len(FACTORS)]
    return from_uniform(0.5 * (1 + torch.erf(normal / math.sqrt(2))))


def pyramid_loss(img: Tensor, target: Tensor) -> Tensor:
    """Mean absolute difference, every octave of the Laplacian pyramid weighing the same."""
    levels = laplacian(img - target, LEVELS)  # the pyramid is linear
    return torch.stack([level.abs().mean() for level in levels]).sum()


def warm_up(training: GanTraining, run: Run, length: Length) -> None:
    """Train the generator to draw the portraits of its latents.

    Raises:
        TrainingError: the run is on other data, or its z is too short for the factors.
    """
    generator, options = training.generator, training.options
    if options.data != "portraits" or options.w_dim < len(FACTORS):
        raise TrainingError(f"--warmup-minutes: needs portraits and a w_dim of {len(FACTORS)} up")
    optimiser = torch.optim.Adam(
        [
            {"params": generator.synthesis.parameters(), "peak": options.lr},
            {"params": generator.mapping.parameters(), "peak": options.lr * MAPPING_SPEED},
        ],
        betas=(0.9, 0.99),
    )
    preview = torch.randn(64, options.w_dim, generator=torch.Generator().manual_seed(1))
    run.save_grid("targets", render(factors_of(preview), options.resolution))
    training.phase = "warm-up"
    snapshots = Every(180)
    for now in length.watch("Warming up"):
        for group in optimiser.param_groups:
            group["lr"] = group["peak"] * cosine(0.9 * now.passed)
        z = torch.randn(options.batch, options.w_dim, device=training.device)
        target = render(factors_of(z), options.resolution, training.device)
        w = generator.mapping(z)
        img = generator.synthesis(generator.broadcast(w), "none", training.dtype)
        loss = pyramid_loss(img, target)
        update(optimiser, loss)
        generator.mapping.w_avg.lerp_(w.detach().mean(dim=0), 0.005)
        training.nimg += options.batch
        training.update_ema(options.batch)
        if now.step % 50 == 0:
            run.log(nimg=training.nimg, warm_up_loss=loss.item())
        if snapshots.due():
            training.snapshot(run, preview)
    training.nimg = 0
    training.phase = "game"
    training.blank = False
    training.snapshot(run, preview)
