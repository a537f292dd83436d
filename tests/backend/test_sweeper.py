"""Lost jobs are found, with a broker of their own and no worker but what is said of it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from rq.job import Job

from backend.broker import EmbeddedBroker
from backend.queue import JobQueue
from backend.records.adoption import Adoption
from backend.sweeper import UNSEEN_S, Sweeper
from contracts.errors import NoRoom
from contracts.ids import new_job_id
from contracts.jobs import (
    JobKind,
    JobRecord,
    JobStatus,
    begun,
    canceled,
    new_record,
    succeeded,
)
from contracts.requests import GenerateRequest, HeatMapRequest
from service.broker import connect
from service.job_store import JobStore, WorkerState
from tests.fakes.stocked import Stocked
from worker.desk import Desk


@pytest.fixture(scope="module")
def broker_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    broker = EmbeddedBroker(Path(tmp_path_factory.mktemp("broker")))
    broker.start()
    yield broker.url
    broker.stop()


@pytest.fixture
def redis(broker_url: str) -> Iterator[Redis]:
    with connect(broker_url) as client:
        client.flushdb()
        yield client


@pytest.fixture
def store(redis: Redis) -> JobStore:
    return JobStore(redis, 1000)


@pytest.fixture
def queue(redis: Redis) -> JobQueue:
    return JobQueue(redis, 60)


@pytest.fixture
def shelf(tmp_path: Path) -> Stocked:
    return Stocked(tmp_path)


@pytest.fixture
def sweeper(store: JobStore, queue: JobQueue, shelf: Stocked) -> Sweeper:
    adoption = Adoption(store, shelf.library)
    return Sweeper(store, queue, shelf.library, adoption, max_attempts=3, heartbeat_ttl_s=1)


def new_job() -> JobRecord:
    request = GenerateRequest(model="m", seed=1)
    return new_record(new_job_id(), "local", JobKind.GENERATE, "interactive", request)


def worker(job_id: str | None, name: str = "worker") -> WorkerState:
    return WorkerState(
        name=name, state="busy", device="cpu", models=(), queues=("interactive",), job_id=job_id
    )


def status_of(store: JobStore, record: JobRecord) -> JobStatus:
    kept = store.get(record.job_id)
    assert kept is not None
    return kept.status


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that the clock of this process is set forward; the last one counts."""
    shift_s = [0.0]
    clock = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: clock() + shift_s[-1])
    return shift_s


def test_a_job_that_its_worker_knows_nothing_of(
    store: JobStore, queue: JobQueue, sweeper: Sweeper, later: list[float]
) -> None:
    lost, held = begun(new_job(), "worker"), begun(new_job(), "busy")
    for record in (lost, held):
        store.create(record)
    store.say_alive(worker(None), 60)
    store.say_alive(worker(held.job_id, "busy"), 60)
    sweeper.sweep()
    later.append(UNSEEN_S)
    sweeper.sweep()
    assert status_of(store, lost) == JobStatus.RUNNING, "a sign of life may be older than the job"
    later.append(UNSEEN_S + 1.1)
    sweeper.sweep()
    assert (status_of(store, lost), status_of(store, held)) == (JobStatus.QUEUED, JobStatus.RUNNING)
    assert queue.waiting() == {lost.job_id}


def test_a_job_in_no_queue_is_sent_once(
    store: JobStore, queue: JobQueue, sweeper: Sweeper, later: list[float]
) -> None:
    record = new_job()
    store.create(record)
    sweeper.sweep()
    assert queue.waiting() == set()
    for _ in range(3):
        later.append(later[-1] + UNSEEN_S)
        sweeper.sweep()
    assert queue.depths() == {"interactive": 1, "tiles": 0, "batch": 0}


def test_a_job_that_waits_for_its_turn_at_a_worker_is_not_sent_again(
    store: JobStore, queue: JobQueue, sweeper: Sweeper, later: list[float]
) -> None:
    """It is in no queue any more, and its record says `queued`, for as long as a preview takes."""
    record = new_job()
    store.create(record)
    store.say_alive(worker(record.job_id), 60)
    for seconds in (0.0, UNSEEN_S + 0.1, 3 * UNSEEN_S):
        later.append(seconds)
        sweeper.sweep()
    assert queue.depth("interactive") == 0


def test_a_canceled_job_leaves_nothing_in_its_queue(
    redis: Redis, store: JobStore, queue: JobQueue
) -> None:
    record, running = new_job(), new_job()
    for job in (record, running):
        store.create(job)
        queue.push(job)
    assert redis.exists(Job.key_for(record.job_id))
    assert store.change(record.job_id, canceled) is not None
    queue.remove(record)
    assert queue.waiting() == {running.job_id}
    assert not redis.exists(Job.key_for(record.job_id))
    redis.lpop("rq:queue:interactive")  # a worker has taken it, and will put its note away
    queue.remove(running)
    assert redis.exists(Job.key_for(running.job_id))


def test_workers_live_as_long_as_they_say(redis: Redis, store: JobStore) -> None:
    store.say_alive(worker(None, "b"), 60)
    store.say_alive(worker(None, "a"), 60)
    store.say_alive(worker(None, "short"), 0.05)
    time.sleep(0.1)
    assert [w.name for w in store.workers()] == ["a", "b"]
    store.say_dead("a")
    assert [w.name for w in store.workers()] == ["b"]
    redis.zadd("lb:workers", {"of last week": 1})
    store.say_alive(worker(None, "b"), 60)
    assert set(redis.zrange("lb:workers", 0, -1)) == {b"b", b"short"}


def test_what_nobody_asked_for_is_taken_in(
    sweeper: Sweeper, store: JobStore, shelf: Stocked
) -> None:
    """The server died between a worker's last word and the owner's record."""
    desk = Desk(shelf.files, "local")
    picture = desk.add_image(b"png", "image/png", 1, 1)
    record = new_job()
    store.create(begun(record, "worker"))
    store.change(record.job_id, lambda r: succeeded(r, {"image_id": picture.image_id}, desk.made))
    sweeper.sweep()
    assert shelf.library.image("local", picture.image_id) == picture
    kept = store.get(record.job_id)
    assert kept is not None and kept.made is None and kept.result is not None
    assert store.unsettled() == []


def test_what_there_is_no_room_for_waits(
    sweeper: Sweeper, store: JobStore, shelf: Stocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(shelf.files, "local")
    picture = desk.add_image(b"png", "image/png", 1, 1)
    record = new_job()
    store.create(begun(record, "worker"))
    store.change(record.job_id, lambda r: succeeded(r, {}, desk.made))

    def full(*_: object) -> None:
        raise NoRoom("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(shelf.library, "take_in", full)
        sweeper.sweep()
    assert not shelf.library.has_image("local", picture.image_id)
    sweeper.sweep()
    assert shelf.library.has_image("local", picture.image_id)


def test_a_job_of_the_release_before_gets_what_it_needs(
    sweeper: Sweeper, store: JobStore, shelf: Stocked
) -> None:
    latent = shelf.latent("local", shelf.image("local", b"png").image_id)
    for latent_id, status in ((latent.latent_id, "queued"), ("lat_" + "0" * 32, "failed")):
        request = HeatMapRequest(latent_id=latent_id, attribute="smile")
        old = new_record(new_job_id(), "local", JobKind.HEAT_MAP, "interactive", request)
        store.create(old.model_copy(update={"given": None}))
        sweeper.sweep()
        record = store.get(old.job_id)
        assert record is not None and record.status == status
        assert status == "failed" or record.given is not None
