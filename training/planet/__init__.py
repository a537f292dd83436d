"""The real Earth: squares of NASA's Blue Marble with what there is at every place of them."""

from training.planet.earth import Earth, open_earth
from training.planet.maps import MAPS
from training.planet.parts import HALVES, PARTS
from training.planet.sphere import Place
from training.planet.squares import PIXEL_KM, PlanetSquares, place_of, view

__all__ = [
    "HALVES",
    "MAPS",
    "PARTS",
    "PIXEL_KM",
    "Earth",
    "Place",
    "PlanetSquares",
    "open_earth",
    "place_of",
    "view",
]
