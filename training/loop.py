"""The training loop of the generator: pictures in, samples and figures out, until time is up."""

import time
from dataclasses import asdict
from pathlib import Path

import torch
from tqdm import tqdm

from models.generator import Generator
from training.data import FreshPortraits, ImageFolder, ImageSource, PooledPortraits, mirror
from training.errors import TrainingError
from training.gan import GanTraining
from training.gan_options import GanOptions
from training.runs import Run, load_state
from training.warmup import warm_up


def open_source(options: GanOptions, device: torch.device, start: int) -> ImageSource:
    """The pictures that `options` ask for; a resumed run goes on with portraits not yet drawn."""
    if options.data == "portraits":
        fresh = FreshPortraits(options.resolution, options.seed, device, start)
        return PooledPortraits(fresh, options.pool) if device.type == "cpu" else fresh
    folder = Path(options.data)
    if not options.data or not folder.is_dir():
        raise TrainingError("--data: name a folder of pictures, or 'portraits'")
    return ImageFolder(folder, options.resolution, options.seed + start)


def train_generator(
    options: GanOptions,
    folder: Path,
    *,
    minutes: float,
    device: str = "cpu",
    resume: bool = False,
    grow: Path | None = None,
    warmup_minutes: float = 0.0,
    snapshot_minutes: float = 4.0,
) -> Generator:
    """Train for `minutes`, writing samples, figures and state into `folder`; returns the average.

    Raises:
        TrainingError: the folder, the data or the run to grow from cannot be used.
    """
    run = Run(folder, asdict(options), resume=resume)
    training = GanTraining(options, torch.device(device))
    state = run.load()
    if state is not None:
        training.restore(state)
    elif grow is not None:
        training.grow_from(load_state(grow))
    if warmup_minutes > 0 and (state is None or training.phase == "warm-up"):
        warm_up(training, run, warmup_minutes)
    source = open_source(options, training.device, training.nimg)
    preview_z = torch.randn(64, options.w_dim, generator=torch.Generator().manual_seed(1))
    begin = last = time.monotonic()
    step, begin_nimg = 0, training.nimg
    with tqdm(total=round(minutes, 1), unit="min", desc="Training generator") as bar:
        while (now := time.monotonic()) - begin < minutes * 60:
            real = source.batch(options.batch).to(training.device)
            real = mirror(real, torch.rand(len(real)) < 0.5)
            figures = training.step_discriminator(real, step)
            figures |= training.step_generator(options.batch, step)
            training.nimg += options.batch
            step += 1
            bar.n = round((now - begin) / 60, 2)
            if step % 50 == 0:
                speed = (training.nimg - begin_nimg) / (now - begin)
                bar.set_postfix(kimg=f"{training.nimg / 1000:.1f}", img_s=f"{speed:.0f}")
                values = {name: value.item() for name, value in figures.items()}
                run.log(nimg=training.nimg, img_s=speed, **values)
            if now - last > snapshot_minutes * 60:
                training.snapshot(run, preview_z)
                last = now
    training.snapshot(run, preview_z)
    return training.ema
