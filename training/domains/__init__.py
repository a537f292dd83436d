"""The domains: what models are trained on here, taught, and measured by. To add one, write what
`training/domains/base.py` asks of it and list it below."""

from collections.abc import Collection, Iterator

import torch
from torch import Tensor

from models.model import FitBounds, Model
from training.domains.aerial import Aerial
from training.domains.base import Domain, LandDomain, Target
from training.domains.people import DrawnPeople
from training.domains.planet import RealEarth
from training.drawn import DRAWN, PEOPLE, PORTRAITS, DrawnSet
from training.errors import TrainingError
from training.gan_options import GanOptions

BATCH = 64

LANDS: dict[str, LandDomain] = {"aerial": Aerial(), "planet": RealEarth()}
DOMAINS: dict[str, Domain] = {
    "portraits": DrawnPeople(PORTRAITS, "Drawn portraits", "Drawn faces", FitBounds(0.35, 0.5)),
    "people": DrawnPeople(PEOPLE, "Drawn people", "Drawn people", FitBounds()),
    **LANDS,
}


def is_taught(options: GanOptions) -> bool:
    """Whether every z of a run stands for a picture of its domain."""
    domain = DOMAINS.get(options.data)
    return domain is not None and domain.is_taught(options)


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
