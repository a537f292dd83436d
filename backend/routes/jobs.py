"""`/jobs`: what became of a request."""

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from backend.events import as_sse
from backend.owner import Owner
from backend.services import Server
from contracts.jobs import Job

router = APIRouter(prefix="/jobs", tags=["jobs"])


@router.get("/{job_id}")
async def get_job(server: Server, owner: Owner, job_id: str) -> Job:
    """A job as it is now."""
    return (await server.dispatcher.job(owner, job_id)).public()


@router.delete("/{job_id}")
async def cancel_job(server: Server, owner: Owner, job_id: str) -> Job:
    """Cancel a job. A queued one never runs, a running one stops at its next step."""
    return (await server.dispatcher.cancel(owner, job_id)).public()


@router.get(
    "/{job_id}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}}},
)
async def job_events(server: Server, owner: Owner, job_id: str) -> StreamingResponse:
    """Server-sent events `progress`, `preview` (an image id) and, last, `done` (the job)."""
    await server.dispatcher.job(owner, job_id)
    return StreamingResponse(
        as_sse(server.events.follow(job_id)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
