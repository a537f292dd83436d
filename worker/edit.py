"""The job of `POST /edit`: what was painted on a part of a picture, and on the others beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from contracts.edits import PaintedPart, canonical_json, enabled_edits
from contracts.records import LatentRecord
from contracts.requests import ANIMATION_PX, EditRequest, EditResult, Output, drawn_of
from models.carry import changed_box
from models.pictures import Picture
from models.step import Report, Step
from worker.clock import Clock
from worker.composition import Change, composed, onto, overlap
from worker.encode import Box, ImageFile, repaint, shrunk, write_animation, written
from worker.parts import Part
from worker.ports import EditCall, Edited, JobEditor
from worker.task import Task, check_version


@dataclass(frozen=True)
class Drawing:
    """What an edit made.

    Attributes:
        changed_box: x, y, w, h in the picture; None when nothing changed.
    """

    file: ImageFile
    changed_box: Box | None


def edit(task: Task, request: EditRequest) -> EditResult:
    """Apply an edit list to a latent's original encoding, and keep the picture."""
    clock = Clock()
    drawing = draw_edit(task, request, clock)
    is_preview = request.output.max_side is not None
    image = (task.desk.add_preview if is_preview else task.desk.add_image)(*drawing.file)
    result = EditResult(
        image_id=image.image_id,
        changed_box=drawing.changed_box,
        cached=False,
        timings_ms=clock.laps("write"),
    )
    if not is_preview:
        model = task.desk.latent(request.latent_id).model
        task.desk.answer(request.key(task.bench.version(model)), result)
    return result


@dataclass(frozen=True)
class Prepared:
    """An edit that an editor can do.

    Attributes:
        before: the part that was encoded, as large as it is wanted.
        base: the same, with what is painted on other parts.
    """

    task: Task
    request: EditRequest
    latent: LatentRecord
    editor: JobEditor
    before: Picture
    base: Picture

    def call(self, share: float = 1.0) -> EditCall:
        """What the editor is to do."""
        output = self.request.output
        return EditCall(
            self.latent.latent_id,
            self.before.on_white(),
            enabled_edits(self.request.edits),
            tensor=self.task.tensors_for(self.editor),
            mask=self.task.mask,
            composite=output.composite,
            share=share,
            detail=output.detail,
            report=teller(self.task),
        )


def teller(task: Task) -> Report:
    """What says how far a drawing in several pieces is. That takes long, so no brush may have to
    wait for it: what it returns raises ForBatch where the job is to be done elsewhere."""

    def tell(step: Step) -> None:
        task.leave_to_batch()
        task.report(step)

    return tell


def draw_edit(task: Task, request: EditRequest, clock: Clock) -> Drawing:
    """Apply an edit list to a latent's original encoding; nothing is kept."""
    prepared = prepare(task, request, clock)
    if request.output.frames is not None:
        return animate(prepared, clock)
    edited = prepared.editor.edit(prepared.call())
    clock.lap("edit")
    return finish(prepared, edited)


def prepare(task: Task, request: EditRequest, clock: Clock) -> Prepared:
    """Get what an editor needs."""
    latent = task.desk.latent(request.latent_id)
    editor = task.editor(latent.model)
    check_version(latent.model, latent.model_version, task.bench.version(latent.model))
    output = request.output
    before = base = sized(taken(task, latent), output)
    clock.lap("load")
    if request.others and output.frame == "crop":
        base = sized(taken_with_others(task, latent, request.others, editor), output)
        clock.lap("others")
    return Prepared(task, request, latent, editor, before, base)


def finish(prepared: Prepared, edited: Edited) -> Drawing:
    """Put what an editor made into its picture, and write it."""
    latent, before, output = prepared.latent, prepared.before, prepared.request.output
    answer, box = repaint(before, edited.pixels), edited.changed_box
    if output.frame == "full":
        task = prepared.task
        whole = task.picture(latent.image_id)
        others = changes_of(task, prepared.request.others, prepared.editor)
        answer = composed(whole, (Change(part_of(latent), before, answer), *others))
        box = changed_box(whole.pixels, answer.pixels)
    elif prepared.base is not before:
        answer = onto(prepared.base, before, answer)
        box = changed_box(before.pixels, answer.pixels)
    return Drawing(written(answer, output.format, output.quality), box)


def animate(prepared: Prepared, clock: Clock) -> Drawing:
    """The way from the original to the edited picture, by equal shares of every edit."""
    output, before = prepared.request.output, prepared.before
    last = (output.frames or 2) - 1
    pictures = []
    for k in range(last + 1):
        prepared.task.report(Step(k, last + 1, "Drawing the animation", None))
        edited = prepared.editor.edit(prepared.call(k / last))
        pictures.append(onto(prepared.base, before, repaint(before, edited.pixels)))
    clock.lap("edit")
    box = changed_box(before.pixels, pictures[-1].pixels)
    return Drawing(write_animation(pictures, output.quality), box)


def sized(picture: Picture, output: Output) -> Picture:
    """A part of a picture, as large as it is wanted."""
    max_side = output.max_side if output.frames is None else ANIMATION_PX
    return picture if max_side is None else shrunk(picture, max_side)


def taken(task: Task, latent: LatentRecord) -> Picture:
    """What the picture of a latent shows in its part."""

    def take() -> Picture:
        whole = task.picture(latent.image_id)
        return part_of(latent).taken_from(whole)

    return task.bench.parts.get((task.owner, latent.latent_id), take)


def taken_with_others(
    task: Task, latent: LatentRecord, others: tuple[PaintedPart, ...], editor: JobEditor
) -> Picture:
    """The same, with what is painted on other parts of the picture."""
    part = part_of(latent)
    near = tuple(
        other
        for other in others
        if overlap(part, part_of(task.desk.latent(other.latent_id))) and enabled_edits(other.edits)
    )
    if not near:
        return taken(task, latent)

    def take() -> Picture:
        whole = task.picture(latent.image_id)
        return part.taken_from(composed(whole, changes_of(task, near, editor)))

    painted = canonical_json([[other.latent_id, drawn_of(other.edits)] for other in near])
    version = task.bench.version(editor.model_id)
    key = (task.owner, latent.latent_id, version, sha256(painted.encode()).hexdigest())
    return task.bench.parts.get(key, take)


def part_of(latent: LatentRecord) -> Part:
    """The part of its picture that a latent is of."""
    return Part(latent.crop, latent.quad)


def changes_of(task: Task, others: tuple[PaintedPart, ...], editor: JobEditor) -> Iterator[Change]:
    """What is painted on parts of a picture."""
    for other in others:
        edits = enabled_edits(other.edits)
        if not edits:
            continue
        latent = task.desk.latent(other.latent_id)
        check_version(latent.model, latent.model_version, task.bench.version(editor.model_id))
        before = taken(task, latent)
        edited = editor.edit(
            EditCall(
                other.latent_id,
                before.on_white(),
                edits,
                tensor=task.tensors_for(editor),
                mask=task.mask,
                composite="residual",
                report=teller(task),
            )
        )
        yield Change(part_of(latent), before, repaint(before, edited.pixels))
