"""How many threads a model computes with: as many as other work leaves it of the machine's cores.

Threads meet after every layer, so one that has to wait for its core holds all up, and meanwhile the
others turn in circles: beside one busy neighbour, two threads on two cores are 2 to 35 times slower
than one alone (decision 48).
"""

import os
import sys
import time
from collections.abc import Callable

import psutil

INTERVAL_S = 0.3  # over which other work is measured, at least
NEARLY = 0.7  # of a core that is free counts as one


class Cores:
    """What this machine's cores have left for a model.

    Args:
        most: threads that are never exceeded.
        busy_s: processor seconds of all processes on our cores, since the machine started.
        own_s: of this process.
        clock_s: a clock.
    """

    def __init__(
        self,
        most: int,
        *,
        busy_s: Callable[[], float] | None = None,
        own_s: Callable[[], float] = time.process_time,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = most
        self._num = len(ours())
        self._busy_s, self._own_s, self._clock_s = busy_s or busy, own_s, clock_s
        self._threads = max(1, most // 2)  # until something is known
        self._before = self._now()

    def threads(self) -> int:
        """How many threads to compute with now."""
        now = self._now()
        passed, busy, own = (a - b for a, b in zip(now, self._before, strict=True))
        if passed >= INTERVAL_S:
            self._before = now
            free = self._num - max(0.0, busy - own) / passed
            self._threads = max(1, min(self._most, int(free + 1 - NEARLY)))
        return self._threads

    def _now(self) -> tuple[float, float, float]:
        return self._clock_s(), self._busy_s(), self._own_s()


def ours() -> list[int]:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def busy() -> float:
    """Processor seconds that have been spent on our cores, by whoever it was."""
    each = psutil.cpu_times(percpu=True)
    times = [each[core] for core in ours() if core < len(each)]
    return sum(sum(t) - t.idle - getattr(t, "iowait", 0.0) - guest_s(t) for t in times)


def guest_s(times: object) -> float:
    """What of them is counted twice: time of guests is time of users, too."""
    return float(getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0))


def compute_with(threads: int) -> None:
    """Let torch use so many threads for what this thread of ours asks for, if torch is there."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.get_num_threads() != threads:
        torch.set_num_threads(threads)
