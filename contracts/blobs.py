"""A content-addressed store of bytes over fsspec: a local folder by default, any fsspec URL.

A blob's id is the sha256 of its bytes. Writing is atomic: a reader sees all of a file or none.
"""

import hashlib
import logging
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import fsspec  # type: ignore[import-untyped]
from fsspec.implementations.local import LocalFileSystem  # type: ignore[import-untyped]

log = logging.getLogger(__name__)

CHUNK_BYTES = 2**20

_BLOB_ID = re.compile(r"[0-9a-f]{64}")


class Files:
    """Small files below one root, written atomically: a reader sees all of one or none, and in a
    folder what is written is on the disk. Names are ours, never a client's."""

    def __init__(self, url: str) -> None:
        self._fs, root = fsspec.core.url_to_fs(url)
        self._root = str(root).rstrip("/")

    def write(self, name: str, data: bytes) -> None:
        """Write a file: beside its place first, then moved there."""
        path = f"{self._root}/{name}"
        beside = f"{self._root}/incoming/{secrets.token_hex(16)}"
        self._fs.makedirs(f"{self._root}/incoming", exist_ok=True)
        self._fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
        if isinstance(self._fs, LocalFileSystem):
            try:
                _write_synced(Path(beside), data)
                _replace_synced(Path(beside), Path(path))
            except OSError:  # no room: nothing half-written stays
                Path(beside).unlink(missing_ok=True)
                raise
        else:
            self._fs.pipe_file(beside, data)
            self._fs.mv(beside, path)

    def write_from(self, name: str, source: BinaryIO) -> None:
        """Write a file from another, piece by piece, however large."""
        with self.unfinished() as path:
            with path.open("wb") as target:
                shutil.copyfileobj(source, target, CHUNK_BYTES)
            self.adopt(path, name)

    @contextmanager
    def unfinished(self) -> Iterator[Path]:
        """Where a file may be written that `adopt` moves to its place; gone afterwards."""
        if isinstance(self._fs, LocalFileSystem):
            self._fs.makedirs(f"{self._root}/incoming", exist_ok=True)
            path = Path(self._root, "incoming", secrets.token_hex(16))
            try:
                yield path
            finally:
                path.unlink(missing_ok=True)
        else:
            with tempfile.TemporaryDirectory(prefix="latentbrush-") as folder:
                yield Path(folder, "file")

    def adopt(self, path: Path, name: str) -> None:
        """Move a file that was written apart to its place."""
        target = f"{self._root}/{name}"
        self._fs.makedirs(target.rsplit("/", 1)[0], exist_ok=True)
        if isinstance(self._fs, LocalFileSystem):
            with path.open("rb") as file:
                os.fsync(file.fileno())
            _replace_synced(path, Path(target))
        else:
            beside = f"{self._root}/incoming/{secrets.token_hex(16)}"
            self._fs.put_file(str(path), beside)
            self._fs.mv(beside, target)

    def size(self, name: str) -> int | None:
        """Bytes of a file, or None where there is none."""
        try:
            return int(self._fs.size(f"{self._root}/{name}"))
        except FileNotFoundError:
            return None

    def chunks(self, name: str) -> Iterator[bytes]:
        """A file piece by piece.

        Raises:
            FileNotFoundError: there is none.
        """
        with self._fs.open(f"{self._root}/{name}", "rb") as file:
            while piece := file.read(CHUNK_BYTES):
                yield piece

    def read(self, name: str) -> bytes | None:
        """The bytes of a file, or None where there is none."""
        try:
            return bytes(self._fs.cat_file(f"{self._root}/{name}"))
        except FileNotFoundError:
            return None

    def names(self, folder: str) -> list[str]:
        """The files below a folder."""
        self._fs.invalidate_cache()
        paths = self._fs.find(f"{self._root}/{folder}")
        return [str(path).removeprefix(self._root).lstrip("/") for path in paths]

    def count(self, folder: str) -> int:
        """How many files are in a folder."""
        self._fs.invalidate_cache()
        try:
            return len(self._fs.ls(f"{self._root}/{folder}", detail=False))
        except FileNotFoundError:
            return 0

    def set_aside(self, name: str) -> None:
        """Move a damaged file out of the way, for whoever runs the server."""
        self._fs.makedirs(f"{self._root}/damaged", exist_ok=True)
        with suppress(FileNotFoundError):  # another was faster
            self._fs.mv(f"{self._root}/{name}", f"{self._root}/damaged/{secrets.token_hex(16)}")

    def age_s(self, name: str) -> float:
        """Seconds since a file was written; 0 where there is none."""
        try:
            written_at = self._fs.modified(f"{self._root}/{name}")
        except FileNotFoundError:
            return 0.0
        if written_at.tzinfo is None:
            written_at = written_at.replace(tzinfo=UTC)
        return float((datetime.now(UTC) - written_at).total_seconds())

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        try:
            self._fs.rm_file(f"{self._root}/{name}")
        except FileNotFoundError:
            return


