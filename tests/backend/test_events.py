"""Following a job through what a connection to the broker really brings."""

import asyncio
from typing import Any, Self, cast

from redis.asyncio import Redis

from backend.events import Events
from contracts.job_store import done_event
from contracts.jobs import JobKind, JobRecord, begun, new_record, succeeded
from contracts.requests import GenerateRequest

QUEUED = new_record(
    "job_" + "3" * 32, "local", JobKind.GENERATE, "interactive", GenerateRequest(model="m", seed=1)
)
RUNNING = begun(QUEUED, "worker")
ENDED = succeeded(RUNNING, {})
SUBSCRIBED = {"type": "subscribe", "data": 1}


class Channel:
    """Takes the place of the broker: one record, and messages one after the other, then silence."""

    def __init__(self, record: JobRecord, messages: list[dict[str, Any]]) -> None:
        self.record = record
        self.messages = messages
        self.is_open = False

    def pubsub(self) -> Self:
        return self

    async def __aenter__(self) -> Self:
        self.is_open = True
        return self

    async def __aexit__(self, *_: object) -> None:
        self.is_open = False

    async def subscribe(self, _: str) -> None:
        pass

    async def get_message(self, timeout: float) -> dict[str, Any] | None:
        if self.messages:
            return self.messages.pop(0)
        await asyncio.sleep(timeout)
        return None

    async def get(self, _: str) -> str:
        return self.record.model_dump_json()


def events_of(channel: Channel) -> Events:
    return Events(cast(Redis, channel))


def test_a_connection_that_subscribes_anew_is_no_message() -> None:
    done = {"type": "message", "data": done_event(ENDED.public())}
    channel = Channel(RUNNING, [SUBSCRIBED, SUBSCRIBED, done])

    async def names() -> list[str]:
        return [event.name async for event in events_of(channel).follow(RUNNING.job_id)]

    assert asyncio.run(names()) == ["progress", "ping", "done"]


def test_waiting_lets_go_of_its_connection() -> None:
    channel = Channel(ENDED, [SUBSCRIBED])

    async def is_open_after_wait() -> bool:
        await events_of(channel).wait(ENDED.job_id, 5)
        return channel.is_open

    assert not asyncio.run(is_open_after_wait())
