"""`/latents`: what encoding found."""

from fastapi import APIRouter, Response

from backend.owner import Owner
from backend.routes.images import IMMUTABLE
from backend.services import Server
from backend.threads import run_in_threadpool
from contracts.errors import UnknownAttribute
from contracts.jobs import JobKind
from contracts.requests import EncodeResult, HeatMapRequest, HeatMapResult

router = APIRouter(prefix="/latents", tags=["latents"])


@router.get("/{latent_id}")
async def get_latent(server: Server, owner: Owner, latent_id: str) -> EncodeResult:
    """The encode result again."""
    return (await run_in_threadpool(server.library.latent, owner, latent_id)).as_result()


@router.get(
    "/{latent_id}/tensor",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
async def get_tensor(server: Server, owner: Owner, latent_id: str) -> Response:
    """The latent map as safetensors."""
    record = await run_in_threadpool(server.library.latent, owner, latent_id)
    data = await run_in_threadpool(server.library.tensor, record)
    return Response(
        data,
        media_type="application/octet-stream",
        headers={
            "Cache-Control": IMMUTABLE,
            "Content-Disposition": f'attachment; filename="{record.latent_id}.safetensors"',
        },
    )


@router.get(
    "/{latent_id}/attributes/{attribute}",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}}},
)
async def get_heat_map(server: Server, owner: Owner, latent_id: str, attribute: str) -> Response:
    """A heat map: where in the picture the attribute is read."""
    latent = await run_in_threadpool(server.library.latent, owner, latent_id)
    model = await run_in_threadpool(server.model, latent.model)
    if not model.has_attribute(attribute):
        raise UnknownAttribute(f"the model {model.id} has no such attribute: see GET /models")
    drawn = await server.dispatcher.result(
        owner,
        JobKind.HEAT_MAP,
        HeatMapRequest(latent_id=latent_id, attribute=attribute),
        HeatMapResult,
        server.settings.sync_wait_s,
    )
    record = await run_in_threadpool(server.library.image, owner, drawn.image_id)
    data = await run_in_threadpool(server.library.image_bytes, owner, record)
    return Response(
        data, media_type=record.media_type, headers={"Cache-Control": "private, max-age=300"}
    )
