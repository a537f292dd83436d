"""A worker's sign of life, written by its own thread: RQ's SimpleWorker has none inside a job."""

import contextlib
import logging
import os
import threading
from collections.abc import Callable

from redis.exceptions import RedisError

from service.job_store import JobStore, WorkerState

log = logging.getLogger(__name__)

ORPHANED = 3  # exit status of a worker whose supervisor is gone


class Heartbeat:
    """Says every few seconds that this process lives and what it does."""

    def __init__(
        self,
        store: JobStore,
        state: Callable[[], WorkerState],
        *,
        interval_s: float,
        ttl_s: float,
        parent_pid: int | None,
    ) -> None:
        self._store = store
        self._state = state
        self._interval_s = interval_s
        self._ttl_s = ttl_s
        self._parent_pid = parent_pid
        self._wake = threading.Event()
        self._ended = False
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def now(self) -> None:
        """Say it at once, because something changed."""
        self._wake.set()

    def stop(self) -> None:
        """End, and take the sign of life away."""
        self._ended = True
        self._wake.set()
        self._thread.join()
        self._store.say_dead(self._state().name)

    def _beat(self) -> None:
        while not self._ended:
            if self._parent_pid is not None and os.getppid() != self._parent_pid:
                log.error("the supervisor is gone: stopping at once")
                with contextlib.suppress(RedisError):
                    self._store.say_dead(self._state().name)
                os._exit(ORPHANED)  # its successor starts new workers, the job is requeued
            self._wake.clear()
            try:
                self._store.say_alive(self._state(), self._ttl_s)
            except RedisError as error:
                log.warning("no sign of life could be given: %s", error)
            self._wake.wait(self._interval_s)
