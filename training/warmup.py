"""A supervised start: regress the renders that latents stand for, before the game sharpens them."""

import copy
from collections.abc import Callable

import torch
from torch import Tensor

from models.noise import no_noise
from models.perceptual import PerceptualNet
from training.errors import TrainingError
from training.gan import GanTraining
from training.land_lesson import LandLesson, listen_to_channels
from training.runs import Run
from training.schedule import Every, Length, cosine
from training.teacher import teach
from training.together import update

PEAK_LR = 0.025  # measured: docs/decisions.md
ONE_LAYERS_SPEED = 50  # undoes half of the mapping's multiplier of 0.01; deeper ones take less

Lesson = Callable[[GanTraining], tuple[Tensor, int]]
"""Draws latents, and says how far what the generator makes of them is from what it should, and how
many pictures that were."""


def open_lesson(training: GanTraining, net: PerceptualNet | None) -> Lesson:
    """What there is to learn from in the run's data.

    Raises:
        TrainingError: there is nothing to learn from.
    """
    options = training.options
    if not options.has_teacher:
        raise TrainingError("--warmup-minutes: only procedural data are known from their latents")
    if options.prior is not None:
        if training.blank and training.phase != "warm-up":  # nothing has been learnt yet
            listen_to_channels(training.generator.mapping)
        return LandLesson(options.resolution, options.w_dim, options.seed, rank=training.group.rank)
    if net is not None:
        if net.config.resolution != options.resolution:
            raise TrainingError(f"the perceptual network reads {net.config.resolution} px")
        net = copy.deepcopy(net).eval().requires_grad_(False)

    def portraits(training: GanTraining) -> tuple[Tensor, int]:
        z = torch.randn(options.batch, options.w_dim, device=training.device)
        generator = training.generator
        w = generator.mapping(z)
        generator.mapping.w_avg.lerp_(w.detach().mean(dim=0), 0.005)
        img = generator.synthesis(generator.broadcast(w), no_noise, training.dtype)
        return teach(img, z, net), options.batch

    return portraits


def warm_up(
    training: GanTraining, run: Run, length: Length, net: PerceptualNet | None = None
) -> None:
    """Train the generator to draw the renders of its latents.

    Args:
        net: a perceptual network of the run's resolution, which then compares portraits as well.

    Raises:
        TrainingError: the run is on other data, or its z is too short for the factors.
    """
    generator, options = training.generator, training.options
    lesson = open_lesson(training, net)
    mapping_lr = PEAK_LR * ONE_LAYERS_SPEED / options.mapping_layers
    optimiser = torch.optim.Adam(
        [
            {"params": generator.synthesis.parameters(), "peak": PEAK_LR},
            {"params": generator.mapping.parameters(), "peak": mapping_lr},
        ],
        betas=(0.9, 0.99),
    )
    preview = training.preview()
    training.phase = "warm-up"
    snapshots = Every(180)
    for now in training.group.until_one_ends(length.watch("Warming up")):
        for group in optimiser.param_groups:
            group["lr"] = group["peak"] * cosine(0.9 * now.passed)
        loss, num = lesson(training)
        update(optimiser, loss, training.group)
        training.nimg += num * training.group.size
        training.update_ema(num)
        if now.step % 50 == 0:
            run.log(nimg=training.nimg, warm_up_loss=loss.item())
        if snapshots.due():
            training.snapshot(run, preview)
    training.nimg = 0
    training.phase = "game"
    training.blank = False
    training.has_had_lesson = options.prior is not None
    training.snapshot(run, preview)
