"""The job of `POST /edit`: what was painted on a part of a picture, and on the others beside it."""

from collections.abc import Iterator
from hashlib import sha256

from contracts.edits import PaintedPart, canonical_json, enabled_edits
from contracts.library import LatentRecord
from contracts.requests import ANIMATION_PX, EditRequest, EditResult, Output, drawn_of
from models.carry import changed_box
from models.pictures import Picture
from worker.clock import Clock
from worker.composition import Change, composed, onto, overlap
from worker.encode import MEDIA_TYPES, repaint, shrunk, write_animation
from worker.parts import Part
from worker.ports import Editor, Step
from worker.task import Task, check_version


def edit(task: Task, request: EditRequest) -> EditResult:
    """Apply an edit list to a latent's original encoding."""
    clock = Clock()
    latent = task.bench.library.latent(task.owner, request.latent_id)
    editor = task.editor(latent.model)
    version = task.bench.version(latent.model)
    check_version(latent.model, latent.model_version, version)
    before = base = sized(taken(task, latent), request.output)
    clock.lap("load")
    if request.others and request.output.frame == "crop":
        base = sized(taken_with_others(task, latent, request.others, editor), request.output)
        clock.lap("others")
    if request.output.frames is not None:
        return animate(task, request, editor, before, base, clock)
    edited = editor.edit(
        request.latent_id,
        before.on_white(),
        enabled_edits(request.edits),
        tensor=task.tensors_for(editor),
        composite=request.output.composite,
        detail=request.output.detail,
    )
    clock.lap("edit")
    answer, box = repaint(before, edited.pixels), edited.changed_box
    if request.output.frame == "full":
        whole = task.bench.picture(task.owner, latent.image_id)
        others = changes_of(task, request.others, editor)
        answer = composed(whole, (Change(part_of(latent), before, answer), *others))
        box = changed_box(whole.pixels, answer.pixels)
    elif base is not before:
        answer = onto(base, before, answer)
        box = changed_box(before.pixels, answer.pixels)
    is_preview = request.output.max_side is not None
    keep = task.add_preview if is_preview else task.add_picture
    image = keep(answer, request.output.format, request.output.quality)
    result = EditResult(
        image_id=image.image_id, changed_box=box, cached=False, timings_ms=clock.laps("write")
    )
    if not is_preview:
        task.bench.library.remember_edit(task.owner, request.key(version), result)
    return result


def animate(
    task: Task, request: EditRequest, editor: Editor, before: Picture, base: Picture, clock: Clock
) -> EditResult:
    """The way from the original to the edited picture, by equal shares of every edit.

    Args:
        base: the original, with what is painted on other parts.
    """
    output = request.output
    last = (output.frames or 2) - 1
    pictures = []
    for k in range(last + 1):
        task.report(Step(k, last + 1, "Drawing the animation", None))
        edited = editor.edit(
            request.latent_id,
            before.on_white(),
            enabled_edits(request.edits),
            tensor=task.tensors_for(editor),
            composite=output.composite,
            share=k / last,
        )
        pictures.append(onto(base, before, repaint(before, edited.pixels)))
    clock.lap("edit")
    width, height = before.size_px
    data = write_animation(pictures, output.quality)
    image = task.bench.library.add_image(task.owner, data, MEDIA_TYPES["webp"], width, height)
    result = EditResult(
        image_id=image.image_id,
        changed_box=changed_box(before.pixels, pictures[-1].pixels),
        cached=False,
        timings_ms=clock.laps("write"),
    )
    key = request.key(task.bench.version(editor.model_id))
    task.bench.library.remember_edit(task.owner, key, result)
    return result


def sized(picture: Picture, output: Output) -> Picture:
    """A part of a picture, as large as it is wanted."""
    max_side = output.max_side if output.frames is None else ANIMATION_PX
    return picture if max_side is None else shrunk(picture, max_side)


def taken(task: Task, latent: LatentRecord) -> Picture:
    """What the picture of a latent shows in its part."""

    def take() -> Picture:
        whole = task.bench.picture(task.owner, latent.image_id)
        return part_of(latent).taken_from(whole)

    return task.bench.parts.get((task.owner, latent.latent_id), take)


def taken_with_others(
    task: Task, latent: LatentRecord, others: tuple[PaintedPart, ...], editor: Editor
) -> Picture:
    """The same, with what is painted on other parts of the picture."""
    part, library = part_of(latent), task.bench.library
    near = tuple(
        other
        for other in others
        if overlap(part, part_of(library.latent(task.owner, other.latent_id)))
        and enabled_edits(other.edits)
    )
    if not near:
        return taken(task, latent)

    def take() -> Picture:
        whole = task.bench.picture(task.owner, latent.image_id)
        return part.taken_from(composed(whole, changes_of(task, near, editor)))

    painted = canonical_json([[other.latent_id, drawn_of(other.edits)] for other in near])
    version = task.bench.version(editor.model_id)
    key = (task.owner, latent.latent_id, version, sha256(painted.encode()).hexdigest())
    return task.bench.parts.get(key, take)


def part_of(latent: LatentRecord) -> Part:
    """The part of its picture that a latent is of."""
    return Part(latent.crop, latent.quad)


def changes_of(task: Task, others: tuple[PaintedPart, ...], editor: Editor) -> Iterator[Change]:
    """What is painted on parts of a picture."""
    for other in others:
        edits = enabled_edits(other.edits)
        if not edits:
            continue
        latent = task.bench.library.latent(task.owner, other.latent_id)
        check_version(latent.model, latent.model_version, task.bench.version(editor.model_id))
        before = taken(task, latent)
        edited = editor.edit(
            other.latent_id,
            before.on_white(),
            edits,
            tensor=task.tensors_for(editor),
            composite="residual",
        )
        yield Change(part_of(latent), before, repaint(before, edited.pixels))
