"""Ids: a prefix and 32 hex digits, always made here, never a client's name or path."""

import hashlib
import re
import secrets
from typing import Literal

IdKind = Literal["img", "lat", "job", "lnd", "ses", "msk", "wld"]
LOCAL_OWNER = "local"  # the one user of a server without keys

_ID = re.compile(r"(img|lat|job|lnd|ses|msk|wld)_[0-9a-f]{32}")


def is_id(kind: IdKind, text: str) -> bool:
    """Whether `text` has the form of our ids; ask before it becomes part of a path or key."""
    return _ID.fullmatch(text) is not None and text.startswith(kind)


def new_id(kind: IdKind) -> str:
    """A random id."""
    return f"{kind}_{secrets.token_hex(16)}"


def new_job_id() -> str:
    """A random job id."""
    return new_id("job")


def content_id(kind: Literal["img", "lat", "lnd", "msk"], *parts: str) -> str:
    """The id of what `parts` describe: the same parts, the same id."""
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return f"{kind}_{digest[:32]}"


def owner_of_key(api_key: str) -> str:
    """The owner that an API key stands for; the key cannot be read back from it."""
    return hashlib.sha256(f"latentbrush owner\0{api_key}".encode()).hexdigest()[:32]
