"""Owners take turns: what one asks for does not keep another waiting, nor out."""

import time
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue

from backend.queue import JobQueue
from contracts.ids import new_job_id
from contracts.jobs import JobKind, begun, canceled, new_record, succeeded
from contracts.requests import GenerateRequest
from service.job_store import JobStore
from tests.fakes.live_server import running
from tests.fakes.pictures import png

KEYS = ("key-of-anna", "key-of-ben")


class Line:
    """A queue, and whose its jobs are, in order."""

    def __init__(self, url: str) -> None:
        self.redis = Redis.from_url(url)
        self.redis.flushall()
        self.store = JobStore(self.redis, 60)
        self.queue = JobQueue(self.redis, 60)
        self.names: dict[str, str] = {}

    def push(self, *names: str) -> None:
        for name in names:
            request = GenerateRequest(model="m", seed=1)
            record = new_record(new_job_id(), name[0], JobKind.GENERATE, "batch", request)
            self.names[record.job_id] = name
            self.store.create(record)
            self.queue.push(record)

    @property
    def order(self) -> str:
        waiting = Queue("batch", connection=self.redis).get_job_ids()
        return " ".join(self.names[job_id] for job_id in waiting)

    def take(self) -> str:
        """The next job begins."""
        job_id = self.redis.lpop("rq:queue:batch")
        assert isinstance(job_id, bytes)
        self.store.change(job_id.decode(), lambda r: begun(r, "worker"))
        return job_id.decode()


@pytest.fixture
def line(url: str) -> Line:
    return Line(url)


def test_everybodys_first_comes_before_anybodys_second(line: Line) -> None:
    line.push("a1", "a2", "a3", "a4", "b1", "c1", "b2", "a5", "c2", "c3")
    assert line.order == "a1 b1 c1 a2 b2 c2 a3 c3 a4 a5"


def test_one_owner_alone_is_served_in_order(line: Line) -> None:
    line.push("a1", "a2", "a3")
    assert line.order == "a1 a2 a3"


def test_who_comes_later_does_not_wait_for_all_that_came_before(line: Line) -> None:
    line.push(*(f"a{k}" for k in range(100)))
    line.take()
    line.push("b1")
    assert line.order.split().index("b1") == 1


def test_what_is_canceled_takes_no_turn(line: Line) -> None:
    line.push("a1", "b1", "b2")
    job_id = next(job_id for job_id, name in line.names.items() if name == "b1")
    record = line.store.change(job_id, canceled)
    assert record is not None
    line.queue.remove(record)
    line.push("a2", "b3")
    assert line.order == "a1 b2 a2 b3"
    assert line.store.owners_waiting("batch") == {"a": 2, "b": 2}


def test_how_long_jobs_take(line: Line) -> None:
    assert line.store.pace_s("batch") == 0
    for _ in range(3):
        line.push("a1")
        job_id = line.take()
        time.sleep(0.1)
        line.store.change(job_id, lambda r: succeeded(r, {}))
    assert 0.1 <= line.store.pace_s("batch") < 0.3
    assert line.store.owners_waiting("batch") == {}


def test_one_key_does_not_keep_another_out(tmp_path: Path) -> None:
    keys = ", ".join(KEYS)
    with (
        running(tmp_path, api_keys=keys, max_owner_depth=10, max_steps=1000) as server,
        server.client(KEYS[0]) as anna,
        server.client(KEYS[1]) as ben,
    ):
        slow, quick = ({"model": "fake", "steps": str(steps)} for steps in (40, 1))
        answers = [anna.post("/encode", data=slow, files={"image": png(seed=k)}) for k in range(20)]
        assert [a.status_code for a in answers[:10]] == [202] * 10
        assert answers[-1].status_code == 429
        assert int(answers[-1].headers["retry-after"]) >= 2
        asked = ben.post("/encode?wait=30", data=quick, files={"image": png()})
        assert asked.json()["status"] == "succeeded"
        still = [anna.get(f"/jobs/{a.json()['job_id']}").json()["status"] for a in answers[:10]]
        assert still.count("queued") >= 6
        for answer in answers[:11]:
            if answer.status_code == 202:
                anna.delete(f"/jobs/{answer.json()['job_id']}")
