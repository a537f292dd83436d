"""`/images`: pictures in, pictures out."""

from typing import Annotated

from fastapi import APIRouter, File, Header, Query, Response, UploadFile
from fastapi.responses import StreamingResponse

from backend.owner import Owner
from backend.services import Server
from backend.threads import run_in_threadpool
from backend.uploads import ingest
from contracts.faces import FacesRequest, FacesResult
from contracts.jobs import JobKind
from contracts.requests import IngestResult

router = APIRouter(prefix="/images", tags=["images"])

STREAMED_BYTES = 8 * 2**20  # from here on a picture is not read into memory whole
IMMUTABLE = "private, max-age=31536000, immutable"  # an id names its bytes for ever


@router.post("", status_code=201)
async def upload_image(
    server: Server, owner: Owner, image: Annotated[UploadFile, File()]
) -> IngestResult:
    """Upload JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP or TIFF; kept upright, as 8-bit sRGB."""
    return await ingest(server, owner, image)


@router.get("/{image_id}/faces")
async def get_faces(
    server: Server,
    owner: Owner,
    image_id: str,
    model: Annotated[str | None, Query(description="Whose squares: FFHQ's if none.")] = None,
) -> FacesResult:
    """The faces in a picture, the largest first, each with the square that a model wants."""
    aligned = None if model is None else (await run_in_threadpool(server.model, model)).aligned
    picture = await run_in_threadpool(server.library.image, owner, image_id)
    request = FacesRequest(image_id=picture.image_id, aligned=aligned or "ffhq")
    wait_s = server.settings.sync_wait_s
    return await server.dispatcher.result(owner, JobKind.FACES, request, FacesResult, wait_s)


@router.get(
    "/{image_id}",
    response_class=Response,
    responses={200: {"content": {"image/png": {}, "image/webp": {}, "image/jpeg": {}}}},
)
async def get_image(
    server: Server,
    owner: Owner,
    image_id: str,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """The picture's bytes."""
    record = await run_in_threadpool(server.library.image, owner, image_id)
    headers = {"ETag": f'"{record.image_id}"', "Cache-Control": IMMUTABLE}
    if if_none_match is not None and headers["ETag"] in if_none_match:
        return Response(status_code=304, headers=headers)
    num_bytes = await run_in_threadpool(server.library.image_size, record)
    if num_bytes > STREAMED_BYTES:
        headers["Content-Length"] = str(num_bytes)
        chunks = server.library.image_chunks(record)
        return StreamingResponse(chunks, media_type=record.media_type, headers=headers)
    data = await run_in_threadpool(server.library.image_bytes, owner, record)
    return Response(data, media_type=record.media_type, headers=headers)
