"""From an upload to what a worker makes of it: a picture of the library, or a session."""

from typing import TypeVar

from fastapi import UploadFile

from backend.services import Services
from backend.threads import run_in_threadpool
from contracts.errors import TooLarge
from contracts.ids import new_job_id
from contracts.jobs import JobKind
from contracts.requests import IngestRequest, IngestResult
from contracts.sessions import ImportRequest, ImportResult

R = TypeVar("R", IngestResult, ImportResult)


async def ingest(server: Services, owner: str, file: UploadFile) -> IngestResult:
    """Keep an uploaded picture, upright.

    Raises:
        InvalidImage: it is not a picture, damaged or cut short.
        TooLarge: too many bytes or pixels.
        Busy: no worker had time to decode it.
    """
    settings = server.settings
    if file.size is not None and file.size > settings.max_upload_bytes:
        raise TooLarge(f"the picture is larger than {settings.max_upload_bytes:,} bytes")
    return await _by_worker(server, owner, file, JobKind.INGEST, IngestRequest, IngestResult)


async def import_file(server: Services, owner: str, file: UploadFile) -> str:
    """Take in an uploaded session file; the id of the session.

    Raises:
        EditorError: it cannot be used, or no worker had time to read it.
    """
    limit = server.settings.max_session_bytes
    if file.size is not None and file.size > limit:
        raise TooLarge(f"the file is larger than {limit:,} bytes")
    made = await _by_worker(server, owner, file, JobKind.IMPORT, ImportRequest, ImportResult)
    return made.session_id


async def _by_worker(
    server: Services,
    owner: str,
    file: UploadFile,
    kind: JobKind,
    request: type[IngestRequest | ImportRequest],
    result: type[R],
) -> R:
    """Hand an upload to a worker, and forget it."""
    upload_id = new_job_id()
    await run_in_threadpool(server.library.put_upload, upload_id, file.file)
    try:
        return await server.dispatcher.result(
            owner, kind, request(upload_id=upload_id), result, server.settings.sync_wait_s
        )
    finally:
        await run_in_threadpool(server.library.drop_upload, upload_id)
