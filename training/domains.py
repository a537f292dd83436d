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
from training.errors import TrainingError
from training.planet import PARTS, open_earth
from training.planet.fields import CHANNEL_TITLES
from training.planet.labelled import POOL, LabelledEarth
from training.portraits import FACTORS, region_mask, render, sample_factors

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


class Portraits:
    """Drawn people."""

    name = "portraits"
    widest = WIDEST_DRAWN
    targets = tuple(Target(f.name, f.title) for f in FACTORS if f.name in labels.TARGETS)
    tuition = Tuition(others=10.0, wrong_way=0.0)

    def read_as(self, attribute: str) -> str:
        return attribute

    def labelled(self, resolution: int, seed: int, start: int, device: torch.device) -> Labelled:
        return LabelledPortraits(resolution, seed, start, device)

    def apart(
        self, resolution: int, seed: int, start: int, device: torch.device, across: int = 1
    ) -> Labelled:
        return LabelledPortraits(resolution * across, seed, start, device)

    def place(self, target: str) -> Tensor:
        region = next(factor.region for factor in FACTORS if factor.name == target)
        return usual_place(region)

    def can_show(self, target: str, is_more: bool, readings: Mapping[str, float]) -> bool:
        return True


def usual_place(region: str, num: int = 256) -> Tensor:
    """Where a region usually lies: [1, 1, 32, 32], 1 where it covers most portraits."""
    return (region_mask(sample_factors(0, 0, num), region, PLACE_CELLS).mean(0)[None] > 0.5).float()


@dataclass
class LabelledPortraits:
    """Fresh renders, none of them twice."""

    resolution: int
    seed: int
    drawn: int
    device: torch.device

    def batch(self, num: int) -> tuple[Tensor, Tensor]:
        factors = sample_factors(self.seed, self.drawn, num).to(self.device)
        self.drawn += num
        return render(factors, self.resolution, self.device), labels.standardise(factors)


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


DOMAINS: dict[str, Domain] = {
    domain.name: domain for domain in (Portraits(), Aerial(), RealEarth())
}


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
