"""Worlds: lands that people keep by name, go on with, and give to each other as files."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, ValidationError

from contracts.archives import NoArchive, mask_entry, packed, unpacked
from contracts.base import IdText, Value
from contracts.errors import InvalidWorld
from contracts.ids import new_id
from contracts.lands import MAX_ZOOM, MIN_ZOOM, Coordinate, LandInfo, LandRequest
from contracts.masks import MaskStored, mask_id_of
from contracts.sessions import SessionName

MEDIA_TYPE = "application/vnd.latentbrush.world+zip"
SUFFIX = ".latentworld"
MANIFEST = "world.json"
MAX_CLOSER = 2
"""How far beyond a pixel for a pixel a map goes."""


class Place(Value):
    """Where somebody looks at a land: the middle of what they see."""

    x: Coordinate = 0
    y: Coordinate = 0
    zoom: Annotated[int, Field(ge=MIN_ZOOM, le=MAX_ZOOM + MAX_CLOSER)] = MAX_ZOOM


class WorldBody(Value):
    """What a client says of a world."""

    name: SessionName
    land_id: IdText
    place: Place = Place()


class WorldWrite(WorldBody):
    """A new world."""

    revision: None = None


class WorldChange(WorldBody):
    """A world that is written anew."""

    revision: Annotated[int, Field(ge=1)]
    """The one that was read. Another one in the store is a conflict."""


class WorldRecord(Value):
    """A world as it is kept, until its owner deletes it."""

    world_id: str
    revision: int
    created_at: AwareDatetime
    updated_at: AwareDatetime
    name: str
    land_id: str
    place: Place


def first_revision(wanted: WorldWrite) -> WorldRecord:
    """A new world, as it is kept."""
    begun_at = datetime.now(UTC)
    fields = dict(wanted) | {"revision": 1, "created_at": begun_at, "updated_at": begun_at}
    return WorldRecord(world_id=new_id("wld"), **fields)


class WorldInfo(WorldRecord):
    """A world as a client reads it."""

    land: LandInfo


class WorldList(Value):
    """What an owner has, the latest first."""

    worlds: tuple[WorldInfo, ...]


class WorldManifest(Value):
    """`world.json`: a land and where to look at it."""

    format: Literal["latentbrush-world"] = "latentbrush-world"
    version: Literal[1] = 1
    name: SessionName
    model_version: str
    land: LandRequest
    place: Place = Place()


class WorldFile(Value):
    """The manifest, and the masks that it names, as PNGs by their ids."""

    manifest: WorldManifest
    masks: dict[str, bytes]


def pack(file: WorldFile) -> bytes:
    """Write a world's file; the same world gives the same bytes."""
    masks = ((mask_entry(mask_id), png) for mask_id, png in sorted(file.masks.items()))
    return packed([(MANIFEST, file.manifest.model_dump_json(indent=1).encode()), *masks])


def unpack(data: bytes) -> WorldFile:
    """Read a world's file of a stranger; its masks are not decoded.

    Raises:
        InvalidWorld: it is none, or damaged, or lacks a mask that it names.
    """
    try:
        entries = unpacked(data, MANIFEST, most=1)
    except NoArchive as error:
        raise InvalidWorld(f"this is no world's file: {error}") from None
    try:
        manifest = WorldManifest.model_validate_json(entries.get(MANIFEST, b""))
    except ValidationError:
        raise InvalidWorld("the file has no land that this version can read") from None
    masks = {}
    for mask_id in stored_masks(manifest.land):
        png = entries.get(mask_entry(mask_id))
        if png is None or mask_id_of(png) != mask_id:
            raise InvalidWorld("a mask of the world is missing, or is another one")
        masks[mask_id] = png
    return WorldFile(manifest=manifest, masks=masks)


def stored_masks(land: LandRequest) -> tuple[str, ...]:
    """The id of every mask that a land has by its id, each once."""
    masks = (edit.mask for edit in land.edits)
    return tuple(dict.fromkeys(m.mask_id for m in masks if isinstance(m, MaskStored)))
