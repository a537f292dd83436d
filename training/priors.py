"""The priors that a training may name: those that are known, and the Earth's, which is measured."""

from models.prior import PRIORS, Prior
from training.planet.fields import measured

PLANET = "planet"
NAMES = (*PRIORS, PLANET)


def open_prior(name: str) -> Prior:
    """The prior of that name.

    Raises:
        TrainingError: it is the Earth's, whose files are not there.
    """
    return measured().prior if name == PLANET else PRIORS[name]
