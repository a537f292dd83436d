"""`/lands` and `/tiles`: endless pictures, seen in tiles, painted on, exported."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse

from backend.editing import check_masks
from backend.owner import Owner
from backend.routes.answers import JOB_RESPONSES, Wait, job_answer
from backend.routes.images import IMMUTABLE
from backend.services import Server, Services
from backend.threads import run_in_threadpool
from contracts.errors import InvalidRequest, StaleLatent, TooLarge, UnknownAttribute
from contracts.jobs import JobKind
from contracts.lands import (
    MAX_ZOOM,
    MIN_ZOOM,
    Box,
    DrawRequest,
    DrawResult,
    ExportRequest,
    LandInfo,
    LandRequest,
    PictureFile,
    tile_box,
)
from contracts.models import ModelInfo

router = APIRouter(tags=["lands"])

Zoom = Annotated[int, Path(ge=MIN_ZOOM, le=MAX_ZOOM)]


@router.post("/lands", status_code=201)
async def make_land(server: Server, owner: Owner, body: LandRequest) -> LandInfo:
    """An endless picture. Nothing is drawn yet; the same body with a seed is the same land."""
    return await run_in_threadpool(checked_land, server, owner, body)


@router.get("/lands/{land_id}")
async def get_land(server: Server, owner: Owner, land_id: str) -> LandInfo:
    """The land again."""
    return await run_in_threadpool(server.library.land, owner, land_id)


@router.post("/lands/{land_id}/export", status_code=202, responses=JOB_RESPONSES)
async def export_land(
    server: Server, owner: Owner, land_id: str, body: ExportRequest, wait: Wait = 0
) -> JSONResponse:
    """Draw a rectangle of the land at full size, as PNG, WebP or TIFF."""
    land = await run_in_threadpool(server.library.land, owner, land_id)
    if body.box[2] * body.box[3] > server.settings.max_exported_pixels:
        raise TooLarge(f"at most {server.settings.max_exported_pixels:,} px are exported at once")
    request = await run_in_threadpool(_part, server, land, body.box, 1, body.file)
    known = await run_in_threadpool(_already_drawn, server, owner, request)
    if known is not None:
        return job_answer(await server.dispatcher.answered(owner, JobKind.DRAW, request, known))
    return job_answer(await server.dispatcher.submit(owner, JobKind.DRAW, request, wait))


@router.get(
    "/tiles/{land_id}/{z}/{x}/{y}.png",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}}},
)
async def get_tile(
    http: Request, server: Server, owner: Owner, land_id: str, z: Zoom, x: int, y: int
) -> Response:
    """A tile of 256 × 256 px, in the XYZ scheme; at the highest zoom a pixel is a pixel.

    A tile that its client has turned away from is not drawn.
    """
    land = await run_in_threadpool(server.library.land, owner, land_id)
    request = await run_in_threadpool(_part, server, land, tile_box(z, x, y), 1 << (MAX_ZOOM - z))
    drawn = await run_in_threadpool(_already_drawn, server, owner, request)
    if drawn is None:
        drawn = await server.dispatcher.result(
            owner,
            JobKind.DRAW,
            request,
            DrawResult,
            server.settings.sync_wait_s,
            http.is_disconnected,
        )
    record = await run_in_threadpool(server.library.image, owner, drawn.image_id)
    data = await run_in_threadpool(server.library.image_bytes, owner, record)
    return Response(data, media_type=record.media_type, headers={"Cache-Control": IMMUTABLE})


def checked_land(server: Services, owner: str, body: LandRequest) -> LandInfo:
    """Keep a land, if it can be drawn.

    Raises:
        EditorError: its model draws none, or its edits cannot be made.
    """
    model = check_land(server, body)
    check_masks(server, owner, [edit.mask for edit in body.edits])
    seed = secrets.randbelow(2**31) if body.seed is None else body.seed
    return server.library.add_land(owner, body, seed, model.version)


def check_land(server: Services, body: LandRequest) -> ModelInfo:
    """See that a land can be drawn; its model. Its masks are not looked for.

    Raises:
        EditorError: its model draws none, or its edits cannot be made.
    """
    if len(body.edits) > server.settings.max_edits:
        raise TooLarge(f"at most {server.settings.max_edits} edits make a list")
    model = server.model(body.model)
    if not model.is_spatial:
        raise InvalidRequest(f"the model {model.id} draws no land: it was not trained spatially")
    for edit in body.edits:
        if not model.has_attribute(edit.attribute):
            raise UnknownAttribute(f"the model {model.id} has no such attribute: see GET /models")
    return model


def _part(
    server: Services, land: LandInfo, box: Box, scale: int = 1, file: PictureFile | None = None
) -> DrawRequest:
    model = server.model(land.model)
    if land.model_version != model.version:
        raise StaleLatent(
            f"the model {model.id} has changed since this land was made: make it again"
        )
    return land.part(box, model.resolution, scale, file)


def _already_drawn(server: Services, owner: str, request: DrawRequest) -> DrawResult | None:
    return server.library.already_drawn(owner, request.key(server.model(request.model).version))
