"""The parts of the Earth that are held out: every figure is of them.

No square that is trained on has its middle there, or any of the probes that `place_of` takes; past
those, a square reaches in by less than a tenth of its side.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from training.planet.sphere import RADIUS_KM

HALF_WIDTH = 900 / RADIUS_KM  # of each, as an angle, so that a square fits in; together a tenth


class Part(NamedTuple):
    """A strip along a meridian; degrees north and east."""

    longitude: float
    south: float
    north: float


PARTS = (
    Part(-168, 25, 65),  # the Bering Sea and the Pacific
    Part(-96, 25, 65),  # prairies, boreal forest, tundra, the Gulf of Mexico
    Part(48, -20, 25),  # Arabia, the Horn of Africa, Madagascar
    Part(-84, -20, 25),  # the Caribbean, Panama, the Galápagos, the edge of the Andes
    Part(24, -65, -20),  # the south of Africa, the ocean beyond
    Part(-18, -65, -20),  # the South Atlantic and its ridge
)
"""Of all that were tried, among those whose squares are most like the rest of the Earth's
(decision 76)."""
HALVES = (PARTS[0::2], PARTS[1::2])
"""Two sets that have no place in common."""


def in_parts(vectors: Tensor, parts: Sequence[Part] = PARTS) -> Tensor:
    """Whether places [..., 3] lie in one of the parts: bool [...]."""
    longitude, south, north = torch.tensor(parts).deg2rad().unbind(1)
    east, front, zero = longitude.sin(), longitude.cos(), torch.zeros(len(parts))
    aside = vectors @ torch.stack([-east, front, zero])
    is_this_side = vectors @ torch.stack([front, east, zero]) > 0
    up = vectors[..., 2, None]
    is_between = (south.sin() < up) & (up < north.sin())
    near = aside.abs() < math.sin(HALF_WIDTH)
    return (near & is_this_side & is_between).any(dim=-1)
