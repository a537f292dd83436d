"""Any file as a picture: the right reader, then colours, then orientation."""

import warnings

import numpy as np
from numpy.typing import NDArray

from models.errors import PictureError
from models.pictures.bands import read_bands
from models.pictures.colour import to_srgb
from models.pictures.picture import Picture
from models.pictures.plain import BROKEN, BROKEN_FILE_ERRORS, read_plain
from models.pictures.samples import Samples
from models.pictures.tiff import read_header


def decode(data: bytes, max_pixels: int) -> Picture:
    """Decode a picture: its first frame, upright, in sRGB, in 8 bits.

    Raises:
        PictureTooLarge: more than `max_pixels`; its header is asked before it is decoded.
        PictureError: not a picture, damaged or cut short, or of a kind that cannot be shown.
    """
    samples = read_samples(data, max_pixels)
    try:
        pixels = np.array(samples.upright(to_srgb(samples)))
    except BROKEN_FILE_ERRORS:
        raise PictureError(BROKEN) from None
    return Picture(pixels, alpha_of(samples))


def decode_selection(data: bytes, max_pixels: int) -> NDArray[np.uint8]:
    """Decode a mask [H, W]: where it hides anything, what it shows is selected, whatever its
    colour; else what is white. A mask's levels are shares, which no profile changes.

    Raises:
        PictureTooLarge, PictureError: as of `decode`.
    """
    samples = read_samples(data, max_pixels)
    alpha = alpha_of(samples)
    if alpha is not None:
        return alpha
    return np.array(samples.upright(samples.colours.convert("L")))


def read_samples(data: bytes, max_pixels: int) -> Samples:
    """What a file holds, by the reader that is for it."""
    with warnings.catch_warnings(action="ignore"):  # of damage, and of places that no map has
        header = read_header(data)
        if header is not None and header.is_in_bands:
            return read_bands(data, header, max_pixels)
        return read_plain(data, max_pixels)


def alpha_of(samples: Samples) -> NDArray[np.uint8] | None:
    """The upright alpha, unless it hides nothing."""
    if samples.alpha is None:
        return None
    alpha = np.array(samples.upright(samples.alpha))
    return None if alpha.min() == 255 else alpha
