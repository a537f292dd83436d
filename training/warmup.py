"""A supervised start: regress the renders that latents stand for, before the game sharpens them."""

from typing import Protocol

import torch
from torch import Tensor

from models.noise import Noise
from models.perceptual import PerceptualNet
from training.errors import TrainingError
from training.gan import GanTraining
from training.land_lesson import LandLesson
from training.planet_lesson import PlanetLesson
from training.portrait_lesson import PortraitLesson
from training.runs import Run
from training.schedule import LESSONS_END, Every, Length, set_cosine_lr
from training.together import update

PEAK_LR = 0.025  # measured: decision 50
NOISE_LR = 5e-4  # of the strengths: at the peak they are 0 before any layer listens to noise
ONE_LAYERS_SPEED = 50  # undoes half of the mapping's multiplier of 0.01; deeper ones take less


class Lesson(Protocol):
    """What there is to learn from in data that are known from their latents."""

    def begin(self, training: GanTraining) -> None:
        """Prepare a generator that has not had the lesson."""

    def __call__(self, training: GanTraining) -> tuple[Tensor, int]:
        """Draw latents; how far what the generator makes of them is from what it should, and how
        many pictures that were."""


class LessonOfLand(Lesson, Protocol):
    """Land whose fields are known: what sharpening goes by, as well.

    Attributes:
        known: sides of the squares, in pixels, over which pictures are held to the known land.
        fold: pixels per side that are one place to the critic.
        num_channels: of z, that mean something.
    """

    known: list[int]
    fold: int
    num_channels: int

    def draw(self, training: GanTraining, noise: Noise) -> tuple[Tensor, Tensor, Tensor]:
        """What the generator makes of a batch of fields, what it should, and the maps of every
        channel [N, M, R, R]."""

    def reminder(self, training: GanTraining, step: int) -> Tensor | None:
        """A loss to add, so that nothing of the lesson is forgotten."""


def open_land_lesson(training: GanTraining) -> LessonOfLand:
    """What there is to learn from in land whose fields are known."""
    options = training.options
    made = PlanetLesson if options.data == "planet" else LandLesson
    return made(options, training.group.rank, training.nimg)


def open_lesson(training: GanTraining, net: PerceptualNet | None) -> Lesson:
    """What there is to learn from in the run's data.

    Raises:
        TrainingError: nothing, or the perceptual network reads another size.
    """
    options = training.options
    if not options.has_teacher:
        raise TrainingError(
            "--warmup-minutes: only what is drawn, and the Earth, is known from its latents"
        )
    if options.prior is not None:
        return open_land_lesson(training)
    if net is not None and net.config.resolution != options.resolution:
        raise TrainingError(f"the perceptual network reads {net.config.resolution} px")
    return PortraitLesson(options, net)


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
