"""Uploads as pictures, and masks as numbers: the decoder's errors as the contract has them.

Runs in the worker, so that a hostile file cannot hurt the server. What is decoded how:
`models/pictures`.
"""

import numpy as np
from numpy.typing import NDArray

from contracts.errors import InvalidEdit, InvalidImage, TooLarge
from contracts.masks import MAX_MASK_PNG_PX
from models.errors import PictureError, PictureTooLarge
from models.pictures import Picture, decode, decode_selection


def decode_picture(data: bytes, max_pixels: int) -> Picture:
    """Decode any picture we take: first frame, orientation applied, sRGB, 8 bits.

    Raises:
        InvalidImage: not a picture, damaged or cut short, or of a kind that cannot be shown.
        TooLarge: more than `max_pixels`.
    """
    try:
        return decode(data, max_pixels)
    except PictureTooLarge as error:
        raise TooLarge(str(error)) from None
    except PictureError as error:
        raise InvalidImage(str(error)) from None


def decode_mask(png: bytes) -> NDArray[np.float32]:
    """A PNG mask as float [h, w] in [0, 1].

    Raises:
        InvalidEdit: the PNG is damaged, or larger than its first header says.
    """
    try:
        selected = decode_selection(png, MAX_MASK_PNG_PX**2)
    except PictureTooLarge:  # a file may have a second header, which counts
        raise InvalidEdit(f"a mask's PNG is at most {MAX_MASK_PNG_PX} px a side") from None
    except PictureError as error:
        raise InvalidEdit(f"a mask's PNG cannot be read: {error}") from None
    return selected.astype(np.float32) / np.float32(255)
