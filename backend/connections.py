"""How many connections a server has at once, and how long each may say nothing.

A connection that has asked for nothing, or is between two requests, is closed after a while, and at
once when its place is needed: whoever was silent for longest goes first.
"""

import asyncio
import random
import resource
from functools import partial
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_FILES = 65_536
OTHER_FILES = 256  # of the broker's clients, the store and those who wait to be accepted
BACKLOG = 8  # so many are accepted before anybody else is heard
WAITING = 512  # so many may wait to be accepted


class Connections:
    """Those of one server.

    Args:
        limit: how many there may be.
        silence_s: how long one may take to ask for something, at least; up to twice as long, by
            chance, since those that are closed together come back together.
        stall_s: how long a client may take to read on what it has asked for.
    """

    def __init__(self, limit: int, silence_s: float = 10.0, stall_s: float = 60.0) -> None:
        self.limit = limit
        self.silence_s = silence_s
        self.stall_s = stall_s
        self.silent: dict[Connection, None] = {}
        """Those that ask for nothing now, the longest first."""

    def protocol(self) -> Any:
        """What uvicorn makes a connection of."""
        return partial(Connection, among=self)


class Connection(H11Protocol):
    """A connection with an end to its patience."""

    def __init__(self, *args: Any, among: Connections, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._among = among
        self._silence: asyncio.TimerHandle | None = None
        self._stall: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take it, and let go of another when there are too many."""
        super().connection_made(transport)
        self._look()
        if len(self.connections) > self._among.limit:
            next(iter(self._among.silent), self).transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take what it says."""
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """Wait for its next request."""
        super().on_response_complete()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        super().connection_lost(exc)
        self.resume_writing()
        self._end_silence()

    def pause_writing(self) -> None:
        """Wait until the client reads on, but not for ever."""
        super().pause_writing()
        if self._stall is None:
            self._watch_stall(None)

    def resume_writing(self) -> None:
        """Go on."""
        super().resume_writing()
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None
            self._look()

    def _look(self) -> None:
        is_another_protocol = self.transport.get_protocol() is not self  # a WebSocket by now
        is_asking = self.cycle is not None and not self.cycle.response_complete
        is_answered = self._stall is not None  # what it asked for is on its way
        if is_asking or is_answered or is_another_protocol or self.transport.is_closing():
            self._end_silence()
        elif self._silence is None:
            patience_s = self._among.silence_s * random.uniform(1, 2)
            self._silence = self.loop.call_later(patience_s, self.transport.abort)
            self._among.silent[self] = None

    def _watch_stall(self, unread: int | None) -> None:
        """Close it when it has read nothing since it had so many bytes to read."""
        left = self.transport.get_write_buffer_size()
        if left == unread:
            self.transport.abort()
        else:
            self._stall = self.loop.call_later(self._among.stall_s, self._watch_stall, left)

    def _end_silence(self) -> None:
        self._among.silent.pop(self, None)
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None


def most_connections() -> int:
    """How many connections the system's limit on open files leaves room for; the limit is raised as
    far as we may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        except (OSError, ValueError):  # systems have limits beside this one
            most = soft
    return max(most - OTHER_FILES, 1)
