"""Masks: where an edit happens. 1 is there, 0 is nowhere; row-major, covering what is edited.

A mask is sent whole, as numbers or as a PNG, or by the id of one that the server has: its content's
own name, so that the same mask has one id, whoever keeps it.
"""

import base64
import binascii
import hashlib
import struct
import zlib
from typing import Annotated, Literal

from pydantic import Field, field_validator

from contracts.base import FIRST_ERROR, IdText, Unit, Value
from contracts.errors import InvalidImage, TooLarge
from contracts.ids import content_id

MAX_MASK_CELLS = (
    512  # per side of a grid mask: finer than any model's grid, and 262,144 numbers at most
)
MAX_MASK_PNG_PX = 4096  # per side of a PNG mask: 16 MB once decoded
MAX_MASK_PNG_BYTES = 3 * 1024 * 1024
MAX_MASK_PNG_CHARS = MAX_MASK_PNG_BYTES * 4 // 3  # of base64
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


class MaskAll(Value):
    """The whole picture."""

    kind: Literal["all"] = "all"


class MaskGrid(Value):
    """Rows of numbers in [0, 1], any h × w; resampled to the model's grid."""

    kind: Literal["grid"] = "grid"
    rows: Annotated[
        tuple[
            Annotated[
                tuple[Unit, ...], FIRST_ERROR, Field(min_length=1, max_length=MAX_MASK_CELLS)
            ],
            ...,
        ],
        FIRST_ERROR,
        Field(min_length=1, max_length=MAX_MASK_CELLS),
    ]

    @field_validator("rows")
    @classmethod
    def _rows_are_equally_long(
        cls, rows: tuple[tuple[float, ...], ...]
    ) -> tuple[tuple[float, ...], ...]:
        for i, row in enumerate(rows):
            if len(row) != len(rows[0]):
                raise ValueError(f"row {i} has {len(row)} numbers, row 0 has {len(rows[0])}")
        return rows


class MaskPng(Value):
    """A PNG of any size as base64. If any of it is transparent, its alpha is the mask, whatever the
    colour; else white is 1, and colour is read as its luminance."""

    kind: Literal["png"] = "png"
    data: Annotated[str, Field(min_length=1, max_length=MAX_MASK_PNG_CHARS)]

    @field_validator("data")
    @classmethod
    def _header_is_a_small_png(cls, data: str) -> str:
        try:
            png = base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError):
            raise ValueError("a PNG mask is base64 without line breaks or a data: prefix") from None
        try:
            check_png(png)
        except (InvalidImage, TooLarge) as error:
            raise ValueError(error.message) from None
        return data

    def png(self) -> bytes:
        """The bytes of the PNG file; only its first header has been checked."""
        return base64.b64decode(self.data)


class MaskStored(Value):
    """A mask of the owner's that the server has, by its id: see `PUT /masks`."""

    kind: Literal["stored"] = "stored"
    mask_id: IdText


AnyMask = MaskAll | MaskGrid | MaskPng | MaskStored
Mask = Annotated[AnyMask, Field(discriminator="kind")]


class MaskInfo(Value):
    """A mask that is kept."""

    mask_id: str


def check_png(png: bytes) -> None:
    """See by its first header that a file is a PNG that can be a mask.

    Raises:
        InvalidImage: it is none.
        TooLarge: more bytes or pixels than a mask has.
    """
    if len(png) > MAX_MASK_PNG_BYTES:
        raise TooLarge(f"a mask's PNG is at most {MAX_MASK_PNG_BYTES:,} bytes")
    if len(png) < 33 or png[:8] != PNG_SIGNATURE or png[12:16] != b"IHDR":
        raise InvalidImage("a mask must be a PNG file")
    width, height = struct.unpack(">II", png[16:24])
    if width == 0 or height == 0:
        raise InvalidImage("a mask must be a PNG file with pixels")
    if max(width, height) > MAX_MASK_PNG_PX:
        raise TooLarge(f"a PNG mask is 1 to {MAX_MASK_PNG_PX} px a side, got {width}×{height}")


def check_whole_png(png: bytes) -> None:
    """See that a PNG that is to be kept can be a mask, and that all its chunks are there, each with
    the checksum that it says; its pixels are not decoded.

    Raises:
        InvalidImage: it is none, or damaged.
        TooLarge: more bytes or pixels than a mask has.
    """
    check_png(png)
    at, kind = len(PNG_SIGNATURE), b""
    while kind != b"IEND":
        if at + 12 > len(png):
            raise InvalidImage("the mask's PNG is cut short: send it again")
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, end = png[at + 4 : at + 8], at + 12 + length
        if png[end - 4 : end] != struct.pack(">I", zlib.crc32(png[at + 4 : end - 4])):
            raise InvalidImage("the mask's PNG is damaged: send it again")
        at = end


def mask_id_of(png: bytes) -> str:
    """The id of a PNG mask."""
    return content_id("msk", hashlib.sha256(png).hexdigest())


def named(mask: AnyMask) -> AnyMask:
    """A mask for comparing: a PNG that was sent whole is the one that is kept under its id."""
    return MaskStored(mask_id=mask_id_of(mask.png())) if isinstance(mask, MaskPng) else mask
