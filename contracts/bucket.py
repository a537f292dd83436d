"""Files in an object store, by fsspec: what it acknowledges is whole, and stays."""

import logging
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from fsspec import AbstractFileSystem  # type: ignore[import-untyped]

from contracts.errors import Busy
from contracts.files import CHUNK_BYTES, Files

log = logging.getLogger(__name__)

AWAY = "the store of pictures does not answer: try again in a moment"


class Bucket(Files):
    """Files below a path of an object store.

    Args:
        system: what knows the store; without a cache of its listings, since others write there.
    """

    def __init__(self, system: AbstractFileSystem, root: str) -> None:
        self._system = system
        self._root = root.rstrip("/")

    def write(self, name: str, data: bytes) -> None:
        """Write a file, in place of the one of that name."""
        with _reached():
            self._system.pipe_file(self._path(name), data)

    @contextmanager
    def unfinished(self) -> Iterator[Path]:
        """Where a file may be written that `adopt` moves to its place; gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="latentbrush-") as folder:
            yield Path(folder, "file")

    def adopt(self, path: Path, name: str) -> None:
        """Move a file that was written apart to its place."""
        with _reached():
            self._system.put_file(str(path), self._path(name))

    def size(self, name: str) -> int | None:
        """Bytes of a file, or None where there is none."""
        with _reached():
            try:
                return int(self._system.size(self._path(name)))
            except FileNotFoundError:
                return None

    def chunks(self, name: str) -> Iterator[bytes]:
        """A file piece by piece.

        Raises:
            FileNotFoundError: there is none.
        """
        with _reached():
            file: BinaryIO = self._system.open(self._path(name), "rb")
        with file:
            while True:
                with _reached():
                    piece = file.read(CHUNK_BYTES)
                if not piece:
                    return
                yield piece

    def read(self, name: str) -> bytes | None:
        """The bytes of a file, or None where there is none."""
        with _reached():
            try:
                return bytes(self._system.cat_file(self._path(name)))
            except FileNotFoundError:
                return None

    def names(self, folder: str) -> list[str]:
        """The files below a folder, at any depth."""
        with _reached():
            paths = self._system.find(self._path(folder))
        return [str(path).removeprefix(self._root).lstrip("/") for path in paths]

    def count(self, folder: str) -> int:
        """How many files are in a folder."""
        with _reached():
            try:
                return len(self._system.ls(self._path(folder), detail=False))
            except FileNotFoundError:
                return 0

    def set_aside(self, name: str) -> None:
        """Move a damaged file to `damaged`."""
        with _reached():
            try:
                self._system.mv(self._path(name), self._path(f"damaged/{secrets.token_hex(16)}"))
            except FileNotFoundError:  # another was faster
                return

    def age_s(self, name: str) -> float:
        """Seconds since a file was written; 0 where there is none."""
        with _reached():
            try:
                written_at: datetime = self._system.modified(self._path(name))
            except FileNotFoundError:
                return 0.0
        if written_at.tzinfo is None:
            written_at = written_at.replace(tzinfo=UTC)
        return (datetime.now(UTC) - written_at).total_seconds()

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        with _reached():
            try:
                self._system.rm_file(self._path(name))
            except FileNotFoundError:
                return

    def check(self) -> None:
        """See that the store answers."""
        self.size("answers")

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"


@contextmanager
def _reached() -> Iterator[None]:
    """Say in our words that a store is not reached; each kind of store has errors of its own.

    Raises:
        FileNotFoundError: there is no such file.
        Busy: anything else.
    """
    try:
        yield
    except FileNotFoundError:
        raise
    except Exception as error:
        log.error("the store does not answer: %s", error)
        raise Busy(AWAY) from error
