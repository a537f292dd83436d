"""Drawn people whose faces the detector finds, for tests."""

import numpy as np
from PIL import Image

from models.images import Pixels, to_pixels
from training.portraits import render, sample_factors

SEED, ROW = 4242, 3
SMALL_PX = 160


def person(size: int = 256) -> Pixels:
    """One drawn person, as large as the picture."""
    return to_pixels(render(sample_factors(SEED, ROW, 1), size))


def two_people() -> Pixels:
    """The same one twice, the larger on the left: [256, 420, 3]."""
    picture = np.full((256, 420, 3), 90, np.uint8)
    large = person()
    small = np.asarray(Image.fromarray(large).resize((SMALL_PX, SMALL_PX)))
    picture[:, :256], picture[40 : 40 + SMALL_PX, 256 : 256 + SMALL_PX] = large, small
    return picture
