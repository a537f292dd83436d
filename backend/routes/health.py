"""`GET /health`: how the server is. Always 200; the state is in the body."""

import time
from typing import Literal

from fastapi import APIRouter
from redis.exceptions import RedisError

from backend.services import Server, Services
from backend.threads import run_in_threadpool
from contracts.base import Value
from contracts.job_store import WorkerState
from contracts.jobs import QUEUES
from contracts.version import VERSION

router = APIRouter(tags=["health"])

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
    queues: dict[str, int]
    """Waiting jobs."""
    workers: tuple[WorkerHealth, ...]


@router.get("/health")
async def health(server: Server) -> Health:
    """Say whether the server can work: `ready` when every queue has a worker."""
    try:
        queues, workers = await run_in_threadpool(_look, server)
    except RedisError:
        return Health(status="degraded", version=VERSION, queues={}, workers=())
    return Health(
        status=_status(workers, server.settings.starting_s),
        version=VERSION,
        queues=queues,
        workers=tuple(
            WorkerHealth(name=w.name, state=w.state, device=w.device, models=w.models)
            for w in workers
        ),
    )


def _look(server: Services) -> tuple[dict[str, int], list[WorkerState]]:
    return server.health_queue.depths(), server.health_store.workers()


def _status(
    workers: list[WorkerState], starting_s: float
) -> Literal["starting", "ready", "degraded"]:
    served = {queue for w in workers if w.state != "starting" for queue in w.queues}
    if served.issuperset(QUEUES):
        return "ready"
    if any(w.state == "starting" for w in workers) or time.monotonic() - _STARTED_S < starting_s:
        return "starting"
    return "degraded"
