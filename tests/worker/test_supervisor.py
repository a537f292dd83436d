"""Workers are started, started again when they die, and stopped."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, cast

import pytest
from redis.exceptions import ConnectionError as BrokerGone

from service.job_store import JobStore, WorkerState
from worker.names import new_name
from worker.supervisor import Supervisor

SLEEPER = "import time; time.sleep(60)"


class Graves:
    """Notes which workers were said to be dead."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def say_dead(self, name: str) -> None:
        self.names.append(name)

    def is_full(self) -> bool:
        return False

    def workers(self) -> list[WorkerState]:
        return []


def supervisor(code: str, graves: Graves, **patience: float) -> Supervisor:
    return Supervisor(
        [["interactive"], ["batch"]],
        cast(JobStore, graves),
        command=[sys.executable, "-c", code],
        environment=dict(os.environ),
        new_name=new_name,
        stop_grace_s=1,
        **patience,
    )


class ClosedGraveyard(Graves):
    """A broker that is away."""

    def say_dead(self, name: str) -> None:
        super().say_dead(name)
        raise BrokerGone("away")


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_a_dead_worker_is_replaced_and_reported() -> None:
    graves = Graves()
    watched = supervisor(SLEEPER, graves)
    watched.start()
    before = watched.pids()
    name, pid = next(iter(before.items()))
    os.kill(pid, signal.SIGKILL)
    wait_for_two(watched, but_not=name)
    after = watched.pids()
    assert graves.names == [name]
    assert len(set(after) & set(before)) == 1
    watched.stop()
    assert not any(alive(p) for p in after.values())


def test_a_worker_is_replaced_while_the_broker_is_away() -> None:
    watched = supervisor(SLEEPER, ClosedGraveyard())
    watched.start()
    for _ in range(2):
        name, pid = next(iter(watched.pids().items()))
        os.kill(pid, signal.SIGKILL)
        wait_for_two(watched, but_not=name)
        assert pid not in watched.pids().values()
    watched.stop()


def test_a_system_that_starts_nothing_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = supervisor(SLEEPER, Graves())
    watched.start()
    start = subprocess.Popen
    refusals: list[str] = []

    def refuse_once(*args: Any, **kwargs: Any) -> Any:
        if refusals:
            return start(*args, **kwargs)
        refusals.append("no memory")
        raise OSError("no memory")

    monkeypatch.setattr(subprocess, "Popen", refuse_once)
    name, pid = next(iter(watched.pids().items()))
    os.kill(pid, signal.SIGKILL)
    wait_for_two(watched, but_not=name)
    watched.stop()
    assert refusals


def wait_for_two(watched: Supervisor, *, but_not: str) -> None:
    deadline_s = time.monotonic() + 8
    while len(watched.pids()) < 2 or but_not in watched.pids():
        assert time.monotonic() < deadline_s, "the dead worker is not replaced"
        time.sleep(0.02)


def test_workers_that_cannot_start_are_not_hammered() -> None:
    graves = Graves()
    watched = supervisor("raise SystemExit(1)", graves)
    watched.start()
    time.sleep(1.5)
    watched.stop()
    assert 2 <= len(graves.names) <= 6


def test_a_worker_that_does_not_listen_is_killed() -> None:
    stubborn = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"
    watched = supervisor(stubborn, Graves())
    watched.start()
    time.sleep(0.5)
    pids = watched.pids()
    watched.stop()
    assert not any(alive(p) for p in pids.values())


class Living(Graves):
    """Says of some workers that they live."""

    def __init__(self) -> None:
        super().__init__()
        self.living: set[str] = set()
        self.is_away = False

    def workers(self) -> list[WorkerState]:
        if self.is_away:
            raise BrokerGone("away")
        return [
            WorkerState(name=name, state="idle", device="cpu", models=(), queues=())
            for name in self.living
        ]


def test_a_worker_that_hangs_is_replaced() -> None:
    living = Living()
    watched = supervisor(SLEEPER, living, starting_s=30, silence_s=2)
    watched.start()
    (hangs, pid), (lives, other) = watched.pids().items()
    living.living = {hangs, lives}
    time.sleep(1.5)  # both are heard
    os.kill(pid, signal.SIGSTOP)
    living.is_away = True
    time.sleep(3)
    assert alive(pid), "nobody can be heard while the broker is away"
    living.is_away, living.living = False, {lives}
    deadline_s = time.monotonic() + 15
    while hangs in watched.pids() or len(watched.pids()) < 2:
        assert time.monotonic() < deadline_s
        time.sleep(0.05)
    assert living.names == [hangs]
    assert watched.pids()[lives] == other
    watched.stop()
