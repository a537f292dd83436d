"""Several parts of one picture, each painted on its own: all that was painted, in that picture."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from contracts.faces import Quad
from models.pictures import Picture
from worker.encode import Box
from worker.parts import Part


@dataclass(frozen=True)
class Change:
    """What was painted on a part of a picture.

    Attributes:
        before, after: the part as it was taken, and edited; of the same size.
    """

    part: Part
    before: Picture
    after: Picture

    def made_in(self, picture: Picture) -> Picture:
        """A picture with it; every pixel that did not change is what it was."""
        if self.part.quad is None:
            here = self.part.taken_from(picture)
            return self.part.put_back(picture, here, onto(here, self.before, self.after))
        return self.part.put_back(picture, self.before, self.after)


def composed(picture: Picture, changes: Iterable[Change]) -> Picture:
    """A picture with all changes. Where parts overlap it has what was painted on each; they are
    made in the order of their places, whatever the order in which they are given."""
    for change in sorted(changes, key=place_of):
        picture = change.made_in(picture)
    return picture


def place_of(change: Change) -> tuple[Box, Quad | tuple[()]]:
    """Where a change is: the same wherever the picture is kept."""
    return change.part.crop, change.part.quad or ()


def onto(base: Picture, before: Picture, after: Picture) -> Picture:
    """What changed from `before` to `after`, on another picture of the same place and size; where
    that is `before`, exactly `after`."""
    changed = (before.pixels != after.pixels).any(axis=2, keepdims=True)
    moved = base.pixels.astype(np.int16) + after.pixels - before.pixels
    pixels = np.where(changed, moved.clip(0, 255).astype(np.uint8), base.pixels)
    return Picture(pixels, base.alpha)


def overlap(part: Part, other: Part) -> bool:
    """Whether what two parts reach of their picture has a pixel in common."""
    (x, y, w, h), (left, top, width, height) = part.crop, other.crop
    return x < left + width and left < x + w and y < top + height and top < y + h
