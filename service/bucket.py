"""Files in an object store, by fsspec: what it acknowledges is whole, and stays."""

import logging
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from fsspec import AbstractFileSystem  # type: ignore[import-untyped]

from contracts.errors import Busy
from service.files import CHUNK_BYTES, Files

log = logging.getLogger(__name__)

READ_BYTES = 4 * CHUNK_BYTES  # ahead of who reads a file piece by piece
CHECKED_S = 5.0  # so long it is taken for granted that the store answers
AWAY = "the store of pictures does not answer: try again in a moment"
NO_BUCKET = "the store of pictures has no such bucket: make it"


class Bucket(Files):
    """Files below a path of an object store.

    Args:
        system: what knows the store; without a cache of its listings, since others write there.
        errors: what it raises when the store is away, or refuses us.
    """

    def __init__(
        self, system: AbstractFileSystem, root: str, errors: tuple[type[Exception], ...]
    ) -> None:
        self._system = system
        self._root = root.rstrip("/")
        self._errors = errors
        self._checked_s = -CHECKED_S

    def write(self, name: str, data: bytes) -> None:
        """Write a file, in place of the one of that name."""
        with self._reached(), _bucket_needed():
            self._system.pipe_file(self._path(name), data)

    @contextmanager
    def unfinished(self) -> Iterator[Path]:
        """Where a file may be written that `adopt` moves to its place; gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="latentbrush-") as folder:
            yield Path(folder, "file")

    def adopt(self, path: Path, name: str) -> None:
        """Move a file that was written apart to its place."""
        with self._reached(), _bucket_needed():
            self._system.put_file(str(path), self._path(name))

    def size(self, name: str) -> int | None:
        """Bytes of a file, or None where there is none."""
        with self._reached():
            try:
                return int(self._system.size(self._path(name)))
            except FileNotFoundError:
                return None

    def chunks(self, name: str) -> Iterator[bytes]:
        """A file piece by piece.

        Raises:
            FileNotFoundError: there is none.
        """
        with self._reached():
            file: BinaryIO = self._system.open(self._path(name), "rb", block_size=READ_BYTES)
        with file:
            while True:
                with self._reached():
                    piece = file.read(CHUNK_BYTES)
                if not piece:
                    return
                yield piece

    def read(self, name: str) -> bytes | None:
        """The bytes of a file, or None where there is none."""
        with self._reached():
            try:
                return bytes(self._system.cat_file(self._path(name)))
            except FileNotFoundError:
                return None

    def names(self, folder: str) -> list[str]:
        """The files below a folder, at any depth."""
        with self._reached():
            paths = self._system.find(self._path(folder))
        return [str(path).removeprefix(self._root).lstrip("/") for path in paths]

    def count(self, folder: str) -> int:
        """How many files are in a folder."""
        with self._reached():
            try:
                return len(self._system.ls(self._path(folder), detail=False))
            except FileNotFoundError:
                return 0

    def set_aside(self, name: str) -> None:
        """Move a damaged file to `damaged`."""
        with self._reached():
            try:
                self._system.mv(self._path(name), self._path(f"damaged/{secrets.token_hex(16)}"))
            except FileNotFoundError:  # another was faster
                return

    def age_s(self, name: str) -> float:
        """Seconds since a file was written; 0 where there is none."""
        with self._reached():
            try:
                written_at: datetime = self._system.modified(self._path(name))
            except FileNotFoundError:
                return 0.0
        if written_at.tzinfo is None:
            written_at = written_at.replace(tzinfo=UTC)
        return (datetime.now(UTC) - written_at).total_seconds()

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        with self._reached():
            try:
                self._system.rm_file(self._path(name))
            except FileNotFoundError:
                return

    def check(self) -> None:
        """See that the store answers, and has what we write to; not more often than it may have
        changed."""
        if time.monotonic() - self._checked_s < CHECKED_S:
            return
        with self._reached(), _bucket_needed():
            self._system.info(self._root.split("/")[0])
        self._checked_s = time.monotonic()

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Say in our words that a store is not reached; each kind of store has errors of its own.

        Raises:
            FileNotFoundError: there is no such file.
            Busy: any of its other errors.
        """
        try:
            yield
        except FileNotFoundError:
            raise
        except self._errors as error:
            log.error("the store does not answer: %s", error)
            raise Busy(AWAY) from error


@contextmanager
def _bucket_needed() -> Iterator[None]:
    """Say in our words that there is no place to write to.

    Raises:
        Busy: that.
    """
    try:
        yield
    except FileNotFoundError as error:
        log.error("there is no such bucket: %s", error)
        raise Busy(NO_BUCKET) from error
