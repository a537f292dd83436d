"""`POST /generate`: a picture out of the model's own distribution."""

import secrets

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from backend.owner import Owner
from backend.routes.answers import JOB_RESPONSES, Wait, job_answer
from backend.services import Server
from backend.threads import run_in_threadpool
from contracts.errors import InvalidRequest, TooLarge
from contracts.jobs import JobKind
from contracts.models import ModelInfo
from contracts.requests import GenerateRequest

router = APIRouter(tags=["generate"])


@router.post("/generate", status_code=202, responses=JOB_RESPONSES)
async def generate(
    server: Server, owner: Owner, body: GenerateRequest, wait: Wait = 0
) -> JSONResponse:
    """Draw a picture; it is edited like an encoded one."""
    model = await run_in_threadpool(server.model, body.model)
    _check_size(body, model, server.settings.max_generated_pixels)
    seeded = body
    if body.seed is None:
        seeded = body.model_copy(update={"seed": secrets.randbelow(2**31)})
    return job_answer(await server.dispatcher.submit(owner, JobKind.GENERATE, seeded, wait))


def _check_size(body: GenerateRequest, model: ModelInfo, max_pixels: int) -> None:
    width, height = body.width or model.resolution, body.height or model.resolution
    if not model.any_size and (width, height) != (model.resolution, model.resolution):
        raise InvalidRequest(
            f"the model {model.id} draws {model.resolution} × {model.resolution} px only"
        )
    if width * height > max_pixels:
        raise TooLarge(f"at most {max_pixels:,} px are drawn at once")
