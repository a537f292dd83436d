"""`POST /encode`: from a picture to its latent."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from backend.owner import Owner
from backend.routes.answers import JOB_RESPONSES, Wait, job_answer
from backend.services import Server
from backend.threads import run_in_threadpool
from backend.uploads import ingest
from contracts.errors import InvalidRequest
from contracts.jobs import JobKind
from contracts.requests import MAX_ASPECT, EncodeRequest

router = APIRouter(tags=["encode"])

FIELDS = (
    "image",
    "image_id",
    "model",
    "space",
    "steps",
    "crop",
    "quad",
    "face",
    "regulariser",
    "begin",
)


@router.post("/encode", status_code=202, responses=JOB_RESPONSES)
async def encode(
    request: Request,
    server: Server,
    owner: Owner,
    model: Annotated[str, Form()],
    image: Annotated[UploadFile | None, File()] = None,
    image_id: Annotated[str | None, Form()] = None,
    space: Annotated[str | None, Form(description="A space of the model, such as S+8.")] = None,
    steps: Annotated[int | None, Form(description="0 = encoder only.")] = None,
    crop: Annotated[str | None, Form(description="x,y,w,h in pixels, upright.")] = None,
    quad: Annotated[
        str | None, Form(description="A square's corners, x0,y0,…,x3,y3; in place of a crop.")
    ] = None,
    face: Annotated[
        int | None, Form(description="The square of the n-th face; in place of a crop.")
    ] = None,
    regulariser: Annotated[
        float | None, Form(description="0 = faithful; more = easier to edit.")
    ] = None,
    begin: Annotated[str | None, Form(description="A latent to go on from.")] = None,
    wait: Wait = 0,
) -> JSONResponse:
    """Find the latent of a picture, which is uploaded here or was before."""
    unknown = sorted(set(await request.form()) - set(FIELDS))
    if unknown:
        raise InvalidRequest(f"there is no field {unknown[0]}; the fields are {', '.join(FIELDS)}")
    if (image is None) == (image_id is None):
        raise InvalidRequest("send either an image or the image_id of one that was uploaded")
    wanted = _parsed(
        image_id=image_id or "later",
        model=model,
        space=space,
        steps=steps,
        crop=_box(crop),
        quad=_corners(quad),
        face=face,
        regulariser=regulariser,
        begin=begin,
    )
    if wanted.steps is not None and wanted.steps > server.settings.max_steps:
        raise InvalidRequest(f"at most {server.settings.max_steps} steps are made")
    info = await run_in_threadpool(server.model, model)
    if wanted.begin is not None:
        known = await run_in_threadpool(server.library.latent, owner, wanted.begin)
        if known.model != model:
            raise InvalidRequest(f"begin: that latent is one of the model {known.model}")
    if wanted.steps == 0 and wanted.begin is None and not info.has_encoder:
        raise InvalidRequest(f"the model {info.id} has no encoder: it needs steps")
    if image is not None:
        uploaded = await ingest(server, owner, image)
        wanted = wanted.model_copy(update={"image_id": uploaded.image_id})
    picture = await run_in_threadpool(server.library.image, owner, wanted.image_id)
    _check_crop(wanted, picture.width, picture.height)
    return job_answer(await server.dispatcher.submit(owner, JobKind.ENCODE, wanted, wait))


def _parsed(**fields: object) -> EncodeRequest:
    try:
        return EncodeRequest.model_validate(fields)
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_input=False)) from None


def _box(crop: str | None) -> list[str] | None:
    return None if crop is None else crop.split(",", 5)


def _corners(quad: str | None) -> list[list[str]] | None:
    if quad is None:
        return None
    numbers = quad.split(",", 9)
    return [numbers[k : k + 2] for k in range(0, len(numbers), 2)]


def _check_crop(wanted: EncodeRequest, width: int, height: int) -> None:
    if wanted.crop is None:
        return
    x, y, w, h = wanted.crop
    if x + w > width or y + h > height:
        raise InvalidRequest(f"the crop reaches outside the picture, which is {width} × {height}")
    if max(w, h) > MAX_ASPECT * min(w, h):
        raise InvalidRequest(f"a crop is at most {MAX_ASPECT} times as long as wide, got {w} × {h}")
