"""Numbers of any depth as the 256 levels of a picture."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Bands = NDArray[Any]
"""[C, H, W] of real numbers."""

STRETCH = (2, 98)  # percentiles that become black and white
USUAL_TOPS = (1.0, 255.0, 65535.0)  # of floats: what white is to most programs that write them


def of_bits(values: Bands, num_bits: int) -> NDArray[np.uint8]:
    """Whole numbers from 0 to 2^bits - 1; black is 0, and white the largest that there could be."""
    if num_bits == 8:
        return values.astype(np.uint8)
    return rounded(values * np.float32(255 / (2**num_bits - 1)))


def of_usual_range(values: Bands, valid: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Numbers without a stated range, in the smallest usual one that all but the brightest two
    hundredths lie in; those are white. If any but as few are negative, or larger, `stretched`.

    Args:
        valid: [H, W], where there is data.
    """
    if not valid.any():
        return np.zeros(values.shape, np.uint8)
    low, high = np.percentile(values[:, valid], STRETCH)
    top = next((top for top in USUAL_TOPS if high <= top), None)
    if low < 0 or top is None:
        return stretched(values, valid)
    return rounded(values * (255 / top))


def stretched(values: Bands, valid: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Each band for itself from 1 to 255, so that haze and sensors tint nothing and 0 is left to
    what has no data. A band that is the same everywhere is grey.

    Args:
        valid: [H, W], where there is data.
    """
    levels = np.full(values.shape, 128, np.uint8)
    for band, shown in zip(values, levels, strict=True):
        low, high = np.percentile(band[valid], STRETCH) if valid.any() else (0, 0)
        if high > low:
            unit = (band.astype(np.float32) - np.float32(low)) / np.float32(high - low)
            shown[:] = rounded(1 + 254 * unit.clip(0, 1))
    return levels


def rounded(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Levels from numbers; what is not a number is 0."""
    levels: NDArray[np.uint8] = np.nan_to_num(values).round().clip(0, 255).astype(np.uint8)
    return levels
