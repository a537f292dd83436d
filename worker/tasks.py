"""What each kind of job does: request in, result out. No queue here, and no error is translated."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from contracts.edits import enabled_edits
from contracts.errors import InvalidImage, InvalidRequest, InvalidSession, StaleLatent
from contracts.jobs import JobRecord, Result
from contracts.lands import DrawRequest, DrawResult
from contracts.library import ImageRecord, LatentRecord
from contracts.requests import (
    ANIMATION_PX,
    EditRequest,
    EditResult,
    EncodeRequest,
    EncodeResult,
    GenerateRequest,
    GenerateResult,
    HeatMapRequest,
    HeatMapResult,
    IngestRequest,
    IngestResult,
    Metrics,
)
from contracts.session_file import PackedLatent, unpack, with_latents
from contracts.sessions import ImportRequest, ImportResult, SessionWrite
from contracts.versions import is_same_generator
from worker.decode import Picture, decode_picture
from worker.encode import (
    MEDIA_TYPES,
    Box,
    ImageFormat,
    crop_picture,
    paste,
    repaint,
    shrunk,
    write_animation,
    write_picture,
    write_pixels,
)
from worker.ports import Editor, Encoded, EncodeOptions, FetchTensor, Pixels, Step
from worker.workbench import Workbench


@dataclass(frozen=True)
class Task:
    """One job at the bench: whose it is, and how to say how far it has come."""

    bench: Workbench
    owner: str
    report: Callable[[Step], None]
    """May raise to stop the work."""

    def editor(self, model_id: str) -> Editor:
        """A loaded model; a client that has to wait for it is told why."""
        if model_id not in self.bench.loaded_models():
            self.report(Step(0, 0, "Loading the model", None))
        return self.bench.editor(model_id)

    def add_picture(self, picture: Picture, image_format: ImageFormat, quality: int) -> ImageRecord:
        """Keep a picture in the owner's library."""
        data = write_picture(picture, image_format, quality)
        width, height = picture.size_px
        media_type = MEDIA_TYPES[image_format]
        return self.bench.library.add_image(self.owner, data, media_type, width, height)

    def add_preview(self, picture: Picture, image_format: ImageFormat, quality: int) -> ImageRecord:
        """Keep a picture that is shown once."""
        data = write_picture(picture, image_format, quality)
        width, height = picture.size_px
        media_type = MEDIA_TYPES[image_format]
        return self.bench.library.add_preview(self.owner, data, media_type, width, height)

    def add_pixels(self, pixels: Pixels) -> ImageRecord:
        """Keep a picture without alpha as PNG."""
        return self.add_picture(Picture(pixels, None), "png", 100)

    def tensors_for(self, editor: Editor) -> FetchTensor:
        """How an editor gets the safetensors of the owner's latents, if they are its version's."""

        def tensor(latent_id: str) -> bytes:
            latent = self.bench.library.latent(self.owner, latent_id)
            check_version(latent, self.bench.version(editor.model_id))
            return self.bench.library.tensor(latent)

        return tensor


def ingest(task: Task, request: IngestRequest) -> IngestResult:
    """Decode an upload and keep it upright, without what else the file said."""
    data = task.bench.library.upload(request.upload_id)
    if data is None:
        raise InvalidImage("the upload is no longer there: send it again")
    picture = decode_picture(data, task.bench.settings.max_pixels)
    record = task.add_picture(picture, "png", 100)
    return IngestResult(image_id=record.image_id, width=record.width, height=record.height)


def encode(task: Task, request: EncodeRequest) -> EncodeResult:
    """Find the latent of a crop of a picture."""
    clock = Clock()
    editor = task.editor(request.model)
    picture = task.bench.picture(task.owner, request.image_id)
    crop = request.crop or centred_square(*picture.size_px)
    original = crop_picture(picture, checked_crop(crop, *picture.size_px)).on_white()
    clock.lap("load")
    options = EncodeOptions(
        request.space,
        request.steps,
        request.regulariser,
        None if request.begin is None else task.tensors_for(editor)(request.begin),
    )
    encoded = editor.encode(original, options, task.report)
    clock.lap("encode")
    reconstruction = task.add_pixels(encoded.pixels)
    record = _keep_latent(
        task, request.model, encoded, request.image_id, reconstruction, crop, clock
    )
    return record.as_result()


