"""`POST /edit`: from a latent and a list of edits to a picture."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from backend.editing import given_to_edit, known_answer
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
    given = await run_in_threadpool(given_to_edit, server, owner, body)
    known = await run_in_threadpool(known_answer, server, owner, body, given)
    if known is not None:
        return job_answer(await server.dispatcher.answered(owner, JobKind.EDIT, body, known))
    return job_answer(await server.dispatcher.submit(owner, JobKind.EDIT, body, wait, given))
