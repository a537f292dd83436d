"""A picture as everything here takes it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Picture:
    """An upright picture in sRGB.

    Attributes:
        pixels: uint8 [H, W, 3].
        alpha: uint8 [H, W], or None where nothing is transparent. The colours below it are kept;
            where a survey has no data, it is 0.
    """

    pixels: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height."""
        return self.pixels.shape[1], self.pixels.shape[0]

    def on_white(self) -> NDArray[np.uint8]:
        """The picture as it looks on paper: what a model is shown."""
        if self.alpha is None:
            return self.pixels
        alpha = self.alpha[:, :, None].astype(np.uint16)
        mixed = self.pixels * alpha + 255 * (255 - alpha) + 127
        return (mixed // 255).astype(np.uint8)
