"""`/models`: what is installed, what it draws, and the names of its directions."""

import asyncio
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response

from backend.owner import Owner
from backend.services import Server, Services
from backend.threads import run_in_threadpool
from contracts.base import Value
from contracts.errors import Busy, NotFound, ReadOnlyModel, UnknownAttribute
from contracts.jobs import JobKind
from contracts.models import AttributeChange, ModelInfo
from contracts.requests import StripRequest, StripResult
from service.catalog import change_attribute, preview_path, strip_path

router = APIRouter(prefix="/models", tags=["models"])

WEBP: dict[int | str, dict[str, Any]] = {200: {"content": {"image/webp": {}}}}
ASK_AGAIN = "private, no-cache"


class Models(Value):
    """The installed models."""

    models: tuple[ModelInfo, ...]


@router.get("")
async def models(server: Server, _: Owner) -> Models:
    """List the models and what can be edited with each."""
    known = await run_in_threadpool(server.catalog.models)
    return Models(models=tuple(info.as_offered for info, _ in known.values()))


@router.get("/{model_id}/preview", response_class=Response, responses=WEBP)
async def preview(server: Server, _: Owner, model_id: str) -> Response:
    """Some pictures that the model draws, as one WebP."""
    _info, folder = await run_in_threadpool(server.model_folder, model_id)
    return await _picture(preview_path(folder))


@router.get("/{model_id}/attributes/{attribute}/strip", response_class=Response, responses=WEBP)
async def strip(
    http: Request, server: Server, owner: Owner, model_id: str, attribute: str
) -> Response:
    """What a found direction does: five square pictures in a row, weak to strong, as a WebP.

    It is drawn when it is first asked for, and kept.
    """
    info, folder = await run_in_threadpool(server.model_folder, model_id)
    known = {each.id: each for each in info.attributes}
    if attribute not in known:
        raise UnknownAttribute(f"the model {info.id} has no such attribute: see GET /models")
    path = strip_path(folder, attribute)
    if known[attribute].source and not path.exists():
        await _drawn(server, owner, StripRequest(model=model_id, attribute=attribute), path, http)
    return await _picture(path)


@router.patch("/{model_id}/attributes/{attribute}")
async def change(
    server: Server, _: Owner, model_id: str, attribute: str, body: AttributeChange
) -> ModelInfo:
    """Name a direction, turn it around or drop it, for everyone who uses the model."""
    info, folder = await run_in_threadpool(server.model_folder, model_id)
    if not info.has_attribute(attribute):
        raise UnknownAttribute(f"the model {info.id} has no such attribute: see GET /models")
    if folder.parent != server.settings.home / "models":
        raise ReadOnlyModel(f"the model {info.id} came with Latentbrush and stays as it is")
    try:
        await run_in_threadpool(change_attribute, folder, attribute, body)
    except OSError as error:
        raise ReadOnlyModel(f"the model {info.id} cannot be changed by this server") from error
    return (await run_in_threadpool(server.model, model_id)).as_offered


async def _drawn(
    server: Services, owner: str, request: StripRequest, path: Path, http: Request
) -> None:
    """Have a worker draw a strip: one after the other, so that none is drawn twice.

    Raises:
        Busy: others took so long that this one's turn did not come.
    """
    wait_s = server.settings.sync_wait_s
    try:
        await asyncio.wait_for(server.strips.acquire(), wait_s)
    except TimeoutError:
        raise Busy("other strips are being drawn: try again in a moment") from None
    try:
        if path.exists() or await http.is_disconnected():
            return
        await server.dispatcher.result(
            owner, JobKind.STRIP, request, StripResult, wait_s, http.is_disconnected
        )
    finally:
        server.strips.release()


async def _picture(path: Path) -> Response:
    try:
        data = await run_in_threadpool(path.read_bytes)
    except FileNotFoundError:
        raise NotFound("this model has no such picture") from None
    return Response(data, media_type="image/webp", headers={"Cache-Control": ASK_AGAIN})
