"""The broker's channels, heard on one connection of this process, however many listen to them."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

RECONNECT_S = 0.2
OPEN = "lb:open"  # nothing is published there: a connection that hears nothing is not read

Hear = Callable[[bytes | None], None]
"""Takes what was published; None when something may have been missed: as soon as the channel is
heard at first, and after each break of the connection."""


class Channels:
    """Hands what is published to whoever listens."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._pubsub: PubSub | None = None
        self._listeners: defaultdict[str, list[Hear]] = defaultdict(list)
        self._heard: set[str] = set()

    async def run(self) -> None:
        """Hear, until it is canceled."""
        task = asyncio.current_task()
        assert task is not None
        while not task.cancelling():  # the client may say a cancel as an error of its own
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(OPEN)  # connects; only then others may use it, too
                    self._pubsub = pubsub
                    if self._listeners:
                        await pubsub.subscribe(*self._listeners)
                    async for message in pubsub.listen():
                        self._take(message)
            except RedisError:
                await asyncio.sleep(RECONNECT_S)
            finally:
                self._pubsub = None
                self._heard.clear()

    def hears(self, channel: str) -> bool:
        """Whether what is published there now is heard."""
        return channel in self._heard

    @contextlib.asynccontextmanager
    async def hearing(self, channel: str, hear: Hear) -> AsyncIterator[None]:
        """Hand what is published on a channel to `hear`, as long as this is open."""
        listeners = self._listeners[channel]
        listeners.append(hear)
        try:
            if channel in self._heard:
                hear(None)
            elif len(listeners) == 1 and self._pubsub is not None:
                with contextlib.suppress(RedisError):  # `run` subscribes anew
                    await self._pubsub.subscribe(channel)
            yield
        finally:
            listeners.remove(hear)
            if not listeners:
                self._listeners.pop(channel, None)
                self._heard.discard(channel)
                if self._pubsub is not None:
                    with contextlib.suppress(RedisError):
                        await self._pubsub.unsubscribe(channel)

    def _take(self, message: dict[str, Any]) -> None:
        channel = message["channel"].decode()
        listeners = self._listeners.get(channel, [])
        if message["type"] == "subscribe" and listeners:
            self._heard.add(channel)
            for hear in listeners:
                hear(None)
        elif message["type"] == "message":
            for hear in listeners:
                hear(message["data"])
