"""The Earth from far above; what it is compared with is held out."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from models.attributes import AttributeSet
from models.model import Card, FitBounds, Model
from models.perceptual import PerceptualNet
from training import planet_lesson
from training.data import ImageSource
from training.domains.base import PLACE_CELLS, Labelled, Target, Tuition
from training.gan_options import GanOptions
from training.lesson import LandOfFields, LessonOfLand
from training.planet import PARTS, PlanetSquares, open_earth
from training.planet.fields import CHANNEL_TITLES, CHANNELS
from training.planet.labelled import POOL, LabelledEarth
from training.planet_lesson import PlanetLesson, planet_attributes

WITH_LAND = ("sand", "green", "ice", "height")  # that are painted on the sea, too
AT_SEA, ON_LAND = -0.4, 0.2  # amounts of land: half of a square is dry at 0
SQUARES = 1000  # of fields, at once


@dataclass(frozen=True)
class RealEarth:
    """The Earth from far above; what it is compared with is held out."""

    name = "planet"
    origin = "NASA’s Blue Marble"
    fit = FitBounds()
    taught = frozenset(planet_lesson.ATTRIBUTES)
    card = Card(
        "planet",
        "Another Earth",
        "trained by this project on NASA’s Blue Marble, which is in the public domain",
        "MIT",
        any_size=True,
        purpose="Land and sea from far above, 10 km a pixel, as satellites see the Earth without"
        " clouds.",
    )
    widest = 1  # what is held out are strips of 1,800 km
    targets = tuple(Target(name, title) for name, title in CHANNEL_TITLES.items())
    tuition = Tuition(others=2.0, wrong_way=2.0)

    def source(self, options: GanOptions, device: torch.device, start: int) -> ImageSource:
        return PlanetSquares(open_earth(), options.resolution, options.seed, start)

    def is_taught(self, options: GanOptions) -> bool:
        return options.prior == "planet" and options.w_dim >= len(CHANNELS)

    def lesson(
        self, options: GanOptions, net: PerceptualNet | None, rank: int, nimg: int
    ) -> LessonOfLand:
        return PlanetLesson(options, rank, nimg)

    def fields(self, options: GanOptions) -> LandOfFields:
        return PlanetLesson(options, squares=SQUARES)

    def attributes(self, model: Model) -> AttributeSet:
        return planet_attributes(model)

    def read_as(self, attribute: str) -> str:
        return attribute

    def labelled(self, resolution: int, seed: int, start: int, device: torch.device) -> Labelled:
        return LabelledEarth(open_earth(), resolution, seed, start, device, pool=POOL)

    def apart(
        self, resolution: int, seed: int, start: int, device: torch.device, across: int = 1
    ) -> Labelled:
        return LabelledEarth(open_earth(), resolution, seed, start, device, PARTS, across)

    def place(self, target: str) -> Tensor:
        return torch.ones(1, 1, PLACE_CELLS, PLACE_CELLS)

    def can_show(self, target: str, is_more: bool, readings: Mapping[str, float]) -> bool:
        is_sea, is_land = readings["land"] < AT_SEA, readings["land"] > ON_LAND
        if target == "land":
            return not (is_land if is_more else is_sea)
        if target in WITH_LAND and is_more:
            return is_sea or is_land
        return is_sea if target == "depth" else is_land
