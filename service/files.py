"""Files by name, below one root: what a library's bytes are kept in.

`service.folder` has them in a folder, `service.bucket` in an object store.
"""

import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

CHUNK_BYTES = 2**20


class Files(ABC):
    """Files that are written whole: a reader sees all of one or none, and what is written stays,
    whatever is killed. Names are ours, never a client's.

    Every method raises `Busy` where the files are kept elsewhere and cannot be reached.
    """

    @abstractmethod
    def write(self, name: str, data: bytes) -> None:
        """Write a file, in place of the one of that name."""

    @abstractmethod
    def unfinished(self) -> AbstractContextManager[Path]:
        """Where a file may be written that `adopt` moves to its place; gone afterwards."""

    @abstractmethod
    def adopt(self, path: Path, name: str) -> None:
        """Move a file that was written apart to its place."""

    def write_from(self, name: str, source: BinaryIO) -> None:
        """Write a file from another, piece by piece, however large."""
        with self.unfinished() as path:
            with path.open("wb") as target:
                shutil.copyfileobj(source, target, CHUNK_BYTES)
            self.adopt(path, name)

    @abstractmethod
    def size(self, name: str) -> int | None:
        """Bytes of a file, or None where there is none."""

    @abstractmethod
    def chunks(self, name: str) -> Iterator[bytes]:
        """A file piece by piece.

        Raises:
            FileNotFoundError: there is none.
        """

    @abstractmethod
    def read(self, name: str) -> bytes | None:
        """The bytes of a file, or None where there is none."""

    @abstractmethod
    def names(self, folder: str) -> list[str]:
        """The files below a folder, at any depth."""

    @abstractmethod
    def count(self, folder: str) -> int:
        """How many files are in a folder."""

    @abstractmethod
    def set_aside(self, name: str) -> None:
        """Move a damaged file out of the way, for whoever runs the server."""

    @abstractmethod
    def age_s(self, name: str) -> float:
        """Seconds since a file was written; 0 where there is none."""

    @abstractmethod
    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""

    @abstractmethod
    def check(self) -> None:
        """See that files can be read."""
