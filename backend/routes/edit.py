"""`POST /edit`: from a latent and a list of edits to a picture."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from backend.editing import known_answer
from backend.owner import Owner
from backend.routes.answers import JOB_RESPONSES, Wait, job_answer
from backend.services import Server
from backend.threads import run_in_threadpool
from contracts.jobs import JobKind
from contracts.requests import EditRequest

router = APIRouter(tags=["edit"])


@router.post("/edit", status_code=202, responses=JOB_RESPONSES)
async def edit(server: Server, owner: Owner, body: EditRequest, wait: Wait = 0) -> JSONResponse:
    """Apply a list of edits, in order, to the latent's original encoding."""
    known = await run_in_threadpool(known_answer, server, owner, body)
    if known is not None:
        return job_answer(await server.dispatcher.answered(owner, JobKind.EDIT, body, known))
    latent = await run_in_threadpool(server.library.latent, owner, body.latent_id)
    crop_px = latent.crop[2] * latent.crop[3]
    return job_answer(await server.dispatcher.submit(owner, JobKind.EDIT, body, wait, crop_px))