def edit(task: Task, request: EditRequest) -> EditResult:
    """Apply an edit list to a latent's original encoding."""
    clock = Clock()
    latent = task.bench.library.latent(task.owner, request.latent_id)
    editor = task.editor(latent.model)
    check_version(latent, task.bench.version(latent.model))
    whole = task.bench.picture(task.owner, latent.image_id)
    part = crop_picture(whole, latent.crop)
    max_side = request.output.max_side
    if max_side is not None:
        part = shrunk(part, max_side)
    clock.lap("load")
    if request.output.frames is not None:
        return _animate(task, request, editor, shrunk(part, ANIMATION_PX), clock)
    edited = editor.edit(
        request.latent_id,
        part.on_white(),
        enabled_edits(request.edits),
        tensor=task.tensors_for(editor),
        composite=request.output.composite,
    )
    clock.lap("edit")
    answer, box = repaint(part, edited.pixels), edited.changed_box
    if request.output.frame == "full":
        answer = paste(whole, answer, latent.crop)
        box = None if box is None else (box[0] + latent.crop[0], box[1] + latent.crop[1], *box[2:])
    keep = task.add_picture if max_side is None else task.add_preview
    image = keep(answer, request.output.format, request.output.quality)
    result = EditResult(
        image_id=image.image_id, changed_box=box, cached=False, timings_ms=clock.laps("write")
    )
    if max_side is not None:
        return result
    task.bench.library.remember_edit(
        task.owner, request.key(task.bench.version(latent.model)), result
    )
    return result


def generate(task: Task, request: GenerateRequest) -> GenerateResult:
    """Draw a picture; it is edited like an encoded one."""
    clock = Clock()
    editor = task.editor(request.model)
    clock.lap("load")
    drawn = editor.generate(request)
    clock.lap("generate")
    image = task.add_pixels(drawn.pixels)
    crop = (0, 0, image.width, image.height)
    latent = _keep_latent(task, request.model, drawn, image.image_id, image, crop, clock)
    return GenerateResult(
        latent_id=latent.latent_id,
        image_id=image.image_id,
        grid=latent.grid,
        seed=request.seed or 0,
        timings_ms=latent.timings_ms,
        readings=latent.readings,
    )


def heat_map(task: Task, request: HeatMapRequest) -> HeatMapResult:
    """Draw where in the picture an attribute is read."""
    latent = task.bench.library.latent(task.owner, request.latent_id)
    editor = task.editor(latent.model)
    check_version(latent, task.bench.version(latent.model))
    pixels = editor.heat_map(request.latent_id, request.attribute, tensor=task.tensors_for(editor))
    data = write_pixels(pixels, "png", 100)
    height, width = pixels.shape[:2]
    record = task.bench.library.add_image(task.owner, data, "image/png", width, height)
    return HeatMapResult(image_id=record.image_id)


def draw(task: Task, request: DrawRequest) -> DrawResult:
    """Draw a box of a land."""
    clock = Clock()
    editor = task.editor(request.model)
    clock.lap("load")
    pixels = editor.draw(request, task.report)
    clock.lap("draw")
    image = task.add_pixels(pixels)
    result = DrawResult(image_id=image.image_id, timings_ms=clock.laps("write"))
    key = request.key(task.bench.version(request.model))
    task.bench.library.remember_drawn(task.owner, key, result)
    return result


def import_session(task: Task, request: ImportRequest) -> ImportResult:
    """Take in a session file: pictures are decoded and latents read as those of strangers."""
    data = task.bench.library.upload(request.upload_id)
    if data is None:
        raise InvalidSession("the upload is no longer there: send it again")
    file = unpack(data)
    manifest = file.manifest
    read = {
        packed.latent_id: _read_latent(task, packed, file.entries) for packed in manifest.latents
    }
    new_ids = {  # only now, when all of it can be used, is anything kept
        packed.latent_id: _add_latent(task, packed, read[packed.latent_id])
        for packed in manifest.latents
    }
    cover = manifest.cover and decode_picture(
        file.entries[manifest.cover], task.bench.settings.max_pixels
    )
    snapshots = [
        snapshot.model_copy(update={"edits": with_latents(snapshot.edits, new_ids)})
        for snapshot in manifest.snapshots
    ]
    wanted = SessionWrite(
        name=manifest.name,
        latent_id=new_ids[manifest.latent_id],
        edits=with_latents(manifest.edits, new_ids),
        snapshots=tuple(snapshots),
        cover_id=task.add_picture(cover, "png", 100).image_id if cover else None,
    )
    record = task.bench.library.add_session(task.owner, wanted)
    return ImportResult(session_id=record.session_id)


@dataclass(frozen=True)
class _ReadLatent:
    """A latent of a session file, checked."""

    tensor: bytes
    grid: tuple[int, int]
    picture: Picture
    reconstruction: Picture
    crop: Box


def _read_latent(task: Task, packed: PackedLatent, entries: Mapping[str, bytes]) -> _ReadLatent:
    """Decode and check what a stranger's file says of a latent."""
    editor, max_pixels = task.editor(packed.model), task.bench.settings.max_pixels
    if not is_same_generator(packed.model_version, task.bench.version(packed.model)):
        raise StaleLatent(f"the session was made with another version of the model {packed.model}")
    picture, reconstruction = (
        decode_picture(entries[name], max_pixels)
        for name in (packed.picture, packed.reconstruction)
    )
    crop = checked_crop(packed.crop, *picture.size_px)
    grid = editor.check_latent(entries[packed.tensor], (crop[3], crop[2]))
    return _ReadLatent(entries[packed.tensor], grid, picture, reconstruction, crop)


