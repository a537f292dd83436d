"""Pictures as cameras, phones and paint programs write them, by Pillow.

The header says how large a picture is; more than is wanted is refused before a pixel is decoded.
"""

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import ExifTags, Image, ImageFile, PngImagePlugin
from pillow_heif import HeifImagePlugin

from models.errors import PictureError, PictureTooLarge
from models.pictures import tiff
from models.pictures.levels import of_bits
from models.pictures.samples import Samples

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "GIF", "BMP", "TIFF")
NO_PICTURE = (
    "this is not a picture that can be read: use JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP or TIFF"
)
BROKEN = "the picture is damaged or cut short: export it again, or try PNG or JPEG"
UNKNOWN = "this picture is damaged, or of a kind that is not read: export it again as PNG or JPEG"
LOOKS_LIKE_ONE = (b"\xff\xd8\xff", b"\x89PNG", b"RIFF", b"GIF8", b"BM", *tiff.SIGNATURES)
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

MAX_PACKED_BYTES = 16 * 2**20  # of one text or profile in a PNG, unpacked; histories take 2 or 3
PACKED_TOO_LARGE = "too large for PngImagePlugin.MAX_TEXT", "Too much memory used in text"
PNG_BITS = {"L;2": 2, "L;4": 4, "RGB;16B": 16}
"""How deep a PNG is, by what Pillow calls it; any other is as deep as what is decoded."""

assert HeifImagePlugin  # importing it teaches Pillow HEIC, which phones send

# Pillow's own limits warn instead of raising, know nothing of our settings, or refuse pictures for
# the history that an editor wrote into them; `open_picture` has ours. A truncated file is an error
# and not a grey area: ImageFile.LOAD_TRUNCATED_IMAGES stays off.
Image.MAX_IMAGE_PIXELS = None
PngImagePlugin.MAX_TEXT_CHUNK = MAX_PACKED_BYTES


def read_plain(data: bytes, max_pixels: int) -> Samples:
    """The first frame of a picture.

    Raises:
        PictureTooLarge: more than `max_pixels`.
        PictureError: not a picture, damaged or cut short.
    """
    image = open_picture(data, max_pixels)
    try:
        key_bits = PNG_BITS.get(str(image.tile[0].args)) if image.tile else None
        image.load()
        colours, alpha = separated(image, key_bits)
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    except BROKEN_FILE_ERRORS as error:
        raise PictureError(said_of(error) or BROKEN) from None
    about = image.info
    gamma = about.get("gamma") if "srgb" not in about else None
    return Samples(colours, alpha, orientation, about.get("icc_profile"), gamma)


def open_picture(data: bytes, max_pixels: int) -> ImageFile.ImageFile:
    """Open a picture without decoding it; its size is that of the file, before orientation.

    Raises:
        PictureTooLarge: more than `max_pixels`.
        PictureError: not a picture.
    """
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except BROKEN_FILE_ERRORS as error:
        looks_like_one = data.startswith(LOOKS_LIKE_ONE) or data[4:8] == b"ftyp"
        raise PictureError(said_of(error) or (UNKNOWN if looks_like_one else NO_PICTURE)) from None
    check_size(*image.size, max_pixels)
    return image


def check_size(width: int, height: int, max_pixels: int) -> None:
    """Refuse what has no pixels, or too many.

    Raises:
        PictureTooLarge: more than `max_pixels`.
        PictureError: none.
    """
    if width * height > max_pixels:
        raise PictureTooLarge(
            f"the picture is {width} × {height} = {width * height:,} px; "
            f"at most {max_pixels:,} px are read"
        )
    if width * height <= 0:
        raise PictureError(UNKNOWN)


def said_of(error: Exception) -> str | None:
    """What to tell of an error that is of our own making."""
    if any(words in str(error) for words in PACKED_TOO_LARGE):
        return (
            "this PNG has more text packed into it, or a larger profile, than is read "
            f"({MAX_PACKED_BYTES:,} bytes each): export it without metadata"
        )
    return None


def separated(image: Image.Image, key_bits: int | None) -> tuple[Image.Image, Image.Image | None]:
    """Colours in 8 bits, and alpha.

    Args:
        key_bits: of the colour that a PNG calls transparent, where they are not those of a pixel.
    """
    key = image.info.get("transparency")
    if image.mode in ("1", "L", "RGB") or image.mode.startswith("I;16"):
        keyed = image.convert("L") if image.mode == "1" else image
        alpha = None if key is None else all_but(key_of(key, key_bits), keyed)
        if image.mode.startswith("I;16"):
            return Image.fromarray(of_bits(np.asarray(image), 16)), alpha
        return keyed, alpha
    if image.mode in ("CMYK", "LAB"):
        return image, None
    if image.mode in ("LA", "La"):
        grey = image.convert("LA")
        return grey.getchannel("L"), grey.getchannel("A")
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        return Image.merge("RGB", rgba.split()[:3]), rgba.getchannel("A")
    return image.convert("RGB"), None


def key_of(key: Any, bits: int | None) -> Any:
    """A PNG's transparent colour as its pixels are decoded: the depth of 2 and 4 bits is brought to
    8, and of 16 bits of RGB the upper half is read."""
    if bits is None:
        return key
    if bits == 16:
        return [value >> 8 for value in key]
    return key * 255 // (2**bits - 1)


def all_but(key: Any, image: Image.Image) -> Image.Image:
    """An alpha in which one colour is transparent."""
    pixels = np.asarray(image)
    same = pixels == np.asarray(key, dtype=np.int64)
    hidden = same.all(axis=2) if same.ndim == 3 else same
    return Image.fromarray(np.where(hidden, 0, 255).astype(np.uint8))
