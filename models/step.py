"""A sign of life of long work."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Step:
    """How far it is.

    Attributes:
        preview: what it has found so far, uint8 [H, W, 3].
        error: where the preview is still off, of the same size.
    """

    step: int
    steps: int
    message: str
    preview: NDArray[np.uint8] | None = None
    error: NDArray[np.uint8] | None = None


Report = Callable[[Step], None]
"""Hears of steps; may raise to stop."""


def silent(_: Step) -> None:
    """Tell nobody."""
