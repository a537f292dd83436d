"""The training loop of the generator: pictures in, samples and figures out, until time is up."""

import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch

from models.generator import Generator
from models.perceptual import PerceptualNet
from training.crops import RandomCrops
from training.data import ImageFolder, ImageSource, mirror
from training.domains import DOMAINS
from training.errors import TrainingError
from training.gan import PHASES, GanTraining
from training.gan_options import GanOptions
from training.rasters import open_rasters
from training.runs import Run, load_state
from training.schedule import Every, Length
from training.sharpening import sharpen
from training.together import Group
from training.warmup import warm_up

SNAPSHOT_S = 240
APART = 1_000_000_000  # pictures between those that two processes draw


def open_source(options: GanOptions, device: torch.device, start: int, cache: Path) -> ImageSource:
    """The pictures that `options` ask for; a resumed run goes on with portraits not yet drawn.

    Args:
        cache: a folder for decoded pictures.
    """
    if options.data in DOMAINS:
        return DOMAINS[options.data].source(options, device, start)
    folder = Path(options.data)
    if not options.data or not folder.is_dir():
        raise TrainingError(f"data: name a folder of pictures, or one of {', '.join(DOMAINS)}")
    if options.prior is not None:
        rasters = open_rasters(folder, cache, options.resolution, options.scale)
        return RandomCrops(rasters, options.resolution, options.seed + start)
    return ImageFolder(folder, options.resolution, options.seed + start)


def train_generator(
    options: GanOptions,
    folder: Path,
    length: Length | None,
    *,
    warmup: Length | None = None,
    sharpening: Length | None = None,
    net: PerceptualNet | None = None,
    device: str = "cpu",
    resume: bool = False,
    grow: Path | None = None,
    start: Generator | None = None,
    is_compiled: bool = False,
) -> Generator:
    """Train, writing samples, figures and state into `folder`; returns the moving average.

    Args:
        length: of the game; None for no game, after a lesson.
        warmup: of the supervised start before it; procedural data only.
        sharpening: of the game on patches between the two; procedural land only.
        net: a perceptual network of the resolution, to compare pictures by in the warm-up.
        grow: a run at a smaller resolution to start from.
        start: a generator of the same architecture to start from.
        is_compiled: by torch.compile, which takes minutes at first.

    Raises:
        TrainingError: the folder, the data or the run to grow from cannot be used.
    """
    if options.scale != 1 and options.data in DOMAINS:  # or what reads it learns of other pictures
        raise TrainingError("scale: of a folder's pictures; what is drawn has its size")
    group = Group.join()
    run = Run(folder, asdict(options), resume=resume, writes=group.is_first)
    training = GanTraining(options, group.device(device), group)
    state = run.load()
    if state is not None:
        training.restore(state)
    elif grow is not None:
        training.grow_from(load_state(grow))
    elif start is not None:
        training.start_from(start)
    if is_compiled:
        training.generator.synthesis.compile(dynamic=False)
    asked = {"warm-up": warmup, "sharpening": sharpening, "game": length}
    for phase in phases_left(training, [phase for phase in PHASES if asked[phase] is not None]):
        part = asked[phase]
        assert part is not None
        if phase == "warm-up":
            warm_up(training, run, part, net)
        elif phase == "sharpening":
            sharpen(training, run, part)
        else:
            play(training, run, part)
    return training.ema


def phases_left(training: GanTraining, asked: Sequence[str]) -> Sequence[str]:
    """Of the phases that are asked for, in order, those that are not over; when all of them are,
    the last one, which then lasts as long again."""
    if training.phase not in PHASES:
        return asked
    reached = PHASES.index(training.phase) + training.progress.is_over
    return [phase for phase in asked if PHASES.index(phase) >= reached] or asked[-1:]


def play(training: GanTraining, run: Run, length: Length) -> None:
    """The game: real pictures in, one step of each side, until it is over."""
    options = training.options
    source: ImageSource | None = None
    cache = run.folder / "pictures"
    preview = training.preview()
    progress = training.enter("game")
    snapshots, speed = Every(SNAPSHOT_S), Speed(training.nimg)
    for now in training.group.until_one_ends(length.watch("Training the generator", progress)):
        source = source or open_source(
            options, training.device, training.nimg + training.group.rank * APART, cache
        )
        real = source.batch(options.batch).to(training.device)
        real = mirror(real, torch.rand(len(real)) < 0.5)
        figures = training.step_discriminator(real, now.step)
        figures |= training.step_generator(options.batch, now.step)
        training.nimg += options.batch * training.group.size
        if now.step % 50 == 49:
            img_s = speed.measure(training.nimg)
            now.note(kimg=f"{training.nimg / 1000:.1f}", img_s=f"{img_s:.0f}")
            values = {name: value.item() for name, value in figures.items()}
            run.log(nimg=training.nimg, img_s=img_s, **values)
        training.progress = now.after
        if snapshots.due():
            training.snapshot(run, preview)
    training.leave(run, preview)


class Speed:
    """Pictures per second since the last measurement."""

    def __init__(self, nimg: int) -> None:
        self.nimg = nimg
        self.time = time.monotonic()

    def measure(self, nimg: int) -> float:
        """Pictures per second up to `nimg`."""
        now = time.monotonic()
        speed = (nimg - self.nimg) / (now - self.time)
        self.nimg, self.time = nimg, now
        return speed
