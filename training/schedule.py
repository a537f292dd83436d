"""How long to train, what is shown meanwhile, and a learning rate that falls along a cosine."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from tqdm import tqdm

WARMUP = 0.02  # share of a part's length in which its learning rate rises
LESSONS_END = 0.9  # of the way down the cosine: whatever trains on should find it moving
BAR = "{l_bar}{bar}| {elapsed}<{remaining}{postfix}"


@dataclass(frozen=True)
class Progress:
    """How far a part of the training is: what a run that is stopped goes on from.

    Attributes:
        step: the next one, counted from 0.
        passed: share of its length, 0 to 1.
    """

    step: int = 0
    passed: float = 0.0

    @staticmethod
    def of(state: dict[str, Any] | None) -> "Progress":
        """What a run saved."""
        return Progress(**(state or {}).get("place", {}))

    @property
    def is_over(self) -> bool:
        """Whether nothing of it is left."""
        return self.passed >= 1

    @property
    def left(self) -> "Progress":
        """Where to go on; what is over begins anew."""
        return BEGINNING if self.is_over else self


BEGINNING = Progress()
OVER = Progress(passed=1.0)


@dataclass(frozen=True)
class Moment(Progress):
    """One step of it."""

    bar: tqdm | None = None  # type: ignore[type-arg]

    @property
    def after(self) -> Progress:
        """After this step."""
        return Progress(self.step + 1, self.passed)

    def note(self, **figures: str) -> None:
        """Show figures behind the bar."""
        if self.bar is not None:
            self.bar.set_postfix(figures, refresh=False)


class Length(Protocol):
    """How long a part trains."""

    def watch(self, title: str, progress: Progress = BEGINNING) -> Iterator[Moment]:
        """Count the steps from `progress` until it is over, and show a bar."""
        ...


@dataclass(frozen=True)
class Minutes:
    """So many minutes, however fast the machine is."""

    minutes: float

    def watch(self, title: str, progress: Progress = BEGINNING) -> Iterator[Moment]:
        """Count the steps until the time is up; none if there is no time."""
        if not self.minutes:
            return
        begin = time.monotonic() - progress.passed * self.minutes * 60
        step = progress.step
        with tqdm(total=1.0, desc=title, bar_format=BAR) as bar:
            while (passed := (time.monotonic() - begin) / (self.minutes * 60)) < 1:
                bar.update(passed - bar.n)
                yield Moment(step, passed, bar)
                step += 1


@dataclass(frozen=True)
class Steps:
    """So many steps, the same on every machine."""

    num: int

    def watch(self, title: str, progress: Progress = BEGINNING) -> Iterator[Moment]:
        """Count them."""
        with tqdm(total=1.0, desc=title, bar_format=BAR) as bar:
            for step in range(progress.step, self.num):
                bar.update(step / self.num - bar.n)
                yield Moment(step, step / self.num, bar)


class Every:
    """Says when the next snapshot is due."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.last = time.monotonic()

    def due(self) -> bool:
        """Whether the time has come; begins anew if so."""
        now = time.monotonic()
        if now - self.last < self.seconds:
            return False
        self.last = now
        return True


def set_cosine_lr(optimiser: torch.optim.Optimizer, passed: float, *peaks: float) -> None:
    """Set the rate of every group to its place on the `cosine`; a peak for each."""
    for group, peak in zip(optimiser.param_groups, peaks, strict=True):
        group["lr"] = peak * cosine(passed)


def cosine(passed: float) -> float:
    """Rise to 1 over the first 2 %, fall to 0 along a cosine."""
    return min(1.0, passed / WARMUP) * 0.5 * (1 + math.cos(math.pi * passed))
