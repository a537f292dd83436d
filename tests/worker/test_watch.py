"""A job that nobody wants any more is interrupted, whatever it is doing."""

import signal
import threading
import time
from collections.abc import Iterator

import pytest
from redis import Redis

from backend.broker import EmbeddedBroker
from contracts.errors import JobCanceled
from contracts.ids import new_job_id
from contracts.jobs import JobKind, JobRecord, begun, canceled, new_record, requeued
from contracts.requests import GenerateRequest
from service.job_store import JobStore
from worker.watch import SIGNAL, Watch


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JobStore]:
    broker = EmbeddedBroker(tmp_path_factory.mktemp("home"))
    broker.start()
    yield JobStore(Redis.from_url(broker.url), 60)
    broker.stop()


@pytest.fixture(scope="module")
def watch(store: JobStore) -> Iterator[Watch]:
    before = signal.getsignal(SIGNAL)
    watch = Watch(store)
    watch.start()
    yield watch
    signal.signal(SIGNAL, before)


@pytest.fixture
def record(store: JobStore) -> JobRecord:
    request = GenerateRequest(model="m", seed=1)
    record = new_record(new_job_id(), "anna", JobKind.GENERATE, "batch", request)
    store.create(record)
    running = store.change(record.job_id, lambda r: begun(r, "worker"))
    assert running is not None
    return running


def work(seconds: float) -> float:
    begun_s = time.monotonic()
    while time.monotonic() - begun_s < seconds:
        sum(range(1000))
    return time.monotonic() - begun_s


def test_a_canceled_job_is_interrupted(watch: Watch, store: JobStore, record: JobRecord) -> None:
    threading.Timer(0.2, store.change, (record.job_id, canceled)).start()
    with pytest.raises(JobCanceled), watch.over(record):
        work(20)


def test_so_is_one_that_another_worker_has(
    watch: Watch, store: JobStore, record: JobRecord
) -> None:
    store.change(record.job_id, requeued)
    store.change(record.job_id, lambda r: begun(r, "another"))
    with pytest.raises(JobCanceled), watch.over(record):
        work(20)


def test_a_job_that_is_wanted_is_left_alone(watch: Watch, record: JobRecord) -> None:
    with watch.over(record):
        worked_s = work(1.0)
    assert worked_s >= 1.0


def test_a_job_that_has_ended_is_not_interrupted(
    watch: Watch, store: JobStore, record: JobRecord
) -> None:
    with watch.over(record):
        pass
    store.change(record.job_id, canceled)
    assert work(1.0) >= 1.0
    signal.raise_signal(SIGNAL)  # one that comes late
    assert work(0.1) >= 0.1


def test_one_job_after_the_other(watch: Watch, store: JobStore, record: JobRecord) -> None:
    for _ in range(50):
        with watch.over(record):
            pass
    store.change(record.job_id, canceled)
    with pytest.raises(JobCanceled), watch.over(record):
        work(20)
