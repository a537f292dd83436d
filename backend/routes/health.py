"""`GET /health`: how the server is. Always 200; the state is in the body."""

import shutil
import time
from typing import Literal

from fastapi import APIRouter
from redis.exceptions import RedisError

from backend.services import Server, Services
from backend.threads import run_in_threadpool
from contracts.base import Value
from contracts.errors import Busy, NoRoom
from contracts.jobs import QUEUES
from contracts.version import VERSION
from service.job_store import WorkerState

router = APIRouter(tags=["health"])

ROOM_BYTES = 4 * 2**20  # less is no room: a picture may be as large
NO_WORKERS = "a queue has no worker"

_STARTED_S = time.monotonic()


class WorkerHealth(Value):
    """A live worker."""

    name: str
    state: str
    device: str
    models: tuple[str, ...]


class Health(Value):
    """How the server is."""

    status: Literal["starting", "ready", "degraded"]
    version: str
    reason: str | None = None
    """Why it is degraded; absent when it is not."""
    queues: dict[str, int]
    """Waiting jobs."""
    workers: tuple[WorkerHealth, ...]


@router.get("/health", response_model_exclude_none=True)
async def health(server: Server) -> Health:
    """Say whether the server can work: `ready` when every queue has a worker."""
    try:
        queues, workers, reason = await run_in_threadpool(_look, server)
    except RedisError:
        why = "the broker does not answer"
        return Health(status="degraded", version=VERSION, reason=why, queues={}, workers=())
    status = "degraded" if reason else _status(workers, server.settings.starting_s)
    return Health(
        status=status,
        version=VERSION,
        reason=reason or (NO_WORKERS if status == "degraded" else None),
        queues=queues,
        workers=tuple(
            WorkerHealth(name=w.name, state=w.state, device=w.device, models=w.models)
            for w in workers
        ),
    )


def _look(server: Services) -> tuple[dict[str, int], list[WorkerState], str | None]:
    return server.health_queue.depths(), server.health_store.workers(), _reason(server)


def _reason(server: Services) -> str | None:
    """What keeps the server from working, but for its workers."""
    try:
        if shutil.disk_usage(server.settings.home).free < ROOM_BYTES:
            return "the disk is full"
        server.library.check()
    except OSError as error:
        return f"the data folder cannot be used: {error.strerror}"
    except (Busy, NoRoom) as error:
        return error.message
    if server.health_store.is_full():
        return "the disk of the broker is full"
    return None


def _status(
    workers: list[WorkerState], starting_s: float
) -> Literal["starting", "ready", "degraded"]:
    served = {queue for w in workers if w.state != "starting" for queue in w.queues}
    if served.issuperset(QUEUES):
        return "ready"
    if any(w.state == "starting" for w in workers) or time.monotonic() - _STARTED_S < starting_s:
        return "starting"
    return "degraded"
