"""What happens to a job, as it happens: for `?wait=`, and as server-sent events."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any, NamedTuple

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as BrokerGone

from contracts.errors import UnknownJob
from contracts.job_store import channel_of, job_key, progress_data
from contracts.jobs import JobRecord

PING_S = 5.0  # between two looks at a silent job, and signs of life on its stream
RECONNECT_S = 0.2


class Event(NamedTuple):
    """`progress`, `preview`, `done`, or `ping` when there is nothing to say."""

    name: str
    data: dict[str, Any]


class Events:
    """Follows jobs. Whoever waits is woken by the broker; nothing polls."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def wait(self, job_id: str, seconds: float) -> JobRecord:
        """The job, as soon as it has ended, or as it is after `seconds`."""
        try:
            async with asyncio.timeout(seconds), aclosing(self.follow(job_id)) as events:
                async for event in events:
                    if event.name == "done":
                        break
        except TimeoutError:
            pass
        return await self._record(job_id)

    async def follow(self, job_id: str) -> AsyncGenerator[Event, None]:
        """Where the job is, then every change, until `done`."""
        while True:
            try:
                async with aclosing(self._follow_connected(job_id)) as events:
                    async for event in events:
                        yield event
                return
            except BrokerGone:
                await asyncio.sleep(RECONNECT_S)

    async def _follow_connected(self, job_id: str) -> AsyncGenerator[Event, None]:
        async with self._redis.pubsub() as pubsub:
            await pubsub.subscribe(channel_of(job_id))
            await pubsub.get_message(
                timeout=PING_S
            )  # the confirmation: from here nothing is missed
            record = await self._record(job_id)
            yield Event("progress", progress_data(record))
            if record.preview is not None:
                yield Event("preview", record.preview.model_dump(mode="json"))
            while not record.status.is_final:
                message = await pubsub.get_message(timeout=PING_S)
                if message is None or message["type"] != "message":  # silence, or subscribed anew
                    yield Event("ping", {})
                    record = await self._record(job_id)
                    continue
                published = json.loads(message["data"])
                yield Event(published["event"], published["data"])
                if published["event"] == "done":
                    return
            yield Event("done", record.public().model_dump(mode="json"))

    async def _record(self, job_id: str) -> JobRecord:
        text = await self._redis.get(job_key(job_id))
        if text is None:
            raise UnknownJob("there is no such job, or it is forgotten")
        return JobRecord.model_validate_json(text)


async def as_sse(events: AsyncGenerator[Event, None]) -> AsyncIterator[str]:
    """Events in the format of server-sent events; pings become comments."""
    async with aclosing(events):
        async for event in events:
            if event.name == "ping":
                yield ": ping\n\n"
            else:
                yield f"event: {event.name}\ndata: {json.dumps(event.data)}\n\n"
