"""Session files: read like any stranger's file, and kept when all of it can be used."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.archives import mask_entry
from contracts.errors import InvalidSession, TooLarge
from contracts.masks import check_png
from contracts.session_file import (
    PackedLatent,
    Painted,
    others_with_latents,
    states_of,
    stored_masks_of,
    unpack,
    with_latents,
)
from contracts.sessions import ImportRequest, ImportResult, SessionWrite, first_revision
from models.pictures import Picture
from worker.decode import decode_mask, decode_picture
from worker.parts import Part, part_of
from worker.ports import JobEditor
from worker.task import Task, check_version


@dataclass(frozen=True)
class ReadLatent:
    """A latent of a session file, checked.

    Attributes:
        grid: rows and columns of its cells.
        part: of the picture, which the latent was encoded from.
    """

    tensor: bytes
    grid: tuple[int, int]
    picture: Picture
    reconstruction: Picture
    twin: Picture | None
    part: Part


def read_latent(
    packed: PackedLatent,
    entries: Mapping[str, bytes],
    editor: JobEditor,
    version: str,
    max_pixels: int,
) -> ReadLatent:
    """Decode and check what a stranger's file says of a latent.

    Args:
        version: of the editor's model.

    Raises:
        StaleLatent: it was made with another version.
        InvalidImage, TooLarge: of a picture.
        InvalidRequest: the crop reaches outside its picture.
        ModelError: the latent does not fit its crop.
    """
    check_version(packed.model, packed.model_version, version)
    picture, reconstruction = (
        decode_picture(entries[name], max_pixels)
        for name in (packed.picture, packed.reconstruction)
    )
    twin = packed.twin and decode_picture(entries[packed.twin], max_pixels)
    part = part_of(picture, packed.crop, packed.quad)
    tensor = entries[packed.tensor]
    grid = editor.check_latent(tensor, (part.size[1], part.size[0]))
    return ReadLatent(tensor, grid, picture, reconstruction, twin or None, part)


def import_session(task: Task, request: ImportRequest) -> ImportResult:
    """Take in a session file: pictures are decoded and latents read as those of strangers."""
    data = task.desk.upload(request.upload_id)
    if data is None:
        raise InvalidSession("the upload is no longer there: send it again")
    file = unpack(data)
    manifest = file.manifest
    states = states_of(manifest)
    lists = [state.edits for state in states]
    lists += [other.edits for state in states for other in state.others]
    if max(map(len, lists)) > task.bench.settings.max_edits:
        raise TooLarge(f"at most {task.bench.settings.max_edits} edits make a list")
    max_pixels = task.bench.settings.max_pixels

    def read(packed: PackedLatent) -> ReadLatent:
        editor = task.editor(packed.model)
        version = task.bench.version(packed.model)
        return read_latent(packed, file.entries, editor, version, max_pixels)

    for packed in manifest.latents:  # one at a time: pictures decoded together fill the memory
        read(packed)
    masks = [file.entries[mask_entry(mask_id)] for mask_id in stored_masks_of(manifest)]
    for png in masks:
        check_png(png)
        decode_mask(png)
    cover = manifest.cover and decode_picture(file.entries[manifest.cover], max_pixels)
    new_ids = {  # only now, when all of it can be used, is anything kept
        packed.latent_id: _add_latent(task, packed, read(packed)) for packed in manifest.latents
    }

    for png in masks:  # their ids are of what is in them: they have the same here
        task.desk.add_mask(png)

    def known_here(state: Painted) -> dict[str, Any]:
        others = others_with_latents(state.others, new_ids)
        return {"edits": with_latents(state.edits, new_ids), "others": others}

    wanted = SessionWrite(
        name=manifest.name,
        latent_id=new_ids[manifest.latent_id],
        **known_here(manifest),
        snapshots=tuple(each.model_copy(update=known_here(each)) for each in manifest.snapshots),
        cover_id=task.add_picture(cover, "png", 100).image_id if cover else None,
    )
    record = first_revision(wanted)
    task.desk.add_session(record)
    return ImportResult(session_id=record.session_id)


def _add_latent(task: Task, packed: PackedLatent, read: ReadLatent) -> str:
    record = task.desk.add_latent(
        read.tensor,
        model=packed.model,
        model_version=packed.model_version,
        space=packed.space,
        grid=read.grid,
        image_id=task.add_picture(read.picture, "png", 100).image_id,
        reconstruction_id=task.add_picture(read.reconstruction, "png", 100).image_id,
        crop=read.part.crop,
        quad=read.part.quad,
        metrics=packed.metrics,
        timings_ms={},
        readings=packed.readings,
        fit=packed.fit,
        twin_id=task.add_picture(read.twin, "png", 100).image_id if read.twin else None,
    )
    return record.latent_id
