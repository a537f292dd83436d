"""`POST /edit`: from a latent and a list of edits to a picture."""

import time

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from backend.owner import Owner
from backend.routes.answers import JOB_RESPONSES, Wait, job_answer
from backend.services import Server, Services
from contracts.edits import AttributeEdit, TransplantEdit, enabled_edits
from contracts.errors import InvalidEdit, TooLarge, UnknownAttribute
from contracts.jobs import JobKind
from contracts.library import LatentRecord
from contracts.requests import EditRequest, EditResult
from contracts.versions import is_same_generator

router = APIRouter(tags=["edit"])


@router.post("/edit", status_code=202, responses=JOB_RESPONSES)
async def edit(server: Server, owner: Owner, body: EditRequest, wait: Wait = 0) -> JSONResponse:
    """Apply a list of edits, in order, to the latent's original encoding."""
    if len(body.edits) > server.settings.max_edits:
        raise TooLarge(f"at most {server.settings.max_edits} edits make a list")
    known = await run_in_threadpool(_checked_and_looked_up, server, owner, body)
    if known is not None:
        return job_answer(await server.dispatcher.answered(owner, JobKind.EDIT, body, known))
    return job_answer(await server.dispatcher.submit(owner, JobKind.EDIT, body, wait))


def _checked_and_looked_up(server: Services, owner: str, body: EditRequest) -> EditResult | None:
    begun_s = time.perf_counter()
    latent = server.library.latent(owner, body.latent_id)
    _check_edits(server, owner, latent, body)
    version = server.model(latent.model).version
    if not is_same_generator(version, latent.model_version):
        return None  # for a worker to say
    known = server.library.answered_edit(owner, body.key(version))
    if known is None:
        return None
    total_ms = round((time.perf_counter() - begun_s) * 1000, 2)
    return known.model_copy(update={"cached": True, "timings_ms": {"total": total_ms}})


def _check_edits(server: Services, owner: str, latent: LatentRecord, body: EditRequest) -> None:
    model = server.model(latent.model)
    for wanted in enabled_edits(body.edits):
        if isinstance(wanted, AttributeEdit) and not model.has_attribute(wanted.attribute):
            raise UnknownAttribute(f"the model {model.id} has no such attribute: see GET /models")
        if isinstance(wanted, TransplantEdit):
            donor = server.library.latent(owner, wanted.donor)
            if donor.model != latent.model:
                raise InvalidEdit(f"the donor is a latent of {donor.model}, not of {latent.model}")
