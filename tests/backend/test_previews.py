"""Asking workers for previews: what happens when none answers."""

import asyncio
from contextlib import suppress

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from backend import previews
from backend.channels import Channels
from backend.previews import Preview, Previews
from contracts.errors import InvalidEdit
from contracts.frames import framed
from contracts.jobs import JobError
from contracts.previews import WORKER_CHANNEL, DrawnPreview, PreviewAnswer, PreviewRequest
from contracts.records import Given
from contracts.requests import EditRequest
from service.job_store import JobStore, WorkerState

EDIT = EditRequest(latent_id="lat_x")
DRAWN = DrawnPreview(media_type="image/png", changed_box=None, timings_ms={})


class Worker:
    """A worker that says that it lives, and hears what is published to it."""

    def __init__(self, url: str, name: str, queue: str = "interactive", state: str = "idle"):
        self.redis = Redis.from_url(url)
        self.name = name
        said = WorkerState(name=name, state=state, device="cpu", models=(), queues=(queue,))
        JobStore(self.redis, 60).say_alive(said, 60)
        self.pubsub = self.redis.pubsub(ignore_subscribe_messages=True)
        self.pubsub.subscribe(WORKER_CHANNEL + name)
        self.pubsub.get_message(timeout=1)

    def heard(self, timeout_s: float = 2) -> PreviewRequest | None:
        message = self.pubsub.get_message(timeout=timeout_s)
        return None if message is None else PreviewRequest.model_validate_json(message["data"])

    async def answer(self, about: DrawnPreview | JobError) -> None:
        wanted = await asyncio.to_thread(self.heard)
        assert wanted is not None
        answer = framed(PreviewAnswer(ticket=wanted.ticket, about=about), b"picture")
        self.redis.publish(wanted.answer_to, answer)

    def leave(self) -> None:
        JobStore(self.redis, 60).say_dead(self.name)
        self.pubsub.close()
        self.redis.close()


async def asked(url: str, *beside: object) -> Preview | None:
    """Ask once, while something else happens."""
    async with AsyncRedis.from_url(url) as redis:
        channels = Channels(redis)
        running = asyncio.create_task(channels.run())
        server = Previews(redis, channels, JobStore(Redis.from_url(url), 60))
        try:
            async with server.listening():
                await asyncio.sleep(0.2)
                asked = server.ask("anna", "a", "tiny", EDIT, Given())
                answer, *_ = await asyncio.gather(asked, *beside)
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
        assert answer is None or isinstance(answer, Preview)
        return answer


def test_the_worker_that_is_idle_is_asked(url: str) -> None:
    workers = [Worker(url, "a", state="busy"), Worker(url, "b"), Worker(url, "c", "batch")]
    answer = asyncio.run(asked(url, workers[1].answer(DRAWN)))
    assert answer == Preview(DRAWN, b"picture")
    for worker in workers:
        worker.leave()


def test_an_error_of_the_worker_is_raised_here(url: str) -> None:
    worker = Worker(url, "a")
    error = JobError(code="invalid_edit", message="no such cell")
    with pytest.raises(InvalidEdit, match="no such cell"):
        asyncio.run(asked(url, worker.answer(error)))
    worker.leave()


def test_where_no_worker_is_there_is_no_preview(url: str) -> None:
    assert asyncio.run(asked(url)) is None


def test_a_worker_that_does_not_listen_is_not_waited_for(url: str) -> None:
    """Such as one of an earlier release, which draws jobs alone."""
    worker = Worker(url, "a")
    worker.pubsub.unsubscribe()
    worker.pubsub.get_message(timeout=1)
    assert asyncio.run(asyncio.wait_for(asked(url), 2)) is None
    worker.leave()


def test_a_worker_that_dies_is_not_waited_for(url: str) -> None:
    worker = Worker(url, "a")

    async def die() -> None:
        assert await asyncio.to_thread(worker.heard)
        worker.pubsub.close()

    assert asyncio.run(asyncio.wait_for(asked(url, die()), 3)) is None
    worker.leave()


def test_who_loses_patience_says_so(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "PATIENCE_S", 0.5)
    worker = Worker(url, "a")
    assert asyncio.run(asked(url)) is None
    first, second = worker.heard(), worker.heard()
    assert first is not None
    assert second is not None
    assert (first.slot, first.edit) == (second.slot, EDIT)
    assert second.edit is None
    worker.leave()
