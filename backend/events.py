"""What happens to a job, as it happens: for `?wait=`, and as server-sent events."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any, NamedTuple

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as BrokerGone

from backend.channels import Channels
from backend.records.adoption import Adoption
from backend.threads import run_in_threadpool
from contracts.errors import Busy, NoRoom, UnknownJob
from contracts.jobs import JobRecord, unended
from service.job_store import channel_of, job_key, progress_data

PING_S = 5.0  # between two looks at a silent job, and signs of life on its stream
MAX_UNREAD = 100  # of one stream; whoever reads slower is told how the job is, not how it became so


class Event(NamedTuple):
    """`progress`, `preview`, `done`, or `ping` when there is nothing to say."""

    name: str
    data: dict[str, Any]


class Events:
    """Follows jobs. Whoever waits is woken by the broker; nothing polls."""

    def __init__(self, redis: Redis, channels: Channels, adoption: Adoption) -> None:
        self._redis = redis
        self._channels = channels
        self._adoption = adoption

    async def wait(self, job_id: str, seconds: float) -> JobRecord:
        """The job, as soon as it has ended, or as it is after `seconds`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds), aclosing(self.follow(job_id)) as events:
                async for event in events:
                    if event.name == "done":
                        break
        return await self._record(job_id)

    async def follow(self, job_id: str) -> AsyncGenerator[Event, None]:
        """Where the job is, then every change, until `done`."""
        unread = _Unread()
        async with self._channels.hearing(channel_of(job_id), unread.put):
            while True:
                for event in await self._next(job_id, unread):
                    yield event
                    if event.name == "done":
                        return

    async def _next(self, job_id: str, unread: "_Unread") -> list[Event]:
        """What is published next; how the job is when something may have been missed."""
        try:
            message = await asyncio.wait_for(unread.get(), PING_S)
            if message is not None:
                published = json.loads(message)
                if published["event"] == "done":  # who hears it may ask for what was made
                    try:
                        await run_in_threadpool(self._adoption.settle, job_id)
                    except (Busy, NoRoom):  # it cannot be kept now: another look, later
                        return []
                return [Event(published["event"], published["data"])]
            return list(_state(await self._record(job_id)))
        except TimeoutError:
            with contextlib.suppress(BrokerGone):
                record = await self._record(job_id)
                return list(_state(record)) if record.status.is_final else [Event("ping", {})]
        except BrokerGone:
            pass
        return []

    async def _record(self, job_id: str) -> JobRecord:
        text = await self._redis.get(job_key(job_id))
        if text is None:
            raise UnknownJob("there is no such job, or it is forgotten")
        record = JobRecord.model_validate_json(text)
        if record.made is None:
            return record
        try:
            return await run_in_threadpool(self._adoption.settled, record)
        except (Busy, NoRoom):
            return unended(record)


class _Unread:
    """What was published and is not read yet: bounded, since a reader may be slow."""

    def __init__(self) -> None:
        self._messages: asyncio.Queue[bytes | None] = asyncio.Queue(MAX_UNREAD)

    def put(self, message: bytes | None) -> None:
        if self._messages.full():
            while not self._messages.empty():
                self._messages.get_nowait()
            message = None
        self._messages.put_nowait(message)

    async def get(self) -> bytes | None:
        return await self._messages.get()


def _state(record: JobRecord) -> Iterator[Event]:
    """What somebody who comes now is told."""
    yield Event("progress", progress_data(record))
    if record.preview is not None:
        yield Event("preview", record.preview.model_dump(mode="json"))
    if record.status.is_final:
        yield Event("done", record.public().model_dump(mode="json"))


async def as_sse(events: AsyncGenerator[Event, None]) -> AsyncIterator[str]:
    """Events in the format of server-sent events; pings become comments."""
    async with aclosing(events):
        async for event in events:
            if event.name == "ping":
                yield ": ping\n\n"
            else:
                yield f"event: {event.name}\ndata: {json.dumps(event.data)}\n\n"
