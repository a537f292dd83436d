"""Finds jobs that were lost on the way and sends them again.

A job is lost when it runs at a worker that is no longer alive, or when it should wait in a queue
and does not: the server died between the record and the queue, or the worker between the queue and
the record, or a stopping worker put it down.
"""

import logging
import time

from backend.queue import JobQueue
from contracts.errors import WorkerLost
from contracts.job_store import JobStore
from contracts.jobs import JobRecord, JobStatus, failed, requeued

log = logging.getLogger(__name__)

UNSEEN_S = 2.0  # a worker needs milliseconds between taking a job and saying so


class Sweeper:
    """Looks over all jobs that have not ended; safe to run in several servers at once."""

    def __init__(self, store: JobStore, queue: JobQueue, max_attempts: int) -> None:
        self._store = store
        self._queue = queue
        self._max_attempts = max_attempts
        self._unseen_since_s: dict[str, float] = {}

    def sweep(self) -> None:
        """Look once."""
        records = self._store.active()
        alive = {worker.name for worker in self._store.workers()}
        unseen = set()
        for record in records:
            if record.status == JobStatus.RUNNING and record.worker not in alive:
                self._recover(record)
            elif record.status == JobStatus.QUEUED and not self._queue.has(record):
                unseen.add(record.job_id)
                self._send_again(record)
        for job_id in set(self._unseen_since_s) - unseen:
            del self._unseen_since_s[job_id]

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

    def _send_again(self, record: JobRecord) -> None:
        clock_s = time.monotonic()
        since_s = self._unseen_since_s.setdefault(record.job_id, clock_s)
        if clock_s - since_s >= UNSEEN_S:
            log.warning("job %s was in no queue and is sent again", record.job_id)
            self._queue.push(record)
            self._unseen_since_s[record.job_id] = clock_s
