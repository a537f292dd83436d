"""A supervised start: regress the renders that latents stand for, before the game sharpens them."""

import copy

import torch

from models.noise import no_noise
from models.perceptual import PerceptualNet
from training.errors import TrainingError
from training.gan import GanTraining, update
from training.portraits import render
from training.runs import Run
from training.schedule import Every, Length, cosine
from training.teacher import factors_of, teach

PEAK_LR = 0.025  # measured: docs/decisions.md
MAPPING_SPEED = 30  # undoes most of the mapping's learning rate multiplier of 0.01


def warm_up(
    training: GanTraining, run: Run, length: Length, net: PerceptualNet | None = None
) -> None:
    """Train the generator to draw the portraits of its latents.

    Args:
        net: a perceptual network of the run's resolution, which then compares pictures as well.

    Raises:
        TrainingError: the run is on other data, or its z is too short for the factors.
    """
    generator, options = training.generator, training.options
    if not options.has_teacher:
        raise TrainingError("--warmup-minutes: only the portraits are known from their latents")
    if net is not None:
        if net.config.resolution != options.resolution:
            raise TrainingError(f"the perceptual network reads {net.config.resolution} px")
        net = copy.deepcopy(net).eval().requires_grad_(False)
    optimiser = torch.optim.Adam(
        [
            {"params": generator.synthesis.parameters(), "peak": PEAK_LR},
            {"params": generator.mapping.parameters(), "peak": PEAK_LR * MAPPING_SPEED},
        ],
        betas=(0.9, 0.99),
    )
    preview = training.preview()
    run.save_grid("targets", render(factors_of(preview), options.resolution))
    training.phase = "warm-up"
    snapshots = Every(180)
    for now in training.group.until_one_ends(length.watch("Warming up")):
        for group in optimiser.param_groups:
            group["lr"] = group["peak"] * cosine(0.9 * now.passed)
        z = torch.randn(options.batch, options.w_dim, device=training.device)
        w = generator.mapping(z)
        img = generator.synthesis(generator.broadcast(w), no_noise, training.dtype)
        loss = teach(img, z, net)
        update(optimiser, loss, training.group)
        generator.mapping.w_avg.lerp_(w.detach().mean(dim=0), 0.005)
        training.nimg += options.batch * training.group.size
        training.update_ema(options.batch)
        if now.step % 50 == 0:
            run.log(nimg=training.nimg, warm_up_loss=loss.item())
        if snapshots.due():
            training.snapshot(run, preview)
    training.nimg = 0
    training.phase = "game"
    training.blank = False
    training.snapshot(run, preview)
