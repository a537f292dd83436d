"""Turns at the bench: one piece of work at a time, in the order in which it came."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """A lock that is given in the order in which it was asked for: who works without a pause does
    not keep others waiting for longer than one piece of work."""

    def __init__(self) -> None:
        self._line: deque[object] = deque()
        self._moved = threading.Condition()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn, and have it for the length of a block."""
        mine = object()
        try:
            with self._moved:
                self._line.append(mine)
                self._moved.wait_for(lambda: self._line[0] is mine)
            yield
        finally:  # also when the wait was broken off: a signal may end this process's work
            with self._moved:
                if mine in self._line:
                    self._line.remove(mine)
                self._moved.notify_all()
