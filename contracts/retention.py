"""Takes out of the store what nobody needs any more. The server does it now and then.

Uploaded and generated pictures, latents, lands, worlds and sessions stay: they are what people
made. An edited picture can be made again from its latent, so it goes when nobody has asked for it
in a while; so does a mask that no session and no land needs, which its page sends again. See
`library.py` for the layout.
"""

from typing import NamedTuple

from contracts.blobs import BlobStore, Files
from contracts.lands import LandInfo
from contracts.library import Answer, ImageRecord, LatentRecord, MaskRecord, place
from contracts.masks import MaskStored
from contracts.session_file import stored_masks_of
from contracts.sessions import SessionRecord

LEFTOVER_TTL_S = 24 * 3600.0  # far longer than a job may run: what is left then, nobody will fetch
LEFTOVER_FOLDERS = ("incoming", "uploads", "previews")


def remove_leftovers(files: Files) -> None:
    """Remove uploads, previews and half-written files of jobs that ended in no good order."""
    names = [name for folder in LEFTOVER_FOLDERS for name in files.names(folder)]
    old = [name for name in names if _is_older(files, name, LEFTOVER_TTL_S)]
    image_ids = {name.removeprefix("previews/") for name in old}
    for record in _records(files) if old else []:
        if record.kind == "images" and record.stem in image_ids:
            files.remove(record.name)
    for name in old:
        files.remove(name)


def remove_unused_edits(files: Files, ttl_s: float) -> None:
    """Remove answers to edits, and their pictures, that nobody asked for in `ttl_s`."""
    records = _records(files)
    needed = _needed(files, records)
    removed: set[str] = set()
    for record in records:
        if record.kind == "edits" and _is_older(files, record.name, ttl_s):
            removed |= _remove_edit(files, record, needed, ttl_s)
    if removed:
        _remove_blobs(files, removed, ttl_s)


def remove_unused_masks(files: Files, ttl_s: float) -> None:
    """Remove masks that no session and no land needs, and that nobody asked for in `ttl_s`."""
    records = _records(files)
    old = [each for each in records if each.kind == "masks" and _is_older(files, each.name, ttl_s)]
    needed = _needed_masks(files, records) if old else set()
    removed = set()
    for record in old:
        text = files.read(record.name)
        is_asked_for = not _is_older(files, record.name, ttl_s)  # since the list was made
        if text is not None and record.name not in needed and not is_asked_for:
            files.remove(record.name)
            removed.add(MaskRecord.model_validate_json(text).blob_id)
    if removed:
        _remove_blobs(files, removed, ttl_s)


class _Record(NamedTuple):
    """Where a record is: `records/<owner>/<kind>/<stem>.json`."""

    name: str
    owner: str
    kind: str
    stem: str


def _records(files: Files) -> list[_Record]:
    """Every record; what somebody else put among them is left alone."""
    found = []
    for name in files.names("records"):
        parts = name.split("/")
        if len(parts) == 4 and name.endswith(".json"):
            found.append(_Record(name, parts[1], parts[2], parts[3].removesuffix(".json")))
    return found


def _needed(files: Files, records: list[_Record]) -> set[str]:
    """The names of the image records that latents and sessions refer to."""
    needed = set()
    for record in records:
        text = files.read(record.name) if record.kind in ("latents", "sessions") else None
        if text is not None:
            for image_id in _pictures_of(record.kind, text):
                needed.add(place(record.owner, "images", image_id))
    return needed


def _pictures_of(kind: str, text: bytes) -> tuple[str, ...]:
    if kind == "latents":
        latent = LatentRecord.model_validate_json(text)
        pictures = (latent.image_id, latent.reconstruction_id, latent.twin_id)
        return tuple(image_id for image_id in pictures if image_id is not None)
    cover_id = SessionRecord.model_validate_json(text).cover_id
    return () if cover_id is None else (cover_id,)


def _needed_masks(files: Files, records: list[_Record]) -> set[str]:
    """The names of the mask records that sessions and lands refer to."""
    needed = set()
    for record in records:
        text = files.read(record.name) if record.kind in ("sessions", "lands") else None
        if text is not None:
            for mask_id in _masks_of(record.kind, text):
                needed.add(place(record.owner, "masks", mask_id))
    return needed


def _masks_of(kind: str, text: bytes) -> tuple[str, ...]:
    if kind == "sessions":
        return stored_masks_of(SessionRecord.model_validate_json(text))
    masks = (edit.mask for edit in LandInfo.model_validate_json(text).edits)
    return tuple(mask.mask_id for mask in masks if isinstance(mask, MaskStored))


def _remove_edit(files: Files, record: _Record, needed: set[str], ttl_s: float) -> set[str]:
    """Remove an answer and, when only it needs it, its picture; the blobs that lost a record."""
    text = files.read(record.name)
    if text is None:
        return set()
    image = place(record.owner, "images", Answer.model_validate_json(text).image_id)
    image_text = files.read(image)
    if image_text is not None and not _is_older(files, image, ttl_s):
        return set()
    files.remove(record.name)
    if image_text is None or image in needed:
        return set()
    files.remove(image)
    blob_id = ImageRecord.model_validate_json(image_text).blob_id
    return set() if blob_id is None else {blob_id}


def _remove_blobs(files: Files, blob_ids: set[str], ttl_s: float) -> None:
    """Remove blobs that no record of anyone refers to, unless they were put there again."""
    blobs = BlobStore(files)
    for blob_id in blob_ids - _used_blobs(files):
        if blobs.age_s(blob_id) > ttl_s:
            blobs.remove(blob_id)


def _used_blobs(files: Files) -> set[str]:
    used = set()
    for record in _records(files):
        text = files.read(record.name)
        if text is not None and record.kind == "images":
            used.add(ImageRecord.model_validate_json(text).blob_id or "")
        elif text is not None and record.kind == "latents":
            used.add(LatentRecord.model_validate_json(text).blob_id)
        elif text is not None and record.kind == "masks":
            used.add(MaskRecord.model_validate_json(text).blob_id)
    return used


def _is_older(files: Files, name: str, than_s: float) -> bool:
    return files.age_s(name) > than_s
