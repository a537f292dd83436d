"""Previews of what is being painted, from the least busy worker, through the broker's memory.

Nothing is written down, so nothing outlives a worker or a server that dies: whoever gets no answer
asks for the same edit as a job.
"""

import asyncio
import contextlib
import itertools
import logging
import secrets
import struct
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple

from pydantic import ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from backend.channels import Channels
from backend.threads import run_in_threadpool
from contracts.errors import ERRORS_BY_CODE, InternalError
from contracts.frames import unframed
from contracts.jobs import INTERACTIVE, JobError
from contracts.previews import (
    SERVER_CHANNEL,
    WORKER_CHANNEL,
    DrawnPreview,
    PreviewAnswer,
    PreviewRequest,
)
from contracts.records import Given
from contracts.requests import EditRequest
from service.job_store import JobStore

log = logging.getLogger(__name__)

LOOK_S = 0.25  # between two looks at whether a worker still listens
PATIENCE_S = 10.0  # with a worker that listens: it does something else, or the picture is large
WORKERS_S = 1.0  # so old may be what is known of the workers


class Preview(NamedTuple):
    """A picture that is shown once."""

    about: DrawnPreview
    picture: bytes
    tensors: Mapping[str, str] = {}
    """Of latents that were completed on the way."""


class Previews:
    """Asks workers, and hears their answers on one channel of this process."""

    def __init__(self, redis: Redis, channels: Channels, store: JobStore) -> None:
        self._redis = redis
        self._channels = channels
        self._store = store
        self._channel = SERVER_CHANNEL + secrets.token_hex(8)
        self._tickets = itertools.count()
        self._open: dict[int, asyncio.Future[Preview]] = {}
        self._asked: Counter[str] = Counter()
        self._workers: list[str] = []
        self._looked_s = -WORKERS_S

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Hear answers, as long as this is open."""
        async with self._channels.hearing(self._channel, self._hear):
            yield

    async def ask(
        self, owner: str, slot: str, model: str, edit: EditRequest, given: Given
    ) -> Preview | None:
        """The preview of an edit; None when no worker draws it now.

        Args:
            slot: a socket, whose newest request is drawn.
            model: of the latent that is edited.
            given: the records that the edit names.

        Raises:
            EditorError: the worker's own error.
        """
        worker = await self._least_busy()
        if worker is None:
            return None
        wanted = PreviewRequest(
            ticket=next(self._tickets),
            slot=slot,
            answer_to=self._channel,
            owner=owner,
            model=model,
            edit=edit,
            given=given,
        )
        answer: asyncio.Future[Preview] = asyncio.get_running_loop().create_future()
        self._open[wanted.ticket] = answer
        self._asked[worker] += 1
        try:
            if await self._send(worker, wanted) and await self._is_answered(answer, worker):
                return await answer
        except RedisError:
            log.warning("the broker went away from a preview")
        finally:
            del self._open[wanted.ticket]
            self._asked -= Counter({worker: 1})
            if not answer.done():
                answer.cancel()
                with contextlib.suppress(RedisError):
                    await self._send(
                        worker, wanted.model_copy(update={"edit": None, "given": Given()})
                    )
        self._looked_s = -WORKERS_S  # the worker is gone, or stuck
        return None

    async def _send(self, worker: str, wanted: PreviewRequest) -> bool:
        """Whether somebody hears it."""
        return bool(await self._redis.publish(WORKER_CHANNEL + worker, wanted.model_dump_json()))

    async def _is_answered(self, answer: asyncio.Future[Preview], worker: str) -> bool:
        """Wait while the worker lives, but not for ever."""
        channel = WORKER_CHANNEL + worker
        for _ in range(round(PATIENCE_S / LOOK_S)):
            if (await asyncio.wait({answer}, timeout=LOOK_S))[0]:
                return True
            ((_, listeners),) = await self._redis.pubsub_numsub(channel)
            if not listeners:
                return answer.done()
        return False

    async def _least_busy(self) -> str | None:
        if not self._channels.hears(self._channel):
            return None
        if time.monotonic() - self._looked_s >= WORKERS_S:
            self._looked_s = time.monotonic()
            states = await run_in_threadpool(self._store.workers)
            for_brushes = [state for state in states if INTERACTIVE in state.queues]
            for_brushes.sort(key=lambda state: state.state == "busy")
            self._workers = [state.name for state in for_brushes]
        return min(self._workers, key=lambda name: self._asked[name], default=None)

    def _hear(self, frame: bytes | None) -> None:
        if frame is None:  # whoever was not heard asks again
            return
        try:
            said, picture = unframed(frame)
            answer = PreviewAnswer.model_validate_json(said)
        except (ValidationError, struct.error) as error:  # of a worker of another release
            log.warning("an answer cannot be read: %s", error)
            return
        waiting = self._open.get(answer.ticket)
        if waiting is None or waiting.done():
            return  # whoever asked has left
        if isinstance(answer.about, JobError):
            known = ERRORS_BY_CODE.get(answer.about.code, InternalError)
            waiting.set_exception(known(answer.about.message))
        else:
            waiting.set_result(Preview(answer.about, picture, answer.tensors))
