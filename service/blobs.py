"""Bytes by their content: a blob's id is the sha256 of its bytes, which are checked when read."""

import hashlib
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from service.files import Files

log = logging.getLogger(__name__)

_BLOB_ID = re.compile(r"[0-9a-f]{64}")


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


def _place(blob_id: str) -> str:
    if _BLOB_ID.fullmatch(blob_id) is None:
        raise ValueError("a blob id is 64 hex digits")
    return f"blobs/{blob_id[:2]}/{blob_id[2:]}"
