"""A supervised start: regress the renders that latents stand for, before the game sharpens them."""

import torch

from models.perceptual import PerceptualNet
from training.domains import DOMAINS, LANDS, is_taught
from training.errors import TrainingError
from training.gan import GanTraining
from training.lesson import Lesson, LessonOfLand
from training.runs import Run
from training.schedule import LESSONS_END, Every, Length, set_cosine_lr
from training.together import update

PEAK_LR = 0.025  # measured: decision 50
NOISE_LR = 5e-4  # of the strengths: at the peak they are 0 before any layer listens to noise
ONE_LAYERS_SPEED = 50  # undoes half of the mapping's multiplier of 0.01; deeper ones take less


def open_land_lesson(training: GanTraining) -> LessonOfLand:
    """What there is to learn from in the run's land, whose fields are known."""
    domain = LANDS[training.options.data]
    return domain.lesson(training.options, None, training.group.rank, training.nimg)


def open_lesson(training: GanTraining, net: PerceptualNet | None) -> Lesson:
    """What there is to learn from in the run's data.

    Raises:
        TrainingError: nothing, or the perceptual network reads another size.
    """
    options = training.options
    if not is_taught(options):
        raise TrainingError("only what is drawn, and the Earth, is known from its latents")
    if net is not None and options.prior is None and net.config.resolution != options.resolution:
        raise TrainingError(f"the perceptual network reads {net.config.resolution} px")
    domain = DOMAINS[options.data]
    return domain.lesson(options, net, training.group.rank, training.nimg)


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
    if training.phase != "warm-up":
        lesson.begin(training)
    mapping_lr = PEAK_LR * ONE_LAYERS_SPEED / options.mapping_layers
    drawing = dict(generator.synthesis.named_parameters())
    strengths = [drawing.pop(name) for name in list(drawing) if name.endswith("noise_strength")]
    optimiser = torch.optim.Adam(
        [
            {"params": part}
            for part in (drawing.values(), generator.mapping.parameters(), strengths)
        ],
        betas=(0.9, 0.99),
    )
    preview = training.preview()
    progress = training.enter("warm-up", optimiser=optimiser)
    snapshots = Every(180)
    for now in training.group.until_one_ends(length.watch("Warming up", progress)):
        set_cosine_lr(optimiser, LESSONS_END * now.passed, PEAK_LR, mapping_lr, NOISE_LR)
        loss, num = lesson(training)
        update(optimiser, loss, training.group)
        training.nimg += num * training.group.size
        training.update_ema(num)
        if now.step % 50 == 0:
            run.log(nimg=training.nimg, warm_up_loss=loss.item())
        training.progress = now.after
        if snapshots.due():
            training.snapshot(run, preview)
    training.blank = False
    training.has_had_lesson = True
    training.leave(run, preview)
