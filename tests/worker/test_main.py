"""A worker that cannot start says why in one line."""

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import cast

import pytest
from redis.exceptions import ConnectionError as BrokerGone
from rq import Queue, SimpleWorker
from rq.job import Job

from contracts.errors import StartError
from tests.fakes.fake_editor import load_editor
from worker.liveness import Heartbeat
from worker.main import ModelWorker, listened, release_device_memory, resolved_device, run
from worker.settings import WorkerSettings
from worker.turns import Turns


def test_no_broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    with pytest.raises(StartError, match="REDIS_URL"):
        run(WorkerSettings(data_dir=tmp_path), load_editor)


@pytest.mark.parametrize("queues", [[], ["fast"], ["interactive", ""]])
def test_no_such_queue(tmp_path: Path, queues: list[str]) -> None:
    settings = WorkerSettings(data_dir=tmp_path, redis_url="redis://127.0.0.1:1")
    with pytest.raises(StartError, match="interactive, batch"):
        run(settings, load_editor, queues=queues)


@pytest.mark.parametrize(
    ("queues", "order"),
    [
        (["interactive"], ["interactive", "tiles"]),
        (["batch"], ["batch", "tiles"]),
        (["interactive", "batch"], ["interactive", "tiles", "batch"]),
        (["batch", "interactive"], ["batch", "interactive", "tiles"]),
    ],
)
def test_every_worker_draws_land_when_no_brush_waits(queues: list[str], order: list[str]) -> None:
    assert listened(queues) == order


class Heart:
    """A heart that is not there."""

    def now(self) -> None:
        pass


def test_a_worker_does_not_claim_a_job_that_broke(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise BrokerGone("away")

    monkeypatch.setattr(SimpleWorker, "execute_job", broken)
    worker = ModelWorker.__new__(ModelWorker)
    worker.heart = cast(Heartbeat, Heart())
    worker.turns = Turns()
    with pytest.raises(BrokerGone):
        worker.execute_job(cast(Job, "job"), cast(Queue, "queue"))
    assert worker.current is None


@pytest.mark.parametrize(("has_device", "released"), [(True, ["released"]), (False, [])])
def test_memory_is_released_where_there_is_a_device(
    monkeypatch: pytest.MonkeyPatch, has_device: bool, released: list[str]
) -> None:
    done: list[str] = []
    cuda = SimpleNamespace(
        is_available=lambda: has_device, empty_cache=lambda: done.append("released")
    )
    monkeypatch.setitem(sys.modules, "torch", cast(ModuleType, SimpleNamespace(cuda=cuda)))
    release_device_memory()
    assert done == released


def test_a_device_that_is_named_is_taken() -> None:
    assert resolved_device("cuda:1") == "cuda:1"
