"""Squares cut from large pictures at random places: the data of spatial training."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from models.images import from_uint8, to_uint8
from training.aerial import PIXEL_M, view

LANDS = 40
LAND_PX = 512
SIDES = 4  # of a picture, at least, in a land's
SQUARE_M = 128.0  # of land that a training picture shows, from 64 px on
BATCHES_PER_LAND = 200  # a land is replaced after so many batches
MAX_EMPTY = 0.05  # of a square, without data
TRIES = 20


class RandomCrops:
    """Squares of pictures, larger pictures more often; hardly any without data, which is black in
    every colour.

    Args:
        pictures: uint8 [C, H, W] each, colours first; no side under `resolution`.
    """

    def __init__(self, pictures: Sequence[Tensor], resolution: int, seed: int) -> None:
        self.pictures = list(pictures)
        self.resolution = resolution
        self.rng = np.random.default_rng(seed)
        places = [
            (p.shape[1] - resolution + 1) * (p.shape[2] - resolution + 1) for p in self.pictures
        ]
        self.shares = np.array(places) / sum(places)

    def batch(self, num: int) -> Tensor:
        """Draw `num` squares [num, 3, R, R] in [-1, 1]."""
        return from_uint8(self.layers(num)[:, :3])

    def layers(self, num: int) -> Tensor:
        """Draw `num` squares with every channel of the pictures: uint8 [num, C, R, R]."""
        chosen = self.rng.choice(len(self.pictures), num, p=self.shares)
        return torch.stack([self.crop(self.pictures[i]) for i in chosen])

    def crop(self, picture: Tensor) -> Tensor:
        """One square of a picture."""
        size = self.resolution
        for _ in range(TRIES):
            top = int(self.rng.integers(picture.shape[1] - size + 1))
            left = int(self.rng.integers(picture.shape[2] - size + 1))
            square = picture[:, top : top + size, left : left + size]
            if (square[:3] == 0).all(dim=0).float().mean() <= MAX_EMPTY:
                break
        return square


def metres_per_pixel(resolution: int, scale: float = 1.0) -> float:
    """How sharp land is in training pictures of that resolution: more pixels show the same land in
    more detail.

    Args:
        scale: 0.5 sees it from twice as far, drawn with as few samples: what is smaller than a
            sample is seen, or is not.
    """
    return min(PIXEL_M, SQUARE_M / resolution) / scale


class AerialCrops:
    """Squares of procedural lands and of their maps; fresh lands keep replacing the oldest.

    Args:
        resolution: of training pictures, which says how sharp land is.
        lands: held at once; by default the more, the smaller each is.
        scale: as in `metres_per_pixel`.
    """

    def __init__(
        self, resolution: int, seed: int, lands: int | None = None, scale: float = 1.0
    ) -> None:
        self.pixel_m = metres_per_pixel(resolution, scale)
        self.side = max(round(LAND_PX * scale), SIDES * resolution)
        self.next_land = seed
        self.batches = 0
        lands = lands or max(1, LANDS * LAND_PX // self.side)
        shown = tqdm(range(lands), desc="Drawing land", unit="land", leave=False)
        drawn = [self.draw() for _ in shown]
        self.crops = RandomCrops(drawn, resolution, seed)

    def draw(self) -> Tensor:
        """A land that has not been drawn before, above its maps: uint8 [3 + F, H, W]."""
        self.next_land += 1
        return drawn_land(self.next_land, self.side, self.pixel_m)

    def layers(self, num: int) -> Tensor:
        """Squares of lands and their maps: uint8 [num, 3 + F, R, R]."""
        self.batches += 1
        if self.batches % BATCHES_PER_LAND == 0:
            oldest = (self.batches // BATCHES_PER_LAND) % len(self.crops.pictures)
            self.crops.pictures[oldest] = self.draw()
        return self.crops.layers(num)

    def batch(self, num: int) -> Tensor:
        """Draw `num` squares [num, 3, R, R] in [-1, 1]."""
        return from_uint8(self.layers(num)[:, :3])


class LoneSquares:
    """Squares of procedural land and of its maps, each of a land of its own: what land is compared
    with. Squares of few lands share seasons and suns, and say as much about those few.

    Args:
        resolution: of training pictures, which says how sharp land is.
        across: sides of a training picture that a square has.
        scale: as in `metres_per_pixel`.
    """

    def __init__(self, resolution: int, seed: int, across: int = 1, scale: float = 1.0) -> None:
        self.pixel_m = metres_per_pixel(resolution, scale)
        self.side = resolution * across
        self.next_land = seed

    def layers(self, num: int) -> Tensor:
        """Squares and their maps: uint8 [num, 3 + F, R, R]."""
        seeds = range(self.next_land, self.next_land + num)
        self.next_land += num
        return torch.stack([drawn_land(seed, self.side, self.pixel_m) for seed in seeds])


def drawn_land(seed: int, side: int, pixel_m: float) -> Tensor:
    """The origin of a land above its maps: uint8 [3 + F, side, side]."""
    land = view(seed, 0, 0, side, side, pixel_m=pixel_m)
    maps = (land.maps * 255).round().to(torch.uint8)
    return torch.cat([to_uint8(land.img[None])[0], maps])
