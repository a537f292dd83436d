"""What may be uploaded, and what a picture's header says, without decoding it."""

import struct
import zlib
from typing import BinaryIO

from PIL import Image
from pillow_heif import HeifImagePlugin

from contracts.errors import InvalidImage, TooLarge

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "GIF", "BMP", "TIFF")
UNREADABLE = (
    "this is not a picture that can be read: use JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP or TIFF"
)

BROKEN_FILE_ERRORS = (
    OSError,
    ValueError,
    ArithmeticError,  # a length that overflows, a resolution of n/0
    SyntaxError,
    EOFError,
    LookupError,
    TypeError,
    struct.error,
    zlib.error,
    RuntimeError,  # of the codecs of HEIC and AVIF
    Image.DecompressionBombError,
)
"""What Pillow raises of files that are damaged or hostile."""

assert HeifImagePlugin  # importing it teaches Pillow HEIC, which phones send

# Pillow's own limit warns instead of raising and knows nothing of our settings; `open_header` has
# ours. A truncated file is an error and not a grey area: ImageFile.LOAD_TRUNCATED_IMAGES stays off.
Image.MAX_IMAGE_PIXELS = None


def open_header(file: BinaryIO, max_pixels: int) -> Image.Image:
    """Open a picture without decoding it; its size is that of the file, before orientation.

    Raises:
        InvalidImage: not a picture.
        TooLarge: more than `max_pixels`.
    """
    try:
        image = Image.open(file, formats=FORMATS)
    except BROKEN_FILE_ERRORS:
        raise InvalidImage(UNREADABLE) from None
    pixels = image.width * image.height
    if pixels > max_pixels:
        raise TooLarge(
            f"the picture is {image.width} × {image.height} = {pixels:,} px; "
            f"at most {max_pixels:,} px are read"
        )
    if pixels == 0:
        raise InvalidImage(UNREADABLE)
    return image
