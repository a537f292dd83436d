"""Files in a folder. What is written is on the disk, its name too, before anybody hears of it."""

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from service.files import CHUNK_BYTES, Files


class Folder(Files):
    """Files below a folder, which is made when something is written."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(self, name: str, data: bytes) -> None:
        """Write a file: beside its place first, then moved there."""
        with self.unfinished() as path:
            path.write_bytes(data)
            self.adopt(path, name)

    @contextmanager
    def unfinished(self) -> Iterator[Path]:
        """Where a file may be written that `adopt` moves to its place; gone afterwards."""
        path = self._root / "incoming" / secrets.token_hex(16)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def adopt(self, path: Path, name: str) -> None:
        """Move a file that was written apart to its place."""
        target = self._root / name
        _make_synced(target.parent)
        sync(path)
        path.replace(target)
        sync(target.parent)

    def size(self, name: str) -> int | None:
        """Bytes of a file, or None where there is none."""
        try:
            return (self._root / name).stat().st_size
        except FileNotFoundError:
            return None

    def chunks(self, name: str) -> Iterator[bytes]:
        """A file piece by piece.

        Raises:
            FileNotFoundError: there is none.
        """
        with (self._root / name).open("rb") as file:
            while piece := file.read(CHUNK_BYTES):
                yield piece

    def read(self, name: str) -> bytes | None:
        """The bytes of a file, or None where there is none."""
        try:
            return (self._root / name).read_bytes()
        except FileNotFoundError:
            return None

    def names(self, folder: str) -> list[str]:
        """The files below a folder, at any depth."""
        found = (Path(at, name) for at, _, names in os.walk(self._root / folder) for name in names)
        return [path.relative_to(self._root).as_posix() for path in found]

    def count(self, folder: str) -> int:
        """How many files are in a folder."""
        try:
            return len(os.listdir(self._root / folder))
        except FileNotFoundError:
            return 0

    def set_aside(self, name: str) -> None:
        """Move a damaged file to the folder `damaged`."""
        aside = self._root / "damaged" / secrets.token_hex(16)
        aside.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # another was faster
            (self._root / name).replace(aside)

    def age_s(self, name: str) -> float:
        """Seconds since a file was written; 0 where there is none."""
        try:
            return time.time() - (self._root / name).stat().st_mtime
        except FileNotFoundError:
            return 0.0

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        (self._root / name).unlink(missing_ok=True)

    def check(self) -> None:
        """Nothing is looked at: what a disk has to say, it says when it is used."""


def _make_synced(folder: Path) -> None:
    """Make a folder that is not there, and have those above know it."""
    if not folder.exists():
        _make_synced(folder.parent)
        folder.mkdir(exist_ok=True)
        sync(folder.parent)


def sync(path: Path) -> None:
    """Bring what was written to a file, or the names in a folder, to the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
