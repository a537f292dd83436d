"""What a domain is: one set of pictures of which it is known what is in them, and all that training
and evaluation need to know of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from models.attributes import AttributeSet
from models.model import Card, FitBounds, Model
from models.perceptual import PerceptualNet
from training.data import ImageSource
from training.gan_options import GanOptions
from training.lesson import LandOfFields, Lesson, LessonOfLand

PLACE_CELLS = 32  # rows and columns of an attribute's usual place
WIDEST_DRAWN = 8  # pictures of the training size: what is drawn is as wide as is wanted


@dataclass(frozen=True)
class Target:
    """Something to read from a picture."""

    id: str
    title: str


class Labelled(Protocol):
    """A stream of pictures with what is in them."""

    def batch(self, num: int) -> tuple[Tensor, Tensor]:
        """Pictures [num, 3, R, R] in [-1, 1] and standardised targets [num, T]."""
        ...


@dataclass(frozen=True)
class Tuition:
    """What learning the attributes of a domain puts weight on.

    Attributes:
        others: that other readings stay, against moving one's own.
        wrong_way: that a reading that has an end moves the right way at all.
    """

    others: float
    wrong_way: float


class Domain(Protocol):
    """One set of pictures of which it is known what is in them.

    Attributes:
        card: what a model says of itself that has learnt from nothing else.
        origin: the set in a few words that say nothing of a machine; no licence is asked for it.
        fit: bounds of how like its pictures others are.
        targets: what can be read from pictures.
    """

    name: str
    card: Card
    origin: str
    fit: FitBounds
    targets: tuple[Target, ...]
    tuition: Tuition

    def source(self, options: GanOptions, device: torch.device, start: int) -> ImageSource:
        """The pictures of a run of the game, from picture `start` on."""
        ...

    def is_taught(self, options: GanOptions) -> bool:
        """Whether every z of a run stands for a picture."""
        ...

    def lesson(
        self, options: GanOptions, net: PerceptualNet | None, rank: int, nimg: int
    ) -> Lesson:
        """What there is to learn from in it, where z stands for pictures.

        Args:
            net: a perceptual network of the run's resolution, to compare pictures by.
            rank: of several processes; each takes other pictures.
            nimg: pictures that were taken already.
        """
        ...

    def attributes(self, model: Model) -> AttributeSet:
        """What its lesson says of a model's w."""
        ...

    def read_as(self, attribute: str) -> str:
        """The target that says how much there is of an attribute."""
        ...

    def labelled(self, resolution: int, seed: int, start: int, device: torch.device) -> Labelled:
        """The stream of a seed to train on, from picture `start` on."""
        ...

    def apart(
        self, resolution: int, seed: int, start: int, device: torch.device, across: int = 1
    ) -> Labelled:
        """The same to compare with: no two pictures have more in common than any two of the domain.

        Args:
            across: sides of a training picture of that resolution that one of these has.
        """
        ...

    def place(self, target: str) -> Tensor:
        """Where a target usually shows: [1, 1, 32, 32] of 0 and 1."""
        ...

    def can_show(self, target: str, is_more: bool, readings: Mapping[str, float]) -> bool:
        """Whether more, or else less, of a target would be seen in a picture that reads so."""
        ...

    @property
    def widest(self) -> int:
        """The largest `across` of which it has pictures."""
        ...


class LandDomain(Domain, Protocol):
    """A domain of land.

    Attributes:
        taught: ids of the attributes that a model of its lesson has.
    """

    taught: frozenset[str]

    def lesson(
        self, options: GanOptions, net: PerceptualNet | None, rank: int, nimg: int
    ) -> LessonOfLand:
        """As a domain's, of fields."""
        ...

    def fields(self, options: GanOptions) -> LandOfFields:
        """More of its land, with the fields that it was drawn from."""
        ...
