"""Squares of the Earth: places chosen by number, and what is seen there at an equal scale."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from models.counter import uniform
from training.errors import TrainingError
from training.planet.earth import Earth
from training.planet.maps import MAPS
from training.planet.parts import Part, in_parts
from training.planet.sphere import Place, seen, seen_from

PIXEL_KM = 10.0  # what a pixel shows at 128 px, about as much as one of the picture at the equator
SQUARE_KM = 1280.0  # what a training picture shows, of any resolution
FURTHEST_DEGREES = 70.0  # of the middles from the equator
SAMPLES = 2  # per pixel and axis
PROBES = 5  # per side of a square, of which each is in a held-out part, or is not
TRIES = 10_000


@dataclass(frozen=True)
class View:
    """A square as it is seen, with what is there.

    Attributes:
        img: [3, H, W] in [-1, 1].
        maps: [M, H, W] in [0, 1], in the order of `MAPS`.
    """

    img: Tensor
    maps: Tensor


def place_of(
    earth: Earth, seed: int, index: int, side_km: float = SQUARE_KM, within: Sequence[Part] = ()
) -> Place:
    """The place of a square of the Earth, a function of (seed, index).

    Middles are anywhere for even numbers and on land for odd ones, since two thirds of the Earth
    are sea; squares are turned and mirrored, for no light comes from one side.

    Args:
        within: parts that it lies wholly in; wholly outside of all that is held out if none.

    Raises:
        TrainingError: there is none of that size.
    """
    highest = math.sin(math.radians(FURTHEST_DEGREES))
    for k in range(TRIES):
        north, east, turn, mirror = uniform(
            seed, torch.tensor(index), torch.tensor(k), torch.arange(4)
        ).tolist()
        latitude = math.degrees(math.asin(highest * (2 * north - 1)))
        place = Place(latitude, 360 * east - 180, 2 * math.pi * turn, mirror < 0.5)
        probes = seen_from(place, (PROBES, PROBES), side_km / PROBES)
        fits = in_parts(probes, within).all() if within else not in_parts(probes).any()
        if not fits:
            continue
        if index % 2 == 0 or is_land(earth, place):
            return place
    raise TrainingError(f"no square of {side_km:.0f} km lies there")


def is_land(earth: Earth, place: Place) -> bool:
    """Whether there is no water in the middle."""
    water = seen(earth, place, (1, 1), PIXEL_KM)[3 + MAPS.index("water")]
    return bool(water < 128)


def view(earth: Earth, place: Place, size: int, pixel_km: float = PIXEL_KM) -> View:
    """What is seen around a place in `size` × `size` pixels, none of them stretched."""
    fine = (size * SAMPLES, size * SAMPLES)
    levels = F.avg_pool2d(seen(earth, place, fine, pixel_km / SAMPLES), SAMPLES)
    return View(levels[:3] / 127.5 - 1, levels[3:] / 255)


class PlanetSquares:
    """Squares of a seed from the Earth, one after the other (`training.data.ImageSource`).

    Args:
        start: squares that were taken already.
        within: as `place_of` has it.
    """

    def __init__(
        self,
        earth: Earth,
        resolution: int,
        seed: int,
        start: int = 0,
        within: Sequence[Part] = (),
    ) -> None:
        self.earth = earth
        self.resolution = resolution
        self.seed = seed
        self.next = start
        self.within = within

    def batch(self, num: int) -> Tensor:
        """The next `num` squares [num, 3, R, R] in [-1, 1]."""
        drawn = []
        for index in range(self.next, self.next + num):
            place = place_of(self.earth, self.seed, index, within=self.within)
            drawn.append(view(self.earth, place, self.resolution, SQUARE_KM / self.resolution).img)
        self.next += num
        return torch.stack(drawn)
