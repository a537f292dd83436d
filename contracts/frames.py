"""Bytes with a description before them: how pictures go through a socket or the broker's memory.

A frame is four bytes, big-endian, the length of the description; the description as JSON; the
picture.
"""

import struct

from contracts.base import Value

LENGTH = struct.Struct(">I")


def framed(said: Value, picture: bytes) -> bytes:
    """A description and what it describes, as one message."""
    text = said.model_dump_json().encode()
    return LENGTH.pack(len(text)) + text + picture


def unframed(frame: bytes) -> tuple[bytes, bytes]:
    """The description's JSON, and the picture."""
    (length,) = LENGTH.unpack_from(frame)
    end = LENGTH.size + length
    return frame[LENGTH.size : end], frame[end:]
