"""`/worlds`: lands by name, kept until they are deleted, and as files."""

import logging
from typing import Annotated, BinaryIO

from fastapi import APIRouter, File, Response, UploadFile

from backend.owner import Owner
from backend.records.library import Library
from backend.routes.lands import check_land, checked_land
from backend.services import Server, Services
from backend.threads import run_in_threadpool
from contracts.errors import StaleLatent, TooLarge, UnknownLand
from contracts.lands import LandRequest
from contracts.masks import check_whole_png
from contracts.worlds import (
    MEDIA_TYPE,
    SUFFIX,
    WorldChange,
    WorldFile,
    WorldInfo,
    WorldList,
    WorldManifest,
    WorldRecord,
    WorldWrite,
    pack,
    stored_masks,
    unpack,
)

log = logging.getLogger(__name__)

router = APIRouter(prefix="/worlds", tags=["worlds"])


@router.get("")
async def list_worlds(server: Server, owner: Owner) -> WorldList:
    """All worlds, the latest first."""
    return await run_in_threadpool(_list, server.library, owner)


@router.post("", status_code=201)
async def make_world(server: Server, owner: Owner, body: WorldWrite) -> WorldInfo:
    """Keep a land by name."""
    await run_in_threadpool(server.library.land, owner, body.land_id)
    record = await run_in_threadpool(server.library.worlds.add, owner, body)
    return await run_in_threadpool(_info, server.library, owner, record)


@router.post("/file", status_code=201)
async def import_world(
    server: Server, owner: Owner, world: Annotated[UploadFile, File()]
) -> WorldInfo:
    """Take in a world's file: the same land, where the model is the same."""
    limit = server.settings.max_session_bytes
    if world.size is not None and world.size > limit:
        raise TooLarge(f"the file is larger than {limit:,} bytes")
    async with server.worlds:
        return await run_in_threadpool(_taken_in, server, owner, world.file)


@router.get("/{world_id}")
async def get_world(server: Server, owner: Owner, world_id: str) -> WorldInfo:
    """A world, with its land."""
    record = await run_in_threadpool(server.library.worlds.get, owner, world_id)
    return await run_in_threadpool(_info, server.library, owner, record)


@router.put("/{world_id}")
async def change_world(server: Server, owner: Owner, world_id: str, body: WorldChange) -> WorldInfo:
    """Write a world anew. `revision` is the one that was read: 409 when it is no longer the
    latest."""
    await run_in_threadpool(server.library.land, owner, body.land_id)
    record = await run_in_threadpool(server.library.worlds.change, owner, world_id, body)
    return await run_in_threadpool(_info, server.library, owner, record)


@router.delete("/{world_id}", status_code=204, response_class=Response)
async def delete_world(server: Server, owner: Owner, world_id: str) -> None:
    """Forget a world. Its land stays, for whoever has its id."""
    await run_in_threadpool(server.library.worlds.drop, owner, world_id)


@router.get(
    "/{world_id}/file", response_class=Response, responses={200: {"content": {MEDIA_TYPE: {}}}}
)
async def export_world(server: Server, owner: Owner, world_id: str) -> Response:
    """The world as one file: its land, and the masks that were painted."""
    data = await run_in_threadpool(_packed, server.library, owner, world_id)
    disposition = f'attachment; filename="{world_id}{SUFFIX}"'
    return Response(data, media_type=MEDIA_TYPE, headers={"Content-Disposition": disposition})


def _list(library: Library, owner: str) -> WorldList:
    found = []
    for record in library.worlds.all(owner):
        try:
            found.append(_info(library, owner, record))
        except UnknownLand:  # damaged, or removed
            log.error("the land of %s is not there: it is not listed", record.world_id)
    return WorldList(worlds=tuple(found))


def _info(library: Library, owner: str, record: WorldRecord) -> WorldInfo:
    return WorldInfo(**dict(record), land=library.land(owner, record.land_id))


def _packed(library: Library, owner: str, world_id: str) -> bytes:
    world = library.worlds.get(owner, world_id)
    land = library.land(owner, world.land_id)
    manifest = WorldManifest(
        name=world.name,
        model_version=land.model_version,
        land=LandRequest(**{name: getattr(land, name) for name in LandRequest.model_fields}),
        place=world.place,
    )
    masks = {
        mask_id: library.mask_png(library.mask(owner, mask_id)) for mask_id in stored_masks(land)
    }
    return pack(WorldFile(manifest=manifest, masks=masks))


def _taken_in(server: Services, owner: str, world: BinaryIO) -> WorldInfo:
    file = unpack(world.read())
    manifest, library = file.manifest, server.library
    model = server.model(manifest.land.model)
    if model.version != manifest.model_version:
        raise StaleLatent(f"this world was made with another version of {model.id} than is here")
    check_land(server, manifest.land)
    for png in file.masks.values():
        check_whole_png(png)
    for png in file.masks.values():  # only now, when all of it can be used, is anything kept
        library.add_mask(owner, png)
    land = checked_land(server, owner, manifest.land)
    wanted = WorldWrite(name=manifest.name, land_id=land.land_id, place=manifest.place)
    return _info(library, owner, library.worlds.add(owner, wanted))
