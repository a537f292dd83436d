"""PNG and TIFF written from their specifications, and colour profiles: nothing of what decodes."""

import struct
import zlib
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[Any]
"""[H, W] or [H, W, C], as the file holds them."""


def chunk(kind: bytes, data: bytes) -> bytes:
    """A part of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def exif(orientation: int) -> bytes:
    """Exif that says nothing but an orientation."""
    return b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x112, 3, 1, orientation, 0, 0)


def png_file(
    numbers: Numbers,
    bits: int = 8,
    *,
    palette: bytes = b"",
    key: bytes = b"",
    profile: bytes = b"",
    orientation: int = 1,
    chunks: bytes = b"",
) -> bytes:
    """A PNG; its kind is told by the channels of `numbers` and by the palette.

    Args:
        key: the content of tRNS.
        chunks: more of them, before the pixels.
    """
    height, width = numbers.shape[:2]
    channels = numbers.reshape(height, width, -1).shape[2]
    kind = 3 if palette else {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    parts = [chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0))]
    parts += [chunk(b"iCCP", b"p\0\0" + zlib.compress(profile))] if profile else []
    parts += [chunk(b"PLTE", palette)] if palette else []
    parts += [chunk(b"tRNS", key)] if key else []
    parts += [chunk(b"eXIf", exif(orientation))] if orientation != 1 else []
    rows = b"".join(b"\0" + packed(row, bits) for row in numbers.reshape(height, -1))
    parts += [chunks, chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def packed(row: Numbers, bits: int) -> bytes:
    """A row of whole numbers, high bits first."""
    if bits >= 8:
        return row.astype(f">u{bits // 8}").tobytes()
    of_each = (row[:, None] >> np.arange(bits)[::-1]) & 1
    return np.packbits(of_each.astype(np.uint8).ravel()).tobytes()


KINDS = {"u": 1, "i": 2, "f": 3}
"""SampleFormat of TIFF, by numpy's letter."""


def tiff_file(
    numbers: Numbers,
    photometric: int,
    bits: int | None = None,
    *,
    order: Literal["<", ">"] = "<",
    extra: int | None = None,
    profile: bytes = b"",
    orientation: int = 1,
    tags: dict[int, tuple[int, int, bytes]] | None = None,
) -> bytes:
    """A TIFF of one strip; the type of `numbers` is that of its samples.

    Args:
        extra: what the last channel is: 0 nothing, 1 alpha that multiplies colours, 2 alpha.
        tags: more of them: type, count and value.
    """
    height, width = numbers.shape[:2]
    num = numbers.reshape(height, width, -1).shape[2]
    bits = bits or numbers.dtype.itemsize * 8
    if bits < 8:
        pixels = b"".join(packed(row, bits) for row in numbers.reshape(height, -1))
    else:
        pixels = numbers.astype(numbers.dtype.newbyteorder(order)).tobytes()

    def shorts(*values: int) -> tuple[int, int, bytes]:
        return 3, len(values), struct.pack(f"{order}{len(values)}H", *values)

    kind = KINDS[numbers.dtype.kind]
    entries = {
        256: shorts(width), 257: shorts(height), 258: shorts(*[bits] * num), 259: shorts(1),
        262: shorts(photometric), 274: shorts(orientation), 277: shorts(num),
        278: shorts(height), 279: (4, 1, struct.pack(f"{order}I", len(pixels))),
        339: shorts(*[kind] * num), **(tags or {}),
    }  # fmt: skip
    if extra is not None:
        entries[338] = shorts(extra)
    if profile:
        entries[34675] = (7, len(profile), profile)
    entries[273] = (4, 1, struct.pack(f"{order}I", 8))
    body, table = pixels + b"\0" * (-len(pixels) % 4), b""
    for tag, (type_, count, value) in sorted(entries.items()):
        if len(value) > 4:
            place, body = len(body) + 8, body + value + b"\0" * (-len(value) % 4)
            value = struct.pack(f"{order}I", place)
        table += struct.pack(f"{order}HHI", tag, type_, count) + value.ljust(4, b"\0")
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", len(body) + 8)
    return head + body + struct.pack(f"{order}H", len(entries)) + table + b"\0\0\0\0"


GEOREFERENCED = {33550: (12, 3, struct.pack("<3d", 1, 1, 0))}
"""The size of a pixel, which makes a TIFF a GeoTIFF."""


def numbers_of(*values: float) -> bytes:
    """Numbers as ICC has them."""
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def profile_of(space: bytes, curves: dict[bytes, float], columns: dict[bytes, bytes]) -> bytes:
    """An ICC profile (version 4) of a screen: gammas and primaries by tag."""
    text = "a profile".encode("utf-16-be")
    named = struct.pack(">II4sII", 1, 12, b"enUS", len(text), 28) + text
    tags = {b"desc": b"mluc\0\0\0\0" + named, b"cprt": b"mluc\0\0\0\0" + named}
    tags[b"wtpt"] = b"XYZ \0\0\0\0" + numbers_of(0.9642, 1, 0.8249)
    tags |= {tag: b"XYZ \0\0\0\0" + column for tag, column in columns.items()}
    for tag, gamma in curves.items():
        tags[tag] = b"para\0\0\0\0\0\0\0\0" + numbers_of(gamma)
    place, table, body = 132 + 12 * len(tags), b"", b""
    for tag, value in tags.items():
        value += b"\0" * (-len(value) % 4)
        table += tag + struct.pack(">II", place + len(body), len(value))
        body += value
    head = struct.pack(">I4xI", place + len(body), 0x04000000) + b"mntr" + space + b"XYZ "
    head += b"\0" * 12 + b"acsp" + b"\0" * 28 + numbers_of(0.9642, 1, 0.8249) + b"\0" * 48
    return head + struct.pack(">I", len(tags)) + table + body


DISPLAY_P3 = profile_of(
    b"RGB ",
    {b"rTRC": 2.2, b"gTRC": 2.2, b"bTRC": 2.2},
    {
        b"rXYZ": numbers_of(0.51512, 0.2412, -0.00105),
        b"gXYZ": numbers_of(0.29198, 0.69225, 0.04189),
        b"bXYZ": numbers_of(0.1571, 0.06657, 0.78407),
    },
)
"""The screens of phones, with a plain gamma. Source: SMPTE EG 432-1, adapted to D50."""
LINEAR_GREY = profile_of(b"GRAY", {b"kTRC": 1.0}, {})
