"""A session as one file that goes elsewhere: a zip of edit lists, masks, latents and pictures.

`session.json` alone is a recipe. Nothing in the file is run, and its names are only looked up.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, Protocol

from pydantic import Field, ValidationError

from contracts.archives import NoArchive, mask_entry, packed, unpacked
from contracts.base import Name, Value
from contracts.edits import (
    Edit,
    EditValue,
    Others,
    PaintedPart,
    TransplantEdit,
    named_twice,
)
from contracts.errors import InvalidSession
from contracts.faces import Square
from contracts.masks import MaskStored, mask_id_of
from contracts.requests import Box, Fit, Metrics, Space
from contracts.sessions import MAX_SNAPSHOTS, SessionName, Snapshot

MEDIA_TYPE = "application/vnd.latentbrush.session+zip"
SUFFIX = ".latentbrush"
MANIFEST = "session.json"
MAX_ENTRIES = 256
"""Beside the masks."""
MAX_EDITS = 1000
"""A server's own limit may be lower."""
MAX_LATENTS = 64
MAX_READINGS = 1000

Edits = Annotated[tuple[Edit, ...], Field(max_length=MAX_EDITS)]


class PackedLatent(Value):
    """A latent in the file, with what it was encoded from."""

    latent_id: str
    model: str
    model_version: str
    space: Space
    crop: Box
    quad: Square | None = None
    metrics: Metrics
    readings: Annotated[dict[Name, float], Field(max_length=MAX_READINGS)] = {}
    fit: Fit | None = None
    picture: str
    reconstruction: str
    tensor: str
    twin: str | None = None
    """The last four are names of entries of the zip; the twin's picture may be missing."""


class Manifest(Value):
    """`session.json`: the first latent is edited; the others are those of further parts of its
    picture, and donors of transplants."""

    format: Literal["latentbrush-session"] = "latentbrush-session"
    version: Literal[1] = 1
    name: SessionName
    latent_id: str
    edits: Edits
    others: Others = ()
    snapshots: Annotated[tuple[Snapshot, ...], Field(max_length=MAX_SNAPSHOTS)] = ()
    latents: Annotated[tuple[PackedLatent, ...], Field(max_length=MAX_LATENTS)]
    cover: str | None = None
    """The name of the entry with the picture to know it by."""


class SessionFile(Value):
    """The manifest and the entries that it names."""

    manifest: Manifest
    entries: dict[str, bytes]


def pack(file: SessionFile) -> bytes:
    """Write a session file; the same session gives the same bytes."""
    manifest = file.manifest.model_dump_json(indent=1).encode()
    return packed([(MANIFEST, manifest), *sorted(file.entries.items())])


def unpack(data: bytes) -> SessionFile:
    """Read a session file of a stranger.

    Raises:
        InvalidSession: it is none, or damaged, or names what is not in it.
    """
    try:
        entries = unpacked(data, MANIFEST, MAX_ENTRIES)
    except NoArchive as error:
        raise InvalidSession(f"this is no session file: {error}") from None
    try:
        manifest = Manifest.model_validate_json(entries.pop(MANIFEST, b""))
    except ValidationError:
        raise InvalidSession(
            "the session file has no list of edits that this version can read"
        ) from None
    for latent in manifest.latents:
        for name in (latent.picture, latent.reconstruction, latent.tensor, latent.twin):
            if name is not None and name not in entries:
                raise InvalidSession("a part of the session file is missing")
    if not manifest.latents or manifest.latents[0].latent_id != manifest.latent_id:
        raise InvalidSession("the session file lacks the latent that it edits")
    if manifest.cover is not None and manifest.cover not in entries:
        raise InvalidSession("a part of the session file is missing")
    for mask_id in stored_masks_of(manifest):
        png = entries.get(mask_entry(mask_id))
        if png is None or mask_id_of(png) != mask_id:
            raise InvalidSession("a mask of the session file is missing, or is another one")
    known = {latent.latent_id for latent in manifest.latents}
    if not known.issuperset(latents_of(manifest)):
        raise InvalidSession("the session file lacks a latent that it edits or copies from")
    by_id = {latent.latent_id: latent for latent in manifest.latents}
    for state in states_of(manifest):
        if named_twice(manifest.latent_id, state.others) is not None:
            raise InvalidSession("the session file has a part of its picture twice")
    for other in (other for state in states_of(manifest) for other in state.others):
        if not is_same_picture(by_id[other.latent_id], manifest.latents[0]):
            raise InvalidSession("the session file has parts of more than one picture")
    return SessionFile(manifest=manifest, entries=entries)


def is_same_picture(packed: PackedLatent, other: PackedLatent) -> bool:
    """Whether two latents are of one picture, by one model."""
    return (packed.picture, packed.model) == (other.picture, other.model)


class Painted(Protocol):
    """What has edits of a picture: a session, its file, a snapshot."""

    @property
    def edits(self) -> tuple[EditValue, ...]: ...

    @property
    def others(self) -> tuple[PaintedPart, ...]: ...


class Kept(Painted, Protocol):
    """A session, or its file."""

    @property
    def latent_id(self) -> str: ...

    @property
    def snapshots(self) -> tuple[Snapshot, ...]: ...


def states_of(session: Kept) -> tuple[Painted, ...]:
    """What a session is, and was when its snapshots were taken."""
    return session, *session.snapshots


def edits_of(session: Kept) -> Iterator[EditValue]:
    """Every edit of a session: of all its parts, now and in its snapshots."""
    for state in states_of(session):
        yield from state.edits
        for other in state.others:
            yield from other.edits


def stored_masks_of(session: Kept) -> tuple[str, ...]:
    """The id of every mask that a session has by its id, each once."""
    masks = (edit.mask for edit in edits_of(session))
    return tuple(dict.fromkeys(m.mask_id for m in masks if isinstance(m, MaskStored)))


def latents_of(session: Kept) -> tuple[str, ...]:
    """Every latent that a session needs, each once: its own, its other parts', and those that
    edits copy from."""
    donors = [edit.donor for edit in edits_of(session) if isinstance(edit, TransplantEdit)]
    parts = [other.latent_id for state in states_of(session) for other in state.others]
    return tuple(dict.fromkeys((session.latent_id, *parts, *donors)))


def with_latents(edits: tuple[EditValue, ...], new_ids: dict[str, str]) -> tuple[EditValue, ...]:
    """Edits whose donors have the ids that they were given here."""
    return tuple(
        edit.model_copy(update={"donor": new_ids.get(edit.donor, edit.donor)})
        if isinstance(edit, TransplantEdit)
        else edit
        for edit in edits
    )


def others_with_latents(
    others: tuple[PaintedPart, ...], new_ids: dict[str, str]
) -> tuple[PaintedPart, ...]:
    """Other parts of a picture, under the ids that their latents were given here."""
    return tuple(
        PaintedPart(
            latent_id=new_ids.get(other.latent_id, other.latent_id),
            edits=with_latents(other.edits, new_ids),
        )
        for other in others
    )
