"""From a valid request to a job, and from a job to its answer."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeVar

from backend.events import Events
from backend.queue import JobQueue
from backend.records.adoption import Adoption
from backend.records.given import given_for
from backend.records.library import Library
from backend.threads import run_in_threadpool
from contracts.base import Value
from contracts.errors import (
    ERRORS_BY_CODE,
    Busy,
    InternalError,
    QueueFull,
    UnknownJob,
)
from contracts.ids import is_id, new_job_id
from contracts.jobs import (
    BATCH,
    INTERACTIVE,
    TILES,
    JobKind,
    JobRecord,
    JobStatus,
    Request,
    Result,
    canceled,
    new_record,
    succeeded,
)
from contracts.lands import DrawRequest
from contracts.records import Given
from contracts.requests import (
    AdoptRequest,
    EditRequest,
    EncodeRequest,
    GenerateRequest,
    StripRequest,
)
from service.job_store import JobStore

R = TypeVar("R", bound=Value)

LOOK_S = 0.25  # between two looks at whether a client is still there


class Depths(NamedTuple):
    """How many jobs may wait in one queue: of all, and of one owner."""

    of_queue: int
    of_owner: int


class Dispatcher:
    """Makes jobs, waits for them, cancels them. A job is written down before it is acknowledged."""

    def __init__(
        self,
        store: JobStore,
        queue: JobQueue,
        events: Events,
        library: Library,
        adoption: Adoption,
        depths: Depths,
    ) -> None:
        self._store = store
        self._library = library
        self._adoption = adoption
        self._queue = queue
        self._events = events
        self._depths = depths

    async def submit(
        self,
        owner: str,
        kind: JobKind,
        request: Request,
        wait_s: float = 0,
        given: Given | None = None,
    ) -> JobRecord:
        """Make a job and wait for its end up to `wait_s`.

        Args:
            given: the records that the request names; looked up if None.

        Raises:
            QueueFull: too many are waiting.
            NotFound: the owner has not what the request names.
        """
        record = await run_in_threadpool(self._enqueue, owner, kind, request, given)
        return record if wait_s == 0 else await self._events.wait(record.job_id, wait_s)

    async def answered(
        self, owner: str, kind: JobKind, request: Request, result: Result
    ) -> JobRecord:
        """A job whose result is already known."""
        record = new_record(new_job_id(), owner, kind, INTERACTIVE, request)
        record = succeeded(record, result.model_dump(mode="json"))
        record = record.model_copy(update={"started_at": record.finished_at})
        await run_in_threadpool(self._store.create, record)
        return record

    async def result(
        self,
        owner: str,
        kind: JobKind,
        request: Request,
        answer: type[R],
        wait_s: float,
        has_left: Callable[[], Awaitable[bool]] | None = None,
        given: Given | None = None,
    ) -> R:
        """Make a job, wait for its result, and forget the job.

        Args:
            has_left: whether the client does not want it any more; the job is canceled then.
            given: as in `submit`.

        Raises:
            EditorError: the job's own error, or Busy when it did not end in time.
        """
        record = await self.submit(owner, kind, request, given=given)
        waiting = asyncio.ensure_future(self._events.wait(record.job_id, wait_s))
        try:
            while not (await asyncio.wait({waiting}, timeout=LOOK_S))[0]:
                if has_left is not None and await has_left():
                    raise Busy("the client has left")
        except (Busy, asyncio.CancelledError):
            waiting.cancel()
            await self.cancel(owner, record.job_id)
            raise
        record = waiting.result()
        if record.status.is_final:
            await run_in_threadpool(self._store.forget, record.job_id)
        else:
            record = await self.cancel(owner, record.job_id)
        if record.status == JobStatus.SUCCEEDED:
            return answer.model_validate(record.result)
        if record.error is not None:
            raise ERRORS_BY_CODE.get(record.error.code, InternalError)(record.error.message)
        raise Busy("no worker had time for this: try again in a moment")

    async def job(self, owner: str, job_id: str) -> JobRecord:
        """One of the owner's jobs.

        Raises:
            UnknownJob: there is none, it is another's, or it is forgotten.
        """
        record = await run_in_threadpool(self._store.get, job_id) if is_id("job", job_id) else None
        if record is None or record.owner != owner:
            raise UnknownJob("there is no such job, or it is forgotten")
        return await run_in_threadpool(self._adoption.settled, record)

    async def cancel(self, owner: str, job_id: str) -> JobRecord:
        """Cancel a job; one that has ended stays as it is."""
        await self.job(owner, job_id)
        await run_in_threadpool(self._cancel, job_id)
        return await self.job(owner, job_id)

    def _enqueue(
        self, owner: str, kind: JobKind, request: Request, given: Given | None
    ) -> JobRecord:
        given = given or given_for(self._library, owner, request)
        queue = queue_of(request, given)
        self._check_depth(owner, queue)
        record = new_record(new_job_id(), owner, kind, queue, request, given)
        self._store.create(record)
        self._queue.push(record)
        return record

    def _check_depth(self, owner: str, queue: str) -> None:
        if self._queue.depth(queue) < min(self._depths.of_queue, self._depths.of_owner):
            return  # whoever they are of
        waiting = self._store.owners_waiting(queue)
        if waiting[owner] >= self._depths.of_owner:
            wait_s = self._seconds(queue, len(waiting))
            raise QueueFull(f"{waiting[owner]} of your jobs are waiting: try again later", wait_s)
        if self._queue.depth(queue) >= self._depths.of_queue:
            wait_s = self._seconds(queue, 1)
            raise QueueFull("too many jobs are waiting: try again later", wait_s)

    def _seconds(self, queue: str, num_jobs: int) -> int:
        """How long the workers take for so many jobs, as long as they took of late."""
        workers = sum(queue in worker.queues for worker in self._store.workers())
        return math.ceil(self._store.pace_s(queue) * num_jobs / max(1, workers))

    def _cancel(self, job_id: str) -> None:
        record = self._store.change(job_id, lambda r: None if r.status.is_final else canceled(r))
        if record is not None:
            self._queue.remove(record)


def queue_of(request: Request, given: Given) -> str:
    """Encoding with steps, exports, animations, large pictures and new models are batch work: no
    brush waits for them."""
    match request:
        case EditRequest():
            *_, width, height = given.latents[request.latent_id].crop
            return BATCH if request.output.is_export(width * height) else INTERACTIVE
        case GenerateRequest():
            return BATCH if request.is_large else INTERACTIVE
        case EncodeRequest():
            return INTERACTIVE if request.steps == 0 else BATCH
        case AdoptRequest():
            return BATCH
        case DrawRequest():
            return BATCH if request.is_large else TILES
        case StripRequest():
            return TILES
        case _:
            return INTERACTIVE
