"""What each kind of job does: request in, result out. No queue here, and no error is translated."""

import math

from contracts.errors import InvalidImage, InvalidRequest
from contracts.faces import FacesRequest, FacesResult
from contracts.jobs import JobRecord, Result
from contracts.lands import DrawRequest, DrawResult
from contracts.records import ImageRecord, LatentRecord
from contracts.requests import (
    AdoptRequest,
    EditRequest,
    EncodeRequest,
    EncodeResult,
    GenerateRequest,
    GenerateResult,
    HeatMapRequest,
    HeatMapResult,
    IngestRequest,
    IngestResult,
    Metrics,
    StripRequest,
)
from contracts.sessions import ImportRequest
from models.pictures import Picture
from worker.clock import Clock
from worker.decode import decode_picture
from worker.desk import Desk
from worker.drawn import keep_drawn
from worker.edit import edit
from worker.encode import write_pixels
from worker.faces import faces_in
from worker.gallery import draw_strip
from worker.kits import adopt_kit
from worker.parts import Part, centred_square, part_of, square_of
from worker.ports import Encoded, EncodeOptions
from worker.sessions import import_session
from worker.task import Task, check_version


def ingest(task: Task, request: IngestRequest) -> IngestResult:
    """Decode an upload and keep it upright, without what else the file said."""
    data = task.desk.upload(request.upload_id)
    if data is None:
        raise InvalidImage("the upload is no longer there: send it again")
    picture = decode_picture(data, task.bench.settings.max_pixels)
    record = task.add_picture(picture, "png", 100)
    return IngestResult(image_id=record.image_id, width=record.width, height=record.height)


def encode(task: Task, request: EncodeRequest) -> EncodeResult:
    """Find the latent of a crop of a picture."""
    clock = Clock()
    editor = task.editor(request.model)
    picture = task.picture(request.image_id)
    part = wanted_part(task, request, picture)
    original = part.taken_from(picture).on_white()
    clock.lap("load")
    options = EncodeOptions(
        request.space,
        request.steps,
        request.regulariser,
        None if request.begin is None else task.stored(editor, request.begin)[1],
    )
    encoded = editor.encode(original, options, task.report)
    clock.lap("encode")
    reconstruction = task.add_pixels(encoded.pixels)
    record = _keep_latent(
        task, request.model, encoded, request.image_id, reconstruction, part, clock
    )
    return record.as_result()


def generate(task: Task, request: GenerateRequest) -> GenerateResult:
    """Draw a picture; it is edited like an encoded one."""
    clock = Clock()
    editor = task.editor(request.model)
    clock.lap("load")
    drawn = editor.generate(request, task.report)
    clock.lap("generate")
    image = task.add_pixels(drawn.pixels)
    whole = Part((0, 0, image.width, image.height))
    latent = _keep_latent(task, request.model, drawn, image.image_id, image, whole, clock)
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
    latent = task.desk.latent(request.latent_id)
    editor = task.editor(latent.model)
    check_version(latent.model, latent.model_version, task.bench.version(latent.model))
    pixels = editor.heat_map(request.latent_id, request.attribute, tensor=task.tensors_for(editor))
    data = write_pixels(pixels, "png", 100)
    height, width = pixels.shape[:2]
    record = task.desk.add_image(data, "image/png", width, height)
    return HeatMapResult(image_id=record.image_id)


def faces(task: Task, request: FacesRequest) -> FacesResult:
    """Find the faces of a picture."""
    picture = task.picture(request.image_id)
    return faces_in(picture.on_white(), request.aligned)


def draw(task: Task, request: DrawRequest) -> DrawResult:
    """Draw a box of a land."""
    clock = Clock()
    editor = task.editor(request.model)
    clock.lap("load")
    strips = editor.draw(request, task.report, mask=task.mask)
    image = keep_drawn(task, request, strips)
    clock.lap("draw")
    result = DrawResult(image_id=image.image_id, timings_ms=clock.laps("write"))
    task.desk.answer(request.key(task.bench.version(request.model)), result)
    return result


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
        case FacesRequest() as request:
            return faces(task, request)
        case AdoptRequest() as request:
            return adopt_kit(task, request)
        case StripRequest() as request:
            return draw_strip(task, request)


def tidy(desk: Desk, record: JobRecord) -> None:
    """Remove what an ended job no longer needs."""
    request = record.parsed_request()
    if isinstance(request, IngestRequest | ImportRequest):
        desk.drop_upload(request.upload_id)


def wanted_part(task: Task, request: EncodeRequest, picture: Picture) -> Part:
    """The part of a picture that is to be encoded.

    Raises:
        InvalidRequest: there is none such.
    """
    if request.face is not None:
        found = faces_in(picture.on_white(), task.aligned(request.model)).faces
        if request.face >= len(found):
            raise InvalidRequest(f"face {request.face}: {len(found)} faces are in the picture")
        return square_of(picture, found[request.face].quad)
    crop = request.crop or centred_square(*picture.size_px)
    return part_of(picture, crop, request.quad)


def _keep_latent(
    task: Task,
    model: str,
    encoded: Encoded,
    image_id: str,
    reconstruction: ImageRecord,
    part: Part,
    clock: Clock,
) -> LatentRecord:
    twin = reconstruction if encoded.twin is None else task.add_pixels(encoded.twin)
    return task.desk.add_latent(
        encoded.tensor,
        model=model,
        model_version=task.bench.version(model),
        space=encoded.space,
        grid=encoded.grid,
        image_id=image_id,
        reconstruction_id=reconstruction.image_id,
        crop=part.crop,
        quad=part.quad,
        metrics=Metrics(
            psnr_db=_finite(encoded.psnr_db),
            perceptual=_finite(encoded.perceptual),
            perceptual_metric=encoded.perceptual_metric,
        ),
        timings_ms=clock.laps("write"),
        readings=encoded.readings,
        fit=encoded.fit,
        twin_id=twin.image_id,
    )


def _finite(number: float) -> float | None:
    return float(number) if math.isfinite(number) else None
