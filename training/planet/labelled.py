"""Squares of the Earth with what is in them, to learn reading from (`training.domains`)."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from models.images import from_uint8, to_uint8
from models.latents import SQUARE
from training.planet.earth import Earth
from training.planet.fields import measured, scores_of
from training.planet.parts import Part
from training.planet.squares import SQUARE_KM, place_of, view

POOL = 2000  # squares at once
USES = 8  # of a square, before another takes its place


class LabelledEarth:
    """Squares in changing company, and the means over each of what its cells have.

    Args:
        start: pictures that were taken already.
        within: as `place_of` has it.
        across: sides of a training picture that a square has.
        pool: squares that are held, each to be taken `USES` times in one of eight ways; none, for
            squares that are taken once and as they are.
    """

    def __init__(
        self,
        earth: Earth,
        resolution: int,
        seed: int,
        start: int,
        device: torch.device,
        within: Sequence[Part] = (),
        across: int = 1,
        pool: int = 0,
    ) -> None:
        self.resolution = resolution * across
        self.side_km = SQUARE_KM * across
        self.cells = (SQUARE[0] * across, SQUARE[1] * across)
        self.device = device
        self.rng = np.random.default_rng([seed, start])
        self.cut = self.cuts(earth, seed, start // USES if pool else start, within)
        self.pool = [next(self.cut) for _ in range(pool)]
        self.taken = 0

    def cuts(
        self, earth: Earth, seed: int, start: int, within: Sequence[Part]
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """Squares uint8 [3, R, R] of a seed, each with its amounts [K]."""
        amounts = measured().amounts
        index = start
        while True:
            place = place_of(earth, seed, index, self.side_km, within)
            img = view(earth, place, self.resolution, self.side_km / self.resolution).img
            z = amounts.to_normal(scores_of(earth, place, self.cells))
            yield to_uint8(img[None])[0], z.mean(dim=(1, 2))
            index += 1

    def batch(self, num: int) -> tuple[Tensor, Tensor]:
        """Pictures [num, 3, R, R] in [-1, 1] and amounts [num, K], in deviations of the Earth's
        cells."""
        found = [self.one() for _ in range(num)]
        img, amounts = (torch.stack(each).to(self.device) for each in zip(*found, strict=True))
        return from_uint8(img), amounts

    def one(self) -> tuple[Tensor, Tensor]:
        """The next square, or any of those that are held."""
        if not self.pool:
            return next(self.cut)
        self.taken += 1
        if self.taken % USES == 0:
            self.pool[self.taken // USES % len(self.pool)] = next(self.cut)
        k, quarter, is_mirrored = self.rng.integers([len(self.pool), 4, 2])
        img, amounts = self.pool[k]
        return torch.rot90(img.flip(2) if is_mirrored else img, int(quarter), (1, 2)), amounts
