"""Following jobs on one connection to the broker, which breaks and comes back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple, cast

import pytest
from redis import Redis

from backend.channels import Channels
from backend.events import MAX_UNREAD, Events
from backend.records.adoption import Adoption
from backend.records.library import Library
from contracts.errors import UnknownJob
from contracts.ids import new_job_id
from contracts.jobs import (
    JobKind,
    JobRecord,
    Progress,
    begun,
    new_record,
    succeeded,
)
from contracts.requests import GenerateRequest
from service.broker import NUM_CONNECTIONS, connect_waiting
from service.job_store import JobStore, channel_of
from tests.fakes.stocked import Stocked
from worker.desk import Desk

SOON_S = 3.0  # well before anybody looks by itself


class Server(NamedTuple):
    events: Events
    channels: Channels
    store: JobStore
    redis: Redis

    def job(self) -> JobRecord:
        request = GenerateRequest(model="m", seed=1)
        record = new_record(new_job_id(), "local", JobKind.GENERATE, "interactive", request)
        self.store.create(record)
        self.store.change(record.job_id, lambda r: begun(r, "worker"))
        return record

    def advance(self, record: JobRecord, step: int) -> None:
        update = {"progress": Progress(step=step, steps=1000)}
        self.store.change(record.job_id, lambda r: r.model_copy(update=update))

    def end(self, record: JobRecord) -> None:
        self.store.change(record.job_id, lambda r: succeeded(r, {}))


@asynccontextmanager
async def serving(url: str, library: Library | None = None) -> AsyncIterator[Server]:
    redis, waiting = Redis.from_url(url), connect_waiting(url)
    channels = Channels(waiting)
    running = asyncio.create_task(channels.run())
    try:
        store = JobStore(redis, 60)
        events = Events(waiting, channels, Adoption(store, cast(Library, library)))
        yield Server(events, channels, store, redis)
    finally:
        running.cancel()
        async with asyncio.timeout(SOON_S):
            with suppress(asyncio.CancelledError):
                await running
        await waiting.aclose()
        redis.close()


async def names(server: Server, record: JobRecord) -> list[str]:
    return [event.name async for event in server.events.follow(record.job_id)]


async def until_heard(server: Server, record: JobRecord) -> None:
    async with asyncio.timeout(SOON_S):
        while not server.channels.hears(channel_of(record.job_id)):
            await asyncio.sleep(0.01)


def test_two_thousand_streams_share_a_few_connections(url: str) -> None:
    async def told() -> tuple[list[list[str]], int]:
        async with serving(url) as server:
            records = [server.job() for _ in range(50)]
            streams = [asyncio.create_task(names(server, r)) for r in records for _ in range(40)]
            await asyncio.sleep(0.1)
            for record in records:
                await until_heard(server, record)
            num_connections = len(server.redis.client_list())
            for record in records:
                server.end(record)
            async with asyncio.timeout(4 * SOON_S):
                return await asyncio.gather(*streams), num_connections

    streams, num_connections = asyncio.run(told())
    assert len(streams) == 2000
    assert all(stream[-1] == "done" for stream in streams)
    assert num_connections <= NUM_CONNECTIONS + 2


def test_a_connection_that_breaks_is_made_again(url: str) -> None:
    async def told() -> list[str]:
        async with serving(url) as server:
            record = server.job()
            stream = asyncio.create_task(names(server, record))
            await until_heard(server, record)
            for client in server.redis.client_list(_type="pubsub"):
                server.redis.client_kill_filter(_id=client["id"])
            server.end(record)  # nobody hears it
            async with asyncio.timeout(SOON_S):
                return await stream

    assert asyncio.run(told())[-1] == "done"


def test_a_job_that_ended_before_anybody_listened(url: str) -> None:
    async def told() -> tuple[list[str], JobRecord]:
        async with serving(url) as server:
            record = server.job()
            server.end(record)
            async with asyncio.timeout(SOON_S):
                return await names(server, record), await server.events.wait(record.job_id, 60)

    events, record = asyncio.run(told())
    assert events == ["progress", "done"]
    assert record.status.is_final


def test_waiting_ends_when_its_time_is_over(url: str) -> None:
    async def told() -> JobRecord:
        async with serving(url) as server:
            record = server.job()
            return await server.events.wait(record.job_id, 0.2)

    assert not asyncio.run(told()).status.is_final


def test_a_job_that_is_not_there(url: str) -> None:
    async def told() -> None:
        async with serving(url) as server, asyncio.timeout(SOON_S):
            await names(server, server.job().model_copy(update={"job_id": new_job_id()}))

    with pytest.raises(UnknownJob):
        asyncio.run(told())


def test_whoever_reads_slowly_is_told_how_the_job_is(url: str) -> None:
    async def told() -> list[str]:
        async with serving(url) as server:
            record = server.job()
            stream = server.events.follow(record.job_id)
            heard = [(await anext(stream)).name]
            for step in range(MAX_UNREAD + 20):  # more than is kept
                server.advance(record, step)
            server.end(record)
            await asyncio.sleep(0.5)
            async with asyncio.timeout(SOON_S):
                return heard + [event.name async for event in stream]

    events = asyncio.run(told())
    assert events[-1] == "done"
    assert len(events) < MAX_UNREAD


def test_nothing_is_heard_for_whoever_left(url: str) -> None:
    async def left() -> tuple[bool, int]:
        async with serving(url) as server:
            record = server.job()
            waiting = asyncio.create_task(server.events.wait(record.job_id, 60))
            await until_heard(server, record)
            waiting.cancel()
            with suppress(asyncio.CancelledError):
                await waiting
            channel = channel_of(record.job_id)
            ((_, listeners),) = server.redis.pubsub_numsub(channel)
            return server.channels.hears(channel), listeners

    assert asyncio.run(left()) == (False, 0)


def test_who_hears_the_end_finds_what_was_made(url: str, tmp_path: Path) -> None:
    shelf = Stocked(tmp_path)

    async def heard(way: str) -> bool:
        desk = Desk(shelf.files, "local")
        picture = desk.add_image(way.encode(), "image/png", 1, 1)
        async with serving(url, shelf.library) as server:
            record = server.job()
            following = asyncio.create_task(listen(server, record.job_id, way))
            await asyncio.sleep(0.2)
            server.store.change(record.job_id, lambda r: succeeded(r, {}, desk.made))
            await asyncio.wait_for(following, SOON_S)
        return shelf.library.has_image("local", picture.image_id)

    assert asyncio.run(heard("events"))
    assert asyncio.run(heard("wait"))


async def listen(server: Server, job_id: str, way: str) -> None:
    """Wait for the end of a job."""
    if way == "wait":
        await server.events.wait(job_id, SOON_S)
    else:
        async with aclosing(server.events.follow(job_id)) as events:
            async for event in events:
                if event.name == "done":
                    return
