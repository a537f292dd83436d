"""Where the waves of a portrait begin, given to the mapping network by hand.

One factor, the detail, turns the waves of curls, strands and freckles. Over all its values a wave
is nothing on average: as long as w says nothing of it no wave is learnt, and as long as there is
no wave w is not asked for it. So w is made to say it, in its directions that say least. Ours.
"""

import copy
import math

import torch
from torch import Tensor

from models.generator import Generator
from models.layers import StyleAffine
from training.imitation import imitate
from training.portraits import FACTORS
from training.schedule import Length, Steps
from training.teacher import factors_of
from training.together import Group

STEPS = Steps(12_000)  # the sine of a whole turn takes three times what copying a network takes
LOUDNESS = 4.0  # of a phase in w; the strongest directions of w have deviations of 3
HEARD = 0.5  # share of the phases' variance that w says already
DRAWS = 10_000
NAMES = [factor.name for factor in FACTORS]


def phases(factors: Tensor) -> Tensor:
    """Sines and cosines [N, P] of the phases with which factors [N, F] are rendered: of curls, as
    strong as they are, of freckles, and of strands."""
    detail, curl, length = (
        factors[:, NAMES.index(name)] for name in ("detail", "hair_curl", "hair_length")
    )
    strong = curl * (0.35 + 0.65 * length)  # as training/portraits/hair.py has it
    turn = 2 * math.pi * detail
    one = torch.ones_like(turn)
    waves = [(strong, turn), (one, turn), (one, 2 * turn), (one, 9.0 * detail)]
    return torch.stack([a * f(x) for a, x in waves for f in (torch.cos, torch.sin)], dim=1)


def hear_phases(
    generator: Generator, group: Group | None = None, length: Length | None = None
) -> None:
    """Make a generator's w say the phases of what it is to draw, unless it does.

    The directions in which w varies least are given to them; what the synthesis network made of
    those is forgotten, and the mapping network learns its own w anew with the phases in it.

    Args:
        length: `STEPS` if not given.
    """
    mapping = generator.mapping
    with torch.no_grad():
        rng = torch.Generator().manual_seed(0)  # the same directions in every process
        z = torch.randn(DRAWS, mapping.config.z_dim, generator=rng).to(mapping.w_avg.device)
        w, said = mapping(z), phases(factors_of(z))
        if explained(w, said) > HEARD:
            return
        mean = w.mean(dim=0)
        directions = torch.linalg.eigh(torch.cov(w.T)).eigenvectors[:, : said.shape[1]]  # [D, P]
        mapping.w_avg.sub_((mapping.w_avg - mean) @ directions @ directions.T)
        for layer in generator.synthesis.modules():
            if isinstance(layer, StyleAffine):
                layer.weight.sub_(layer.weight @ directions @ directions.T)
    before = copy.deepcopy(mapping).requires_grad_(False)

    def wanted(z: Tensor) -> Tensor:
        w: Tensor = before(z)
        said: Tensor = mean @ directions + LOUDNESS * phases(factors_of(z))
        w = w + (said - w @ directions) @ directions.T
        return w

    imitate(mapping, wanted, length or STEPS, group)


def explained(w: Tensor, said: Tensor) -> float:
    """The share of the variance of `said` [N, P] that is linear in w [N, D]."""
    x, y = w - w.mean(dim=0), said - said.mean(dim=0)
    missed: Tensor = y - x @ torch.linalg.lstsq(x, y).solution
    return 1 - missed.square().sum().item() / y.square().sum().item()
