"""Folders that nobody else on this machine can look into."""

import os
from pathlib import Path

from contracts.errors import StartError

OTHERS = 0o077


def make_private(path: Path) -> None:
    """Make a folder, or what is there, one that only its owner can open.

    Raises:
        StartError: it is open to others, and belongs to another user.
    """
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.stat().st_mode & OTHERS:
        return
    try:
        path.chmod(0o700)
    except PermissionError:
        raise StartError(
            f"others can look into the folder {path}, and it belongs to another user: choose "
            "another with --data-dir, or close it (chmod 700)"
        ) from None


def make_own(path: Path) -> None:
    """The same, of a folder that has to be ours.

    Raises:
        StartError: it belongs to another user.
    """
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.stat().st_uid != os.getuid():
        raise StartError(f"the folder {path} belongs to another user")
    path.chmod(0o700)
