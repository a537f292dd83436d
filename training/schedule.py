"""The clock of a training run: time spent, a bar, and a learning rate that falls to zero."""

import math
import time
from collections.abc import Iterator

import torch
from tqdm import tqdm

WARMUP = 0.02  # share of the run


def timed(minutes: float, title: str) -> Iterator[float]:
    """Yield how much of the time has passed, 0 to 1, until it is over; shows a bar."""
    begin = time.monotonic()
    with tqdm(
        total=100, desc=title, unit="%", bar_format="{l_bar}{bar}| {elapsed}<{remaining}"
    ) as bar:
        while (passed := (time.monotonic() - begin) / (minutes * 60)) < 1:
            bar.n = round(passed * 100, 1)
            bar.refresh() if time.monotonic() - bar.last_print_t > 2 else None
            yield passed


def set_cosine_lr(optimiser: torch.optim.Optimizer, peak: float, passed: float) -> None:
    """Set every group's rate to its place on the `cosine`."""
    for group in optimiser.param_groups:
        group["lr"] = peak * cosine(passed)


def cosine(passed: float) -> float:
    """Rise to 1 over the first 2 %, fall to 0 along a cosine."""
    return min(1.0, passed / WARMUP) * 0.5 * (1 + math.cos(math.pi * passed))
