"""Finds jobs that were lost on the way and sends them again.

A job is lost when it runs at a worker that is no longer alive, or that says it does something else
(its last word on the job was lost), or when it should wait in a queue and does not: the server died
between the record and the queue, or the worker between the queue and the record, or a worker put
it down.
"""

import logging
import time
from collections.abc import Callable
from functools import partial
from operator import methodcaller

from pydantic import ValidationError

from backend.queue import JobQueue
from backend.records.adoption import Adoption
from backend.records.given import given_for
from backend.records.library import Library
from contracts.errors import Busy, EditorError, InvalidRequest, NoRoom, WorkerLost
from contracts.jobs import JobRecord, JobStatus, failed, requeued
from service.job_store import JobStore

log = logging.getLogger(__name__)

UNSEEN_S = 2.0  # a worker needs milliseconds between taking a job and saying so


class Sweeper:
    """Looks over all jobs that have not ended; safe to run in several servers at once."""

    def __init__(
        self,
        store: JobStore,
        queue: JobQueue,
        library: Library,
        adoption: Adoption,
        *,
        max_attempts: int,
        heartbeat_ttl_s: float,
    ) -> None:
        self._store = store
        self._queue = queue
        self._library = library
        self._adoption = adoption
        self._max_attempts = max_attempts
        self._disowned_s = UNSEEN_S + heartbeat_ttl_s  # what a worker says may be that old
        self._unseen_since_s: dict[tuple[str, int, JobStatus], float] = {}

    def sweep(self) -> None:
        """Look once."""
        self._adoption.sweep()
        records = self._store.active()
        jobs_of_workers = {worker.name: worker.job_id for worker in self._store.workers()}
        waiting = self._queue.waiting() if records else set()
        unseen = set()
        for record in records:
            if record.status == JobStatus.QUEUED and record.given is None:
                self._give(record)
            if record.status == JobStatus.RUNNING and record.worker not in jobs_of_workers:
                self._recover(record)
            elif not self._is_seen(record, jobs_of_workers, waiting):
                unseen.add(_attempt(record))
                self._miss(record)
        for attempt in set(self._unseen_since_s) - unseen:
            del self._unseen_since_s[attempt]

    def _is_seen(
        self, record: JobRecord, jobs_of_workers: dict[str, str | None], waiting: set[str]
    ) -> bool:
        if record.status == JobStatus.QUEUED:
            is_taken = record.job_id in jobs_of_workers.values()  # by one that waits for its turn
            return is_taken or record.job_id in waiting
        return jobs_of_workers.get(record.worker or "") == record.job_id

    def _miss(self, record: JobRecord) -> None:
        clock_s = time.monotonic()
        missing_s = clock_s - self._unseen_since_s.setdefault(_attempt(record), clock_s)
        if record.status == JobStatus.RUNNING and missing_s >= self._disowned_s:
            self._recover(record)
        elif record.status == JobStatus.QUEUED and missing_s >= UNSEEN_S:
            self._queue.push(record)
            log.warning("job %s was in no queue and is sent again", record.job_id)
            self._unseen_since_s[_attempt(record)] = clock_s

    def _give(self, old: JobRecord) -> None:
        """Put the records that it needs to a job of a release before."""
        changed: Callable[[JobRecord], JobRecord]
        try:
            given = given_for(self._library, old.owner, old.parsed_request())
            changed = methodcaller("model_copy", update={"given": given})
        except (Busy, NoRoom):
            return  # again at the next look
        except EditorError as error:
            changed = partial(failed, error=error)
        except ValidationError:
            why = "this release cannot read the request of the one before"
            changed = partial(failed, error=InvalidRequest(why))

        def still_waiting(record: JobRecord) -> JobRecord | None:
            is_old = record.status == JobStatus.QUEUED and record.given is None
            return changed(record) if is_old else None

        self._store.change(old.job_id, still_waiting)

    def _recover(self, lost: JobRecord) -> None:
        def next_state(record: JobRecord) -> JobRecord | None:
            if (record.status, record.worker) != (JobStatus.RUNNING, lost.worker):
                return None
            if record.attempt >= self._max_attempts:
                return failed(record, WorkerLost(f"its worker died {record.attempt} times"))
            return requeued(record)

        record = self._store.change(lost.job_id, next_state)
        if record is not None and record.status == JobStatus.QUEUED:
            log.warning("job %s lost its worker %s and waits again", lost.job_id, lost.worker)
            self._queue.push(record)


def _attempt(record: JobRecord) -> tuple[str, int, JobStatus]:
    return record.job_id, record.attempt, record.status
