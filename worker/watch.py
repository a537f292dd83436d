"""Stops a job as soon as nobody wants it any more, whatever it is doing then.

A job that reports is stopped when it does (`worker/jobs.py`). Between two reports it may decode a
hundred masks, or draw for seconds; so its record is looked at by another thread, and a signal
interrupts it, as RQ's own time limit does.
"""

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType

from redis.exceptions import RedisError

from contracts.errors import JobCanceled
from contracts.jobs import JobRecord, JobStatus
from service.job_store import JobStore

LOOK_S = 0.25  # between two looks at the record
SIGNAL = signal.SIGUSR1


class Watch:
    """Looks after the one job that the main thread does.

    Args:
        store: on a client of its own, which does not wait for a broker that is away.
    """

    def __init__(self, store: JobStore) -> None:
        self._store = store
        self._watched: JobRecord | None = None
        self._begins = threading.Event()
        self._main = threading.main_thread().ident
        self._thread = threading.Thread(target=self._look, name="watch", daemon=True)

    def start(self) -> None:
        """Begin; called by the main thread."""
        signal.signal(SIGNAL, self._interrupt)
        self._thread.start()

    @contextlib.contextmanager
    def over(self, record: JobRecord) -> Iterator[None]:
        """Interrupt what is done in this block when the job is canceled, or another worker's.

        Raises:
            JobCanceled: it is.
        """
        self._watched = record
        self._begins.set()
        try:
            yield
        finally:
            self._watched = None

    def _look(self) -> None:
        while True:
            self._begins.wait()
            self._begins.clear()
            while (watched := self._watched) is not None:
                time.sleep(LOOK_S)
                if self._is_wanted(watched) or self._watched is not watched:
                    continue
                assert self._main is not None
                signal.pthread_kill(self._main, SIGNAL)

    def _is_wanted(self, watched: JobRecord) -> bool:
        try:
            record = self._store.get(watched.job_id)
        except RedisError:
            return True  # nobody can have said so
        mine = (JobStatus.RUNNING, watched.worker, watched.attempt)
        return record is not None and (record.status, record.worker, record.attempt) == mine

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        if self._watched is not None:  # it may have ended since
            self._watched = None
            raise JobCanceled("the job was canceled")
