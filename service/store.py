"""Where a library's bytes are kept: a folder, or an object store by its fsspec URL."""

from pathlib import Path
from typing import Any

import fsspec  # type: ignore[import-untyped]
from fsspec.implementations.local import LocalFileSystem  # type: ignore[import-untyped]

from contracts.errors import StartError
from service.bucket import Bucket
from service.files import Files
from service.folder import Folder

S3_OPTIONS = {
    "config_kwargs": {"connect_timeout": 5, "read_timeout": 20, "retries": {"max_attempts": 3}}
}
"""One that accepts and says nothing is given up, too."""


def files_at(url: str) -> Files:
    """The files at a URL, or below a folder.

    Raises:
        StartError: nothing is known of such a URL, or it needs a package that is not installed.
    """
    is_s3 = url.startswith(("s3://", "s3a://"))
    options: dict[str, Any] = S3_OPTIONS if is_s3 else {}
    try:
        system, root = fsspec.core.url_to_fs(url, use_listings_cache=False, **options)
    except (ImportError, ValueError) as error:
        raise StartError(f"LATENTBRUSH_BLOB_URL cannot be used: {error}") from None
    if isinstance(system, LocalFileSystem):
        return Folder(Path(root))
    return Bucket(system, str(root), s3_errors() if is_s3 else (OSError,))


def s3_errors() -> tuple[type[Exception], ...]:
    """What S3's client raises when the store is away, or refuses us."""
    from aiohttp import ClientError as HttpError
    from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

    return (OSError, HttpError, BotoCoreError, ClientError)
