"""Where a library's bytes are kept: a folder, or an object store by its fsspec URL."""

from pathlib import Path

import fsspec  # type: ignore[import-untyped]
from fsspec.implementations.local import LocalFileSystem  # type: ignore[import-untyped]

from contracts.bucket import Bucket
from contracts.errors import StartError
from contracts.files import Files
from contracts.folder import Folder


def files_at(url: str) -> Files:
    """The files at a URL, or below a folder.

    Raises:
        StartError: nothing is known of such a URL, or it needs a package that is not installed.
    """
    try:
        system, root = fsspec.core.url_to_fs(url, use_listings_cache=False)
    except (ImportError, ValueError) as error:
        raise StartError(f"LATENTBRUSH_BLOB_URL cannot be used: {error}") from None
    return Folder(Path(root)) if isinstance(system, LocalFileSystem) else Bucket(system, str(root))
