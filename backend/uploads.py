"""From an upload to a picture of the library: header here, pixels in a worker."""

from fastapi import UploadFile
from fastapi.concurrency import run_in_threadpool

from backend.services import Services
from contracts.errors import TooLarge
from contracts.ids import new_job_id
from contracts.jobs import JobKind
from contracts.pictures import open_header
from contracts.requests import IngestRequest, IngestResult


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
    await run_in_threadpool(open_header, file.file, settings.max_pixels)
    await file.seek(0)
    upload_id = new_job_id()
    await run_in_threadpool(server.library.put_upload, upload_id, await file.read())
    request = IngestRequest(upload_id=upload_id)
    try:
        return await server.dispatcher.result(
            owner, JobKind.INGEST, request, IngestResult, settings.sync_wait_s
        )
    finally:
        await run_in_threadpool(server.library.drop_upload, upload_id)
