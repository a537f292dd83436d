"""`/masks`: masks by id. Sent once, they are named by whatever is painted with them."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from backend.owner import Owner
from backend.routes.images import IMMUTABLE
from backend.services import Server, Services
from backend.threads import run_in_threadpool
from contracts.errors import TooLarge, UnknownMask
from contracts.masks import MaskInfo, check_whole_png, mask_id_of

router = APIRouter(prefix="/masks", tags=["masks"])

PNG_BODY = {
    "requestBody": {
        "required": True,
        "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.put("", openapi_extra=PNG_BODY)
async def put_mask(server: Server, owner: Owner, request: Request) -> MaskInfo:
    """Keep a mask, a grey PNG; white is where the edit happens. The same bytes have the same id."""
    png = await request.body()
    check_whole_png(png)
    return await run_in_threadpool(_kept, server, owner, png)


@router.get("/{mask_id}", response_class=Response, responses={200: {"content": {"image/png": {}}}})
async def get_mask(
    server: Server,
    owner: Owner,
    mask_id: str,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """The mask's bytes."""
    record = await run_in_threadpool(server.library.mask, owner, mask_id)
    headers = {"ETag": f'"{record.mask_id}"', "Cache-Control": IMMUTABLE}
    if if_none_match is not None and headers["ETag"] in if_none_match:
        return Response(status_code=304, headers=headers)
    png = await run_in_threadpool(server.library.mask_png, record)
    return Response(png, media_type="image/png", headers=headers)


def _kept(server: Services, owner: str, png: bytes) -> MaskInfo:
    library, most = server.library, server.settings.max_masks
    try:
        library.mask(owner, mask_id_of(png))
    except UnknownMask:
        if library.num_masks(owner) >= most:
            raise TooLarge(
                f"{most:,} masks are kept at most: those that nothing needs go in time"
            ) from None
    return MaskInfo(mask_id=library.add_mask(owner, png).mask_id)
