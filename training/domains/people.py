"""Drawn people, of one of the sets of `training/drawn.py`."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from models.attributes import AttributeSet
from models.model import Card, FitBounds, Model
from models.perceptual import PerceptualNet
from training import labels
from training.data import FreshPortraits, ImageSource, PooledPortraits
from training.domains.base import PLACE_CELLS, WIDEST_DRAWN, Labelled, Target, Tuition
from training.drawn import PORTRAITS, DrawnSet
from training.gan_options import GanOptions
from training.lesson import Lesson
from training.portrait_lesson import PortraitLesson, factor_attributes


class DrawnPeople:
    """A drawn set of people."""

    widest = WIDEST_DRAWN
    tuition = Tuition(others=10.0, wrong_way=0.0)

    def __init__(self, drawn: DrawnSet, title: str, shows: str, fit: FitBounds) -> None:
        self.name = drawn.name
        self.origin = f"the drawn set {drawn.name}"
        self.fit = fit
        self.drawn = drawn
        self.card = Card(
            drawn.name,
            title,
            "trained by this project on its own renders",
            "MIT",
            aligned="portraits",
            purpose=f"{shows} seen from the front, as this project’s renderer draws them. It does"
            " not know photos.",
        )
        self.targets = tuple(
            Target(f.name, f.title) for f in drawn.factors if f.name in drawn.targets
        )

    def source(self, options: GanOptions, device: torch.device, start: int) -> ImageSource:
        fresh = FreshPortraits(options.resolution, options.seed, device, start, self.drawn)
        return PooledPortraits(fresh, options.pool) if device.type == "cpu" else fresh

    def is_taught(self, options: GanOptions) -> bool:
        return options.w_dim >= len(self.drawn.factors)

    def lesson(
        self, options: GanOptions, net: PerceptualNet | None, rank: int, nimg: int
    ) -> Lesson:
        return PortraitLesson(options, net)

    def attributes(self, model: Model) -> AttributeSet:
        return factor_attributes(model, self.drawn)

    def read_as(self, attribute: str) -> str:
        return attribute

    def labelled(self, resolution: int, seed: int, start: int, device: torch.device) -> Labelled:
        return LabelledPeople(resolution, seed, start, device, self.drawn)

    def apart(
        self, resolution: int, seed: int, start: int, device: torch.device, across: int = 1
    ) -> Labelled:
        return LabelledPeople(resolution * across, seed, start, device, self.drawn)

    def place(self, target: str) -> Tensor:
        return usual_place(self.drawn.region_of(target), self.drawn)

    def can_show(self, target: str, is_more: bool, readings: Mapping[str, float]) -> bool:
        return True


def usual_place(region: str, drawn: DrawnSet = PORTRAITS, num: int = 256) -> Tensor:
    """Where a region usually lies: [1, 1, 32, 32], 1 where it covers most pictures."""
    masks = drawn.region_mask(drawn.sample(0, 0, num), region, PLACE_CELLS)
    return (masks.mean(0)[None] > 0.5).float()


@dataclass
class LabelledPeople:
    """Fresh renders, none of them twice."""

    resolution: int
    seed: int
    count: int
    device: torch.device
    drawn: DrawnSet

    def batch(self, num: int) -> tuple[Tensor, Tensor]:
        factors = self.drawn.sample(self.seed, self.count, num).to(self.device)
        self.count += num
        return self.drawn.render(factors, self.resolution, self.device), labels.standardise(factors)
