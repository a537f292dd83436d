"""Where training pictures come from: procedural renders or a folder of the user's own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from models.images import from_uint8, resize_img, to_img, to_uint8
from training.drawn import PORTRAITS, DrawnSet
from training.folders import each_read, picture_paths, read_picture


class ImageSource(Protocol):
    """Something that training draws batches from."""

    def batch(self, num: int) -> Tensor:
        """Draw `num` pictures [num, 3, R, R] in [-1, 1]."""
        ...


class FreshPortraits:
    """People rendered for every batch; no picture is seen twice. Fit for a GPU."""

    def __init__(
        self,
        resolution: int,
        seed: int,
        device: torch.device,
        drawn: int = 0,
        of: DrawnSet = PORTRAITS,
    ) -> None:
        self.resolution = resolution
        self.seed = seed
        self.device = device
        self.drawn = drawn
        self.of = of

    def batch(self, num: int) -> Tensor:
        factors = self.of.sample(self.seed, self.drawn, num)
        self.drawn += num
        return self.of.render(factors, self.resolution, self.device)


class PooledPortraits:
    """Portraits from a pool that fresh renders keep replacing: cheap where the CPU also trains.

    Args:
        size: pictures held, as uint8.
        fresh: probability that a batch is rendered anew, and put into the pool.
    """

    def __init__(self, source: FreshPortraits, size: int, fresh: float = 1 / 16) -> None:
        self.source = source
        self.fresh = fresh
        self.rng = np.random.default_rng(source.drawn)
        self.pool = torch.empty(size, 3, source.resolution, source.resolution, dtype=torch.uint8)
        self.oldest = 0
        for start in tqdm(range(0, size, 64), desc="Rendering portraits", unit="batch"):
            self.pool[start : start + 64] = to_uint8(self.source.batch(min(64, size - start)))

    def batch(self, num: int) -> Tensor:
        if self.rng.random() < self.fresh:  # a whole batch at once: small renders cost more each
            places = [(self.oldest + i) % len(self.pool) for i in range(num)]
            self.pool[places] = to_uint8(self.source.batch(num))
            self.oldest = (self.oldest + num) % len(self.pool)
        return from_uint8(self.pool[self.rng.integers(0, len(self.pool), num)])


class ImageFolder:
    """The pictures of a folder, centre-cropped to squares; what is transparent is white.

    Raises:
        TrainingError: there are none that can be read.
    """

    def __init__(self, folder: Path, resolution: int, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        squares = each_read(picture_paths(folder), lambda path: load_square(path, resolution))
        self.images = torch.cat([to_uint8(square) for square in squares])

    def batch(self, num: int) -> Tensor:
        return from_uint8(self.images[self.rng.integers(0, len(self.images), num)])


def load_square(path: Path, resolution: int) -> Tensor:
    """Read a picture, upright, on white and centre-cropped, as [1, 3, R, R].

    Raises:
        TrainingError: the file cannot be read.
    """
    pixels = read_picture(path).on_white()
    height, width, _ = pixels.shape
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = to_img(pixels[top : top + side, left : left + side])
    return resize_img(square, (resolution, resolution)).clamp(-1, 1)


def mirror(img: Tensor, chosen: Tensor) -> Tensor:
    """Mirror the chosen pictures [N] left to right."""
    return torch.where(chosen.to(img.device)[:, None, None, None], img.flip(3), img)


def portrait_batches(
    seed: int, num: int, resolution: int, device: str = "cpu", of: DrawnSet = PORTRAITS
) -> Iterator[Tensor]:
    """Render the first `num` people of a seed, 64 at a time."""
    for start in range(0, num, 64):
        factors = of.sample(seed, start, min(64, num - start))
        yield of.render(factors, resolution, device)
