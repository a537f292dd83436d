"""The parts of the Earth that no training sees: every figure is of them."""

import math

import torch
from torch import Tensor

from training.planet.sphere import RADIUS_KM, to_vectors

RADIUS = 2020 / RADIUS_KM  # of each, as an angle; together a tenth of the Earth
MIDDLES = {
    "Persia": (30, 58),  # deserts, mountains, steppe, the Gulf and the Caspian
    "the Canadian west": (52, -105),  # snow, boreal forest, the Rockies, prairies
    "Borneo and the Moluccas": (-5, 118),  # islands, rain forest, shelves and trenches
    "the Gulf of Guinea": (5, 8),  # deep sea, rain forest, savanna, the edge of the Sahara
}
"""Latitudes and longitudes in degrees."""


def in_parts(vectors: Tensor) -> Tensor:
    """Whether places [..., 3] lie in a part that is held out: bool [...]."""
    latitude, longitude = torch.tensor(list(MIDDLES.values())).deg2rad().unbind(1)
    near = vectors @ to_vectors(latitude, longitude).T
    return (near > math.cos(RADIUS)).any(dim=-1)