class DamagedBlob(Exception):
    """Bytes that are not what their id says."""


class BlobStore:
    """Bytes by their sha256."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def put(self, data: bytes) -> str:
        """Keep `data`; its id. Bytes that are already there are written again, and young again."""
        blob_id = hashlib.sha256(data).hexdigest()
        self._files.write(_place(blob_id), data)
        return blob_id

    def put_written(self, write: Callable[[Path], None]) -> str:
        """Keep what is written to a file, however large; its id.

        Args:
            write: may raise; nothing is kept then.
        """
        with self._files.unfinished() as path:
            write(path)
            with path.open("rb") as file:
                blob_id = hashlib.file_digest(file, "sha256").hexdigest()
            self._files.adopt(path, _place(blob_id))
        return blob_id

    def size(self, blob_id: str) -> int | None:
        """How many bytes a blob has, or None where there is none."""
        return self._files.size(_place(blob_id))

    def chunks(self, blob_id: str) -> Iterator[bytes]:
        """The bytes of a blob, piece by piece; the last piece only when all of them are right.

        Raises:
            FileNotFoundError: there is none.
            DamagedBlob: they are others than were put there. The blob is set aside.
        """
        digest, held = hashlib.sha256(), b""
        for piece in self._files.chunks(_place(blob_id)):
            digest.update(piece)
            if held:
                yield held
            held = piece
        if digest.hexdigest() != blob_id:
            self._set_aside(blob_id)
            raise DamagedBlob(blob_id)
        yield held

    def find(self, blob_id: str) -> bytes | None:
        """The bytes of a blob, or None where there is none, or where they are others than were put
        there: then they are set aside."""
        data = self._files.read(_place(blob_id))
        if data is not None and hashlib.sha256(data).hexdigest() != blob_id:
            self._set_aside(blob_id)
            return None
        return data

    def _set_aside(self, blob_id: str) -> None:
        log.error("the blob %s is damaged and set aside", blob_id)
        self._files.set_aside(_place(blob_id))

    def age_s(self, blob_id: str) -> float:
        """Seconds since a blob was put there last."""
        return self._files.age_s(_place(blob_id))

    def remove(self, blob_id: str) -> None:
        """Remove a blob, if it is there."""
        self._files.remove(_place(blob_id))


def upload_place(upload_id: str) -> str:
    """Where an upload waits for a worker."""
    return f"uploads/{upload_id}"


def preview_place(owner: str, image_id: str) -> str:
    """Where the bytes of an owner's preview are."""
    return f"previews/{owner}/{image_id}"


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _replace_synced(path: Path, target: Path) -> None:
    """Move a file to its place, and have the folder know it after a power cut, too."""
    path.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _place(blob_id: str) -> str:
    if _BLOB_ID.fullmatch(blob_id) is None:
        raise ValueError("a blob id is 64 hex digits")
    return f"blobs/{blob_id[:2]}/{blob_id[2:]}"
