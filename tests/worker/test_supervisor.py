"""Workers are started, started again when they die, and stopped."""

import os
import signal
import sys
import time
from pathlib import Path
from typing import cast

from contracts.job_store import JobStore
from worker.names import new_name
from worker.supervisor import Supervisor

SLEEPER = "import time; time.sleep(60)"


class Graves:
    """Notes which workers were said to be dead."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def say_dead(self, name: str) -> None:
        self.names.append(name)


def supervisor(code: str, graves: Graves) -> Supervisor:
    return Supervisor(
        [["interactive"], ["batch"]],
        cast(JobStore, graves),
        command=[sys.executable, "-c", code],
        environment=dict(os.environ),
        new_name=new_name,
        stop_grace_s=1,
    )


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_a_dead_worker_is_replaced_and_reported() -> None:
    graves = Graves()
    watched = supervisor(SLEEPER, graves)
    watched.start()
    before = watched.pids()
    name, pid = next(iter(before.items()))
    os.kill(pid, signal.SIGKILL)
    deadline_s = time.monotonic() + 5
    while len(watched.pids()) < 2 or name in watched.pids():
        assert time.monotonic() < deadline_s
        time.sleep(0.02)
    after = watched.pids()
    assert graves.names == [name]
    assert len(set(after) & set(before)) == 1
    watched.stop()
    assert not any(alive(p) for p in after.values())


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
