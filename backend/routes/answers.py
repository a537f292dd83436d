"""How a job is answered: 202 with the job, 200 once it has ended."""

from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import JSONResponse

from contracts.jobs import Job, JobRecord

MAX_WAIT_S = 30

Wait = Annotated[
    float,
    Query(
        ge=0,
        le=MAX_WAIT_S,
        allow_inf_nan=False,
        description="Seconds to wait for the job's end before answering.",
    ),
]

JOB_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"model": Job, "description": "The job, which has ended."},
    202: {"model": Job, "description": "The job, which goes on."},
}


def job_answer(record: JobRecord) -> JSONResponse:
    """A job as the answer to the call that made it."""
    return JSONResponse(
        record.public().model_dump(mode="json"),
        200 if record.status.is_final else 202,
        {"Location": f"/jobs/{record.job_id}", "Cache-Control": "no-store"},
    )
