"""`/sessions`: editing sessions by name, kept until they are deleted, and as files."""

import logging
from typing import Annotated

from fastapi import APIRouter, File, Response, UploadFile

from backend.editing import check_length, check_masks, check_others
from backend.owner import Owner
from backend.records.library import Library
from backend.services import Server, Services
from backend.threads import run_in_threadpool
from backend.uploads import import_file
from contracts.archives import mask_entry
from contracts.errors import UnknownLatent
from contracts.records import LatentRecord
from contracts.requests import IngestResult
from contracts.session_file import (
    MEDIA_TYPE,
    SUFFIX,
    Manifest,
    PackedLatent,
    SessionFile,
    edits_of,
    latents_of,
    pack,
    states_of,
    stored_masks_of,
)
from contracts.sessions import (
    SessionBody,
    SessionChange,
    SessionInfo,
    SessionList,
    SessionRecord,
    SessionSummary,
    SessionWrite,
)

log = logging.getLogger(__name__)

router = APIRouter(prefix="/sessions", tags=["sessions"])


@router.get("")
async def list_sessions(server: Server, owner: Owner) -> SessionList:
    """All sessions, the latest first, without their edits."""
    return await run_in_threadpool(_list, server.library, owner)


@router.post("", status_code=201)
async def make_session(server: Server, owner: Owner, body: SessionWrite) -> SessionInfo:
    """Keep a session."""
    await run_in_threadpool(_check, server, owner, body)
    record = await run_in_threadpool(server.library.sessions.add, owner, body)
    return await run_in_threadpool(_info, server.library, owner, record)


@router.post("/file", status_code=201)
async def import_session(
    server: Server, owner: Owner, session: Annotated[UploadFile, File()]
) -> SessionInfo:
    """Take in a session file: its pictures, latents and edits. The same edits give the same
    picture, to the bit, where the model is the same."""
    session_id = await import_file(server, owner, session)
    record = await run_in_threadpool(server.library.sessions.get, owner, session_id)
    return await run_in_threadpool(_info, server.library, owner, record)


@router.get("/{session_id}")
async def get_session(server: Server, owner: Owner, session_id: str) -> SessionInfo:
    """A session, with all that is needed to go on."""
    record = await run_in_threadpool(server.library.sessions.get, owner, session_id)
    return await run_in_threadpool(_info, server.library, owner, record)


@router.put("/{session_id}")
async def change_session(
    server: Server, owner: Owner, session_id: str, body: SessionChange
) -> SessionInfo:
    """Write a session anew. `revision` is the one that was read: 409 when it is no longer the
    latest."""
    await run_in_threadpool(_check, server, owner, body)
    record = await run_in_threadpool(server.library.sessions.change, owner, session_id, body)
    return await run_in_threadpool(_info, server.library, owner, record)


@router.delete("/{session_id}", status_code=204, response_class=Response)
async def delete_session(server: Server, owner: Owner, session_id: str) -> None:
    """Forget a session. Its picture and latent stay."""
    await run_in_threadpool(server.library.sessions.drop, owner, session_id)


@router.get(
    "/{session_id}/file",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {}}}},
)
async def export_session(server: Server, owner: Owner, session_id: str) -> Response:
    """The session as one file: pictures, latents, masks, edits."""
    data = await run_in_threadpool(_packed, server.library, owner, session_id)
    disposition = f'attachment; filename="{session_id}{SUFFIX}"'
    return Response(data, media_type=MEDIA_TYPE, headers={"Content-Disposition": disposition})


def _check(server: Services, owner: str, body: SessionBody) -> None:
    """See that all that a session needs is there. Whether its model can still draw every edit is
    not asked: work is kept first."""
    latents = {each: server.library.latent(owner, each) for each in latents_of(body)}
    check_masks(server, owner, [edit.mask for edit in edits_of(body)])
    for state in states_of(body):
        for edits in (state.edits, *(other.edits for other in state.others)):
            check_length(server, edits)
        check_others(latents[body.latent_id], state.others, latents)


def _list(library: Library, owner: str) -> SessionList:
    kept = library.sessions.all(owner)
    found = (_summary(library, owner, record) for record in kept)
    return SessionList(sessions=tuple(each for each in found if each is not None))


def _summary(library: Library, owner: str, record: SessionRecord) -> SessionSummary | None:
    """A session in the list; None where the latent that it edits is damaged, or was removed."""
    try:
        latent = library.latent(owner, record.latent_id)
    except UnknownLatent:
        log.error("the latent of %s is not there: it is not listed", record.session_id)
        return None
    cover_id = record.cover_id
    is_there = cover_id is not None and library.has_image(owner, cover_id)
    return SessionSummary(
        **record.model_dump(include={"session_id", "revision", "name", "updated_at", "latent_id"}),
        model=latent.model,
        grid=latent.grid,
        cover_id=cover_id if cover_id is not None and is_there else latent.reconstruction_id,
        num_edits=len(record.edits) + sum(len(other.edits) for other in record.others),
    )


def _info(library: Library, owner: str, record: SessionRecord) -> SessionInfo:
    latent = library.latent(owner, record.latent_id)
    picture = library.image(owner, latent.image_id)
    return SessionInfo(
        **dict(record),
        latent=latent.as_result(),
        other_latents=tuple(
            library.latent(owner, other.latent_id).as_result() for other in record.others
        ),
        picture=IngestResult(image_id=picture.image_id, width=picture.width, height=picture.height),
    )


def _packed(library: Library, owner: str, session_id: str) -> bytes:
    record = library.sessions.get(owner, session_id)
    entries: dict[str, bytes] = {}
    latents = tuple(
        _packed_latent(library, owner, library.latent(owner, latent_id), entries)
        for latent_id in latents_of(record)
    )
    for mask_id in stored_masks_of(record):
        entries[mask_entry(mask_id)] = library.mask_png(library.mask(owner, mask_id))
    cover = None
    if record.cover_id is not None and library.has_image(owner, record.cover_id):
        cover = f"pictures/{record.cover_id}"
        entries[cover] = library.image_bytes(owner, library.image(owner, record.cover_id))
    written = {name: value for name, value in record if name in Manifest.model_fields}
    manifest = Manifest(**written, cover=cover, latents=latents)
    return pack(SessionFile(manifest=manifest, entries=entries))


def _packed_latent(
    library: Library, owner: str, latent: LatentRecord, entries: dict[str, bytes]
) -> PackedLatent:
    tensor = f"latents/{latent.latent_id}.safetensors"
    entries[tensor] = library.tensor(latent)

    def packed(image_id: str) -> str:
        name = f"pictures/{image_id}.png"
        entries[name] = library.image_bytes(owner, library.image(owner, image_id))
        return name

    kept = set(PackedLatent.model_fields) & set(LatentRecord.model_fields)
    return PackedLatent(
        **latent.model_dump(include=kept),
        picture=packed(latent.image_id),
        reconstruction=packed(latent.reconstruction_id),
        twin=None if latent.twin_id is None else packed(latent.twin_id),
        tensor=tensor,
    )
