"""Drawn land; every target may show anywhere."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from models.attributes import AttributeSet
from models.images import from_uint8
from models.model import Card, FitBounds, Model
from models.perceptual import PerceptualNet
from training import labels, land_lesson
from training.aerial import AMOUNTS, COURSES, MAPS, TITLES
from training.crops import AerialCrops, LoneSquares
from training.data import ImageSource
from training.domains.base import PLACE_CELLS, WIDEST_DRAWN, Labelled, Target, Tuition
from training.gan_options import GanOptions
from training.land_lesson import LandLesson, amount_attributes
from training.lesson import LandOfFields, LessonOfLand

LANDS_APART = 10_000_000  # between the lands of two seeds
LANDS = 60  # of fields, at once


@dataclass(frozen=True)
class Aerial:
    """Drawn land; every target may show anywhere.

    Attributes:
        scale: 0.5 sees it from twice as far as usual.
    """

    scale: float = 1.0
    name = "aerial"
    origin = "the drawn set aerial"
    fit = FitBounds(0.5, 0.7)  # between unseen renders and other pictures (decision 8)
    taught = frozenset(land_lesson.ATTRIBUTES)
    card = Card(
        "aerial",
        "Drawn land",
        "trained by this project on its own renders",
        "MIT",
        any_size=True,
        purpose="Land seen from straight above, about 1 m a pixel, as this project’s renderer"
        " draws it.",
    )
    widest = WIDEST_DRAWN
    targets = tuple(Target(name, TITLES[name]) for name in MAPS)
    tuition = Tuition(others=2.0, wrong_way=2.0)

    def source(self, options: GanOptions, device: torch.device, start: int) -> ImageSource:
        seed = options.seed * 1_000_000 + start
        return AerialCrops(options.resolution, seed, scale=options.scale)

    def is_taught(self, options: GanOptions) -> bool:
        is_wide = options.w_dim >= len((*AMOUNTS, *COURSES))
        return options.prior == "field" and options.scale == 1 and is_wide

    def lesson(
        self, options: GanOptions, net: PerceptualNet | None, rank: int, nimg: int
    ) -> LessonOfLand:
        return LandLesson(options, rank, nimg)

    def fields(self, options: GanOptions) -> LandOfFields:
        return LandLesson(options, lands=LANDS)

    def attributes(self, model: Model) -> AttributeSet:
        return amount_attributes(model)

    def read_as(self, attribute: str) -> str:
        return {"wet": "water", "town": "buildings"}.get(attribute, attribute)

    def labelled(self, resolution: int, seed: int, start: int, device: torch.device) -> Labelled:
        return LabelledLand(
            AerialCrops(resolution, seed * LANDS_APART + start, scale=self.scale), device
        )

    def apart(
        self, resolution: int, seed: int, start: int, device: torch.device, across: int = 1
    ) -> Labelled:
        return LabelledLand(
            LoneSquares(resolution, seed * LANDS_APART + start, across, self.scale), device
        )

    def place(self, target: str) -> Tensor:
        return torch.ones(1, 1, PLACE_CELLS, PLACE_CELLS)

    def can_show(self, target: str, is_more: bool, readings: Mapping[str, float]) -> bool:
        return True


@dataclass
class LabelledLand:
    """Squares of land, with the share of each that a target covers."""

    crops: AerialCrops | LoneSquares
    device: torch.device

    def batch(self, num: int) -> tuple[Tensor, Tensor]:
        drawn = self.crops.layers(num).to(self.device)
        shares = drawn[:, 3:].float().mean(dim=(2, 3)) / 255
        return from_uint8(drawn[:, :3]), labels.standardise_land(shares)
