"""What a TIFF says of itself before a pixel is decoded."""

import io
from dataclasses import dataclass
from typing import Any

from PIL.TiffImagePlugin import ImageFileDirectory_v2

SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")  # the last two of BigTIFF
BIG = 43
WHITE_IS_0 = 0
IN_BANDS = (WHITE_IS_0, 1, 2, 3)  # photometrics: grey, grey, RGB, a palette
GEOREFERENCES = (33550, 33922, 34264, 34735)
"""Of GeoTIFF: where pixels lie, and in which system. Source: OGC 19-008r4."""
ASSOCIATED = 1  # ExtraSamples: colours have been multiplied by alpha


@dataclass(frozen=True)
class TiffHeader:
    """The tags that say how the first picture of a TIFF is to be read.

    Attributes:
        num_bits: of the deepest sample.
        is_unsigned: whole numbers from 0 on; neither floats nor negative.
        photometric: what the samples are, by TIFF's number.
        is_premultiplied: whether colours have been multiplied by alpha.
    """

    num_bits: int
    is_unsigned: bool
    photometric: int
    is_georeferenced: bool
    is_premultiplied: bool
    orientation: int
    profile: bytes | None

    @property
    def is_in_bands(self) -> bool:
        """Whether its samples are levels of red, green, blue, grey or a palette as they stand; of
        CMYK, YCbCr and Lab they are not."""
        return self.photometric in IN_BANDS


def read_header(data: bytes) -> TiffHeader | None:
    """The header of a TIFF; None of any other file, and of what is too damaged to tell."""
    if not data.startswith(SIGNATURES):
        return None
    try:
        tags = tags_of(data)
        return TiffHeader(
            num_bits=max(several(tags.get(258), 1)),
            is_unsigned=set(several(tags.get(339), 1)) == {1},
            photometric=first(tags.get(262), 1),
            is_georeferenced=any(tag in tags for tag in GEOREFERENCES),
            is_premultiplied=ASSOCIATED in several(tags.get(338), 0),
            orientation=first(tags.get(274), 1),
            profile=profile_of(tags.get(34675)),
        )
    except (OSError, ValueError, TypeError, SyntaxError, LookupError, ArithmeticError):
        return None


def tags_of(data: bytes) -> ImageFileDirectory_v2:
    """The tags of the first picture."""
    tags = ImageFileDirectory_v2(data[: 16 if BIG in data[2:4] else 8])
    file = io.BytesIO(data)
    file.seek(tags.next)
    tags.load(file)
    return tags


def several(value: Any, missing: int) -> tuple[int, ...]:
    """The numbers of a tag, of which Pillow gives a lone one as it is."""
    value = missing if value is None else value
    return tuple(int(each) for each in (value if isinstance(value, tuple) else (value,)))


def first(value: Any, missing: int) -> int:
    """The first number of a tag."""
    return several(value, missing)[0]


def profile_of(value: Any) -> bytes | None:
    """An ICC profile, which some write as bytes and some as one of a tuple."""
    value = value[0] if isinstance(value, tuple) else value
    return value if isinstance(value, bytes) else None
