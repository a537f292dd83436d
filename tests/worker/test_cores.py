"""A model takes the cores that other work leaves free, and no more than it may."""

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field

import pytest
import torch

from service.threads import sleep_soon
from worker import cores as module
from worker import main
from worker.cores import INTERVAL_S, Cores, busy, compute_with
from worker.main import most_threads


@dataclass
class Machine:
    """So many cores, and what has been spent on them."""

    clock: float = 0.0
    busy: float = 100.0
    own: float = 1.0
    seen: list[int] = field(default_factory=list)

    def cores(self, most: int) -> Cores:
        return Cores(
            most, busy_s=lambda: self.busy, own_s=lambda: self.own, clock_s=lambda: self.clock
        )

    def passes(self, seconds: float, *, own: float, others: float) -> None:
        """Time in which so many cores were busy with us, and with others."""
        self.clock += seconds
        self.own += own * seconds
        self.busy += (own + others) * seconds


@pytest.fixture
def four(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ours", lambda: [0, 1, 2, 3])


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize(
    ("others", "threads"),
    [(0.0, 4), (0.2, 4), (0.4, 3), (1.0, 3), (2.1, 2), (3.0, 1), (4.0, 1), (9.0, 1)],
)
def test_what_others_leave_is_taken(others: float, threads: int) -> None:
    machine = Machine()
    cores = machine.cores(4)
    machine.passes(1, own=0.5, others=others)
    assert cores.threads() == threads


@pytest.mark.usefixtures("four")
def test_our_own_work_takes_nothing_from_us() -> None:
    machine = Machine()
    cores = machine.cores(4)
    for _ in range(3):
        machine.passes(1, own=4.0, others=0.0)
        assert cores.threads() == 4


@pytest.mark.usefixtures("four")
def test_no_more_than_allowed() -> None:
    machine = Machine()
    cores = machine.cores(2)
    machine.passes(1, own=0, others=0)
    assert cores.threads() == 2


@pytest.mark.usefixtures("four")
def test_it_is_measured_over_a_while_and_then_anew() -> None:
    machine = Machine()
    cores = machine.cores(4)
    assert cores.threads() == 2, "nothing is known yet"
    machine.passes(INTERVAL_S / 2, own=0, others=4)
    assert cores.threads() == 2
    machine.passes(INTERVAL_S, own=0, others=4)
    assert cores.threads() == 1
    machine.passes(1, own=1, others=0)
    assert cores.threads() == 4, "what is over does not count"


def test_brushes_may_have_every_core_and_batch_work_half(monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, half in [(1, 1), (2, 1), (4, 2), (16, 8)]:
        monkeypatch.setattr(main, "ours", lambda cores=cores: list(range(cores)))
        assert most_threads(["interactive", "batch"]) == cores
        assert most_threads(["batch"]) == half


def test_how_threads_wait_is_said_before_torch_is_loaded() -> None:
    """Which reads it once: a worker's environment has it, and nothing that sets it loads torch."""
    code = "import sys, cli.serve, cli.serving, service.threads; print('torch' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"
    environment: dict[str, str] = {}
    sleep_soon(environment)
    assert environment == {"GOMP_SPINCOUNT": "10000"}
    sleep_soon(chosen := {"GOMP_SPINCOUNT": "0"})
    assert chosen == {"GOMP_SPINCOUNT": "0"}


def test_work_on_this_machine_is_seen() -> None:
    """A thread that turns for half a second, as any process does that has something to do."""
    begun_s, before = time.monotonic(), busy()
    spun_s = time.thread_time()
    while time.thread_time() - spun_s < 0.5:
        pass
    assert busy() - before > 0.3
    assert busy() - before < 1.2 * (os.cpu_count() or 1) * (time.monotonic() - begun_s) + 0.2


def test_threads_are_those_of_who_asks() -> None:
    found = []
    before = torch.get_num_threads()

    def work() -> None:
        compute_with(2)
        found.append(torch.get_num_threads())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [2]
    assert torch.get_num_threads() == before
