"""Keeps worker processes running: starts them, starts them again when they die or say nothing any
more, stops them all."""

import logging
import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from redis.exceptions import RedisError

from service.job_store import JobStore

log = logging.getLogger(__name__)

LONGEST_BACKOFF_S = 30.0
STEADY_S = 20.0  # a worker that lived this long has earned a quick restart
POLL_S = 0.2
RETRY_S = 1.0  # after the system would not start a process
LISTEN_S = 1.0  # between two looks at who gives a sign of life


@dataclass
class _Post:
    """A place that one process fills."""

    queues: tuple[str, ...]
    process: "subprocess.Popen[bytes] | None" = None
    name: str = ""
    started_s: float = 0.0
    backoff_s: float = 0.0
    start_at_s: float = field(default_factory=time.monotonic)
    heard_s: float = 0.0


class Supervisor:
    """One process per entry of `posts`, each serving those queues.

    Args:
        starting_s: how long a worker may take to its first sign of life.
        silence_s: how long it may give none after that; one that hangs is killed.
    """

    def __init__(
        self,
        posts: Sequence[Sequence[str]],
        store: JobStore,
        *,
        command: Sequence[str],
        environment: Mapping[str, str],
        new_name: Callable[[Sequence[str]], str],
        stop_grace_s: float = 5.0,
        starting_s: float = 90.0,
        silence_s: float = 20.0,
    ) -> None:
        self._posts = [_Post(tuple(queues)) for queues in posts]
        self._store = store
        self._command = tuple(command)
        self._environment = dict(environment)
        self._new_name = new_name
        self._stop_grace_s = stop_grace_s
        self._starting_s = starting_s
        self._silence_s = silence_s
        self._listened_s = 0.0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def start(self) -> None:
        """Start the workers and watch over them."""
        for post in self._posts:
            self._fill(post)
        self._thread.start()

    def pids(self) -> dict[str, int]:
        """Process ids of the running workers, by name."""
        return {p.name: p.process.pid for p in self._posts if p.process is not None}

    def stop(self) -> None:
        """Stop the workers; one in the middle of a job gives it back at its next step."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
        processes = [p.process for p in self._posts if p.process is not None]
        for process in processes:
            process.terminate()
        deadline_s = time.monotonic() + self._stop_grace_s
        for process in processes:
            try:
                process.wait(max(0.0, deadline_s - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _watch(self) -> None:
        while not self._stopped.wait(POLL_S):
            for post in self._posts:
                try:
                    self._look_after(post)
                except (RedisError, OSError) as error:  # the other posts, and the next look, go on
                    log.error("worker %s is in trouble: %s", post.name, error)
            if time.monotonic() - self._listened_s >= LISTEN_S:
                self._listen()

    def _look_after(self, post: _Post) -> None:
        if post.process is None and time.monotonic() >= post.start_at_s:
            self._fill(post)
        elif post.process is not None and post.process.poll() is not None:
            self._clear(post, post.process.returncode)

    def _listen(self) -> None:
        """Kill who hangs: it runs, and has given no sign of life for long."""
        now_s = self._listened_s = time.monotonic()
        try:
            can_speak = not self._store.is_full()
            names = {worker.name for worker in self._store.workers()}
        except RedisError:
            can_speak = False
        if not can_speak:  # nobody can be heard
            for post in self._posts:
                post.heard_s = now_s
            return
        for post in self._posts:
            if post.name in names:
                post.heard_s = now_s
            has_begun = post.heard_s > post.started_s
            longest_s = self._silence_s if has_begun else self._starting_s
            if post.process is None or post.process.poll() is not None:
                continue
            if now_s - post.heard_s > longest_s:
                log.error("worker %s gives no sign of life: it is killed", post.name)
                post.process.kill()  # the next look starts another

    def _fill(self, post: _Post) -> None:
        post.name = self._new_name(post.queues)
        post.started_s = post.heard_s = time.monotonic()
        post.start_at_s = post.started_s + RETRY_S
        post.process = subprocess.Popen(
            [
                *self._command,
                *("--queues", ",".join(post.queues)),
                *("--name", post.name),
                *("--parent-pid", str(os.getpid())),
            ],
            env=self._environment,
            start_new_session=True,  # Ctrl-C is for the server, which then stops us in order
        )

    def _clear(self, post: _Post, status: int) -> None:
        lived_s = time.monotonic() - post.started_s
        longer_s = min(LONGEST_BACKOFF_S, max(0.5, post.backoff_s * 2))
        post.backoff_s = 0.0 if lived_s >= STEADY_S else longer_s
        post.start_at_s = time.monotonic() + post.backoff_s
        post.process = None
        log.error("worker %s died with status %d; it is started again", post.name, status)
        self._store.say_dead(post.name)
