"""The entry of a worker process: settings, models, then jobs until told to stop.

The supervisor starts `python -m worker.main`, with a queue; `latentbrush worker` calls `run`.
"""

import argparse
import contextlib
import logging
import os
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

from redis import Redis
from redis.exceptions import ResponseError
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer

from contracts.errors import StartError
from contracts.jobs import INTERACTIVE, QUEUES, TILES
from service.broker import check_broker, connect, is_full
from service.job_store import JobStore, WorkerState
from service.logs import log_to_stderr
from service.settings import PRIVATE_UMASK
from service.store import files_at
from worker import jobs
from worker.cores import Cores, compute_with, ours
from worker.liveness import Heartbeat
from worker.names import new_name
from worker.ports import LoadEditor
from worker.previews import BenchStudio, PreviewPainter
from worker.settings import WorkerSettings
from worker.turns import Turns
from worker.watch import Watch
from worker.workbench import Workbench

log = logging.getLogger(__name__)

FULL_S = 2.0  # between two tries while the broker's disk is full


class ModelWorker(SimpleWorker):
    """RQ's worker that runs jobs in its own process, and so keeps models on the device."""

    log_result_lifespan = False
    heart: Heartbeat
    turns: Turns
    current: Job | None = None

    def subscribe(self) -> None:
        """RQ's remote commands are not used: a job is stopped through its record."""

    def bootstrap(self, *args: Any, **kwargs: Any) -> None:
        """Get ready, and say so."""
        while not self.stopping:
            with waiting_for_room():
                super().bootstrap(*args, **kwargs)
                break
        self.heart.now()

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """The next job. While the broker's disk is full, there is none."""
        while not self.stopping:
            with waiting_for_room():
                found: tuple[Job, Queue] | None = super().dequeue_job_and_maintain_ttl(
                    timeout, max_idle_time
                )
                return found
        return None

    def check_for_suspension(self, burst: bool) -> None:
        """Workers are not suspended: they are stopped."""

    def run_maintenance_tasks(self) -> None:
        """Tidy RQ's registries."""
        with waiting_for_room():
            super().run_maintenance_tasks()  # type: ignore[no-untyped-call]

    def heartbeat(self, *args: Any, **kwargs: Any) -> None:
        """Say to RQ that this worker lives."""
        with waiting_for_room():
            super().heartbeat(*args, **kwargs)

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run a job when it is its turn, saying so."""
        self.current = job
        self.heart.now()
        try:
            with waiting_for_room(), self.turns.turn():  # the sweeper sends it again
                super().execute_job(job, queue)
        finally:  # what a worker says it does decides whether its job is lost
            self.current = None
            self.heart.now()

    @property
    def stopping(self) -> bool:
        """Whether this process has been told to stop."""
        return bool(self._stop_requested)


@contextlib.contextmanager
def waiting_for_room() -> Iterator[None]:
    """Wait a little when the broker's disk is full; what else it refuses is a bug.

    Raises:
        ResponseError: it is not full.
    """
    try:
        yield
    except ResponseError as error:
        if not is_full(error):
            raise
        log.error("the broker's disk is full: nothing is begun until there is room")
        time.sleep(FULL_S)


def run(
    settings: WorkerSettings,
    load_editor: LoadEditor,
    *,
    queues: Sequence[str] = QUEUES,
    name: str | None = None,
    parent_pid: int | None = None,
) -> None:
    """Work until told to stop.

    Raises:
        StartError: no broker is known, or a queue does not exist.
    """
    url = _broker_url(settings, queues)
    check_broker(url)
    os.umask(PRIVATE_UMASK)
    redis = connect(url)
    worker = _model_worker(redis, queues, name)
    worker.turns = Turns()
    cores = Cores(settings.torch_threads or most_threads(queues))
    watch = Watch(JobStore(connect(url, num_retries=0), settings.job_ttl_s))
    bench = Workbench(
        settings,
        JobStore(redis, settings.job_ttl_s),
        files_at(settings.store_url),
        load_editor,
        resolved_device(settings.device),
        worker.name,
        lambda: worker.stopping,
        release_device_memory,
        lambda: compute_with(cores.threads()),
        watch.over,
    )
    worker.heart = Heartbeat(
        JobStore(connect(url, num_retries=0), settings.job_ttl_s),
        lambda: _state(worker, bench, queues, cores),
        interval_s=settings.heartbeat_s,
        ttl_s=settings.heartbeat_ttl_s,
        parent_pid=parent_pid,
    )
    painter = PreviewPainter(
        connect(url, num_retries=0), worker.name, worker.turns, BenchStudio(bench)
    )
    with contextlib.ExitStack() as stack:
        stack.callback(worker.heart.stop)
        worker.heart.start()
        watch.start()
        bench.warm_up()
        jobs.use(bench)
        if INTERACTIVE in queues:
            stack.callback(painter.stop)
            painter.start()
        worker.work(logging_level=settings.log_level.upper())


def _model_worker(redis: Redis, queues: Sequence[str], name: str | None) -> ModelWorker:
    return ModelWorker(
        [Queue(queue, connection=redis, serializer=JSONSerializer) for queue in listened(queues)],
        name=name or f"{socket.gethostname()}-{new_name(queues)}",
        connection=redis,
        serializer=JSONSerializer,
        log_job_description=False,
    )


def listened(queues: Sequence[str]) -> list[str]:
    """Where a worker of these queues looks for work, in order: land comes right after brushes, and
    last where there are none, so that whoever looks around does not keep an encoding waiting."""
    after = queues.index(INTERACTIVE) + 1 if INTERACTIVE in queues else len(queues)
    return [*queues[:after], TILES, *queues[after:]]


def _broker_url(settings: WorkerSettings, queues: Sequence[str]) -> str:
    """The broker, once it is clear that there is one and that the queues exist."""
    if settings.redis_url is None:
        raise StartError("set REDIS_URL to the broker of the server that this worker is for")
    unknown = [queue for queue in queues if queue not in QUEUES]
    if unknown or not queues:
        raise StartError(f"the queues are {', '.join(QUEUES)}; got {', '.join(unknown) or 'none'}")
    return settings.redis_url


def resolved_device(device: str) -> str:
    """The device that `auto` stands for here."""
    if device != "auto":
        return device
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def release_device_memory() -> None:
    """Give back what torch holds for later on a GPU; nothing where torch was not needed."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()


def main() -> None:
    """Run as the supervisor's child."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queues", default=",".join(QUEUES))
    parser.add_argument("--name")
    parser.add_argument("--parent-pid", type=int)
    options = parser.parse_args()
    settings = WorkerSettings()
    log_to_stderr(settings.log_level)
    from worker.editor import load_editor

    run(
        settings,
        load_editor,
        queues=options.queues.split(","),
        name=options.name,
        parent_pid=options.parent_pid,
    )


def most_threads(queues: Sequence[str]) -> int:
    """A worker of batch jobs alone leaves half of the cores to brushes, which may come any time."""
    return len(ours()) if INTERACTIVE in queues else max(1, len(ours()) // 2)


def _state(
    worker: ModelWorker, bench: Workbench, queues: Sequence[str], cores: Cores
) -> WorkerState:
    cores.threads()  # so that the first brush after a pause knows what others do now
    job = worker.current
    state = "starting" if worker.get_state() == "starting" else "idle"
    return WorkerState(
        name=worker.name,
        state="busy" if job is not None else state,
        device=bench.device,
        models=bench.loaded_models(),
        queues=tuple(queues),
        job_id=None if job is None else job.args[0],
    )


if __name__ == "__main__":
    main()
