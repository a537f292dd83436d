"""A content-addressed store of bytes over fsspec: a local folder by default, any fsspec URL.

A blob's id is the sha256 of its bytes. Writing is atomic: a reader sees all of a file or none.
"""

import hashlib
import re
import secrets

import fsspec  # type: ignore[import-untyped]

_BLOB_ID = re.compile(r"[0-9a-f]{64}")


class Files:
    """Small files below one root, written atomically. Names are ours, never a client's."""

    def __init__(self, url: str) -> None:
        self._fs, root = fsspec.core.url_to_fs(url)
        self._root = str(root).rstrip("/")

    def write(self, name: str, data: bytes) -> None:
        """Write a file: beside its place first, then moved there."""
        path = f"{self._root}/{name}"
        beside = f"{self._root}/incoming/{secrets.token_hex(16)}"
        self._fs.makedirs(f"{self._root}/incoming", exist_ok=True)
        self._fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
        self._fs.pipe_file(beside, data)
        self._fs.mv(beside, path)

    def read(self, name: str) -> bytes | None:
        """The bytes of a file, or None where there is none."""
        try:
            return bytes(self._fs.cat_file(f"{self._root}/{name}"))
        except FileNotFoundError:
            return None

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return bool(self._fs.isfile(f"{self._root}/{name}"))

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        try:
            self._fs.rm_file(f"{self._root}/{name}")
        except FileNotFoundError:
            return


class BlobStore:
    """Bytes by their sha256."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def put(self, data: bytes) -> str:
        """Keep `data`; its id. Bytes that are already there are not written again."""
        blob_id = hashlib.sha256(data).hexdigest()
        if not self._files.has(_place(blob_id)):
            self._files.write(_place(blob_id), data)
        return blob_id

    def find(self, blob_id: str) -> bytes | None:
        """The bytes of a blob, or None where there is none."""
        return self._files.read(_place(blob_id))


def _place(blob_id: str) -> str:
    if _BLOB_ID.fullmatch(blob_id) is None:
        raise ValueError("a blob id is 64 hex digits")
    return f"blobs/{blob_id[:2]}/{blob_id[2:]}"
