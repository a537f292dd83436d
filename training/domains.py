"""The domains: what a model is trained to read, and endless labelled pictures of it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from models.images import from_uint8
from models.model import Model
from training import labels
from training.aerial import MAPS, TITLES
from training.crops import AerialCrops, LoneSquares
from training.drawn import DRAWN, PORTRAITS, DrawnSet
from training.errors import TrainingError
from training.planet import PARTS, open_earth
from training.planet.fields import CHANNEL_TITLES
from training.planet.labelled import POOL, LabelledEarth

BATCH = 64
LANDS_APART = 10_000_000  # between the lands of two seeds
PLACE_CELLS = 32  # rows and columns of an attribute's usual place
WIDEST_DRAWN = 8  # pictures of the training size: what is drawn is as wide as is wanted
WITH_LAND = ("sand", "green", "ice", "height")  # that are painted on the sea, too
AT_SEA, ON_LAND = -0.4, 0.2  # amounts of land: half of a square is dry at 0


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
    """One set of pictures of which it is known what is in them."""

    name: str
    targets: tuple[Target, ...]
    tuition: Tuition

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


class DrawnPeople:
    """A drawn set of people."""

    widest = WIDEST_DRAWN
    tuition = Tuition(others=10.0, wrong_way=0.0)

    def __init__(self, drawn: DrawnSet) -> None:
        self.name = drawn.name
        self.drawn = drawn
        self.targets = tuple(
            Target(f.name, f.title) for f in drawn.factors if f.name in drawn.targets
        )

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


@dataclass(frozen=True)
class Aerial:
    """Drawn land; every target may show anywhere.

    Attributes:
        scale: 0.5 sees it from twice as far as usual.
    """

    scale: float = 1.0
    name = "aerial"
    widest = WIDEST_DRAWN
    targets = tuple(Target(name, TITLES[name]) for name in MAPS)
    tuition = Tuition(others=2.0, wrong_way=2.0)

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


@dataclass(frozen=True)
class RealEarth:
    """The Earth from far above; what it is compared with is held out."""

    name = "planet"
    widest = 1  # what is held out are strips of 1,800 km
    targets = tuple(Target(name, title) for name, title in CHANNEL_TITLES.items())
    tuition = Tuition(others=2.0, wrong_way=2.0)

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


_ALL: tuple[Domain, ...] = (*map(DrawnPeople, DRAWN.values()), Aerial(), RealEarth())
DOMAINS = {domain.name: domain for domain in _ALL}


def find_domain(name: str) -> Domain:
    """A domain by name.

    Raises:
        TrainingError: there is none.
    """
    if name not in DOMAINS:
        raise TrainingError(f"no domain {name!r}; there are: {', '.join(DOMAINS)}")
    return DOMAINS[name]


def domain_of(model: Model) -> Domain:
    """The domain that a model's perceptual network reads.

    Raises:
        TrainingError: it has none, or it reads no domain of ours.
    """
    if model.perceptual is None:
        raise TrainingError("train the perceptual network first: latentbrush train perceptual")
    return domain_reading(model.perceptual.config.targets)


def domain_reading(targets: Collection[str]) -> Domain:
    """The domain that has targets of these names.

    Raises:
        TrainingError: none has.
    """
    for domain in DOMAINS.values():
        if {target.id for target in domain.targets}.issuperset(targets):
            return domain
    raise TrainingError(f"there is no domain to read {', '.join(sorted(targets)[:3])} in")


def drawn_of(model: Model) -> DrawnSet:
    """The set of people that a model's perceptual network reads; portraits, if it has none.

    Raises:
        TrainingError: it reads something else than people.
    """
    if model.perceptual is None:
        return PORTRAITS
    domain = domain_of(model)
    if domain.name not in DRAWN:
        raise TrainingError(f"{model.card.id} does not draw people: that is what is measured here")
    return DRAWN[domain.name]


def targets_of(model: Model) -> list[Target]:
    """What a model's perceptual network reads, in the order of its outputs."""
    assert model.perceptual is not None
    known = {target.id: target for target in domain_of(model).targets}
    return [known[name] for name in model.perceptual.config.targets]


def places_of(model: Model) -> Tensor:
    """The usual place of each of a model's targets: [T, 1, 32, 32]."""
    domain = domain_of(model)
    return torch.cat([domain.place(target.id) for target in targets_of(model)])


def pictures(
    domain: Domain, seed: int, num: int, resolution: int, device: str, across: int = 1
) -> Iterator[Tensor]:
    """`num` pictures of a seed to compare with, 64 at a time; `across` as in `Domain.apart`."""
    stream = domain.apart(resolution, seed, 0, torch.device(device), across)
    for start in range(0, num, BATCH):
        yield stream.batch(min(BATCH, num - start))[0]