def _add_latent(task: Task, packed: PackedLatent, read: _ReadLatent) -> str:
    record = task.bench.library.add_latent(
        task.owner,
        read.tensor,
        model=packed.model,
        model_version=packed.model_version,
        space=packed.space,
        grid=read.grid,
        image_id=task.add_picture(read.picture, "png", 100).image_id,
        reconstruction_id=task.add_picture(read.reconstruction, "png", 100).image_id,
        crop=read.crop,
        metrics=packed.metrics,
        timings_ms={},
        readings=packed.readings,
    )
    return record.latent_id


def perform(task: Task, record: JobRecord) -> Result:
    """Do what a job asks for."""
    match record.parsed_request():
        case IngestRequest() as request:
            return ingest(task, request)
        case EncodeRequest() as request:
            return encode(task, request)
        case EditRequest() as request:
            return edit(task, request)
        case GenerateRequest() as request:
            return generate(task, request)
        case HeatMapRequest() as request:
            return heat_map(task, request)
        case DrawRequest() as request:
            return draw(task, request)
        case ImportRequest() as request:
            return import_session(task, request)


def tidy(task: Task, record: JobRecord) -> None:
    """Remove what an ended job no longer needs."""
    request = record.parsed_request()
    if isinstance(request, IngestRequest | ImportRequest):
        task.bench.library.drop_upload(request.upload_id)


def check_version(latent: LatentRecord, version: str) -> None:
    """Refuse a latent of another version of its model: it would make another picture.

    Raises:
        StaleLatent: it is.
    """
    if not is_same_generator(latent.model_version, version):
        raise StaleLatent(
            f"the model {latent.model} has changed since this latent was made: encode the picture "
            "(or generate it) again"
        )


def centred_square(width: int, height: int) -> Box:
    """The largest centred square of a picture."""
    side = min(width, height)
    return ((width - side) // 2, (height - side) // 2, side, side)


def checked_crop(crop: Box, width: int, height: int) -> Box:
    """The crop, if it lies in the picture.

    Raises:
        InvalidRequest: it does not.
    """
    x, y, w, h = crop
    if x + w > width or y + h > height:
        raise InvalidRequest(
            f"the crop {x},{y},{w},{h} reaches outside the picture, which is {width} × {height} px"
        )
    return crop


class Clock:
    """Laps in milliseconds."""

    def __init__(self) -> None:
        self._begun = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        """End a lap."""
        here = time.perf_counter()
        self._laps[name] = round((here - self._last) * 1000, 2)
        self._last = here

    def laps(self, last: str) -> dict[str, float]:
        """All laps, the running one under the name `last`, and the total."""
        self.lap(last)
        return {**self._laps, "total": round((self._last - self._begun) * 1000, 2)}


def _animate(
    task: Task, request: EditRequest, editor: Editor, part: Picture, clock: Clock
) -> EditResult:
    """The way from the original to the edited picture, by equal shares of every edit."""
    output = request.output
    last = (output.frames or 2) - 1
    pictures, box = [], None
    for k in range(last + 1):
        task.report(Step(k, last + 1, "Drawing the animation", None))
        edited = editor.edit(
            request.latent_id,
            part.on_white(),
            enabled_edits(request.edits),
            tensor=task.tensors_for(editor),
            composite=output.composite,
            share=k / last,
        )
        pictures.append(repaint(part, edited.pixels))
        box = edited.changed_box
    clock.lap("edit")
    width, height = part.size_px
    data = write_animation(pictures, output.quality)
    image = task.bench.library.add_image(task.owner, data, MEDIA_TYPES["webp"], width, height)
    result = EditResult(
        image_id=image.image_id, changed_box=box, cached=False, timings_ms=clock.laps("write")
    )
    key = request.key(task.bench.version(editor.model_id))
    task.bench.library.remember_edit(task.owner, key, result)
    return result


def _keep_latent(
    task: Task,
    model: str,
    encoded: Encoded,
    image_id: str,
    reconstruction: ImageRecord,
    crop: Box,
    clock: Clock,
) -> LatentRecord:
    return task.bench.library.add_latent(
        task.owner,
        encoded.tensor,
        model=model,
        model_version=task.bench.version(model),
        space=encoded.space,
        grid=encoded.grid,
        image_id=image_id,
        reconstruction_id=reconstruction.image_id,
        crop=crop,
        metrics=Metrics(
            psnr_db=_finite(encoded.psnr_db),
            perceptual=_finite(encoded.perceptual),
            perceptual_metric=encoded.perceptual_metric,
        ),
        timings_ms=clock.laps("write"),
        readings=encoded.readings,
    )


def _finite(number: float) -> float | None:
    return float(number) if math.isfinite(number) else None
