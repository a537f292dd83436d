"""Fetching kits for the page: one at a time, with its progress, until it is canceled or there."""

import asyncio
import contextlib
import logging
import threading
from pathlib import Path
from typing import Literal

from anyio import to_thread

from backend.dispatcher import Dispatcher
from backend.download import check_room, download_kit
from backend.threads import run_in_threadpool
from contracts.base import Value
from contracts.errors import EditorError, InternalError, InvalidRequest, UnknownKit
from contracts.jobs import JobError, JobKind, JobRecord, JobStatus, Progress
from contracts.kits import Kit
from contracts.models import ModelInfo
from contracts.requests import AdoptRequest
from service.catalog import Catalog
from service.known_kits import downloads_of

log = logging.getLogger(__name__)

LOOK_S = 0.5  # between two looks at the job


class Installation(Value):
    """How far a kit is."""

    kit: str
    status: Literal["downloading", "adopting", "ready", "failed", "canceled"]
    done_bytes: int = 0
    num_bytes: int
    progress: Progress = Progress()
    """Of making the model, once all is there."""
    error: JobError | None = None


class Stopped(Exception):
    """Nobody wants the download any more."""


class Kits:
    """What can be fetched, and what is being fetched."""

    def __init__(
        self, known: dict[str, Kit], home: Path, catalog: Catalog, dispatcher: Dispatcher
    ) -> None:
        self.known = known
        self.latest: Installation | None = None
        self._home = home
        self._catalog = catalog
        self._dispatcher = dispatcher
        self._task: asyncio.Task[None] | None = None
        self._stop = threading.Event()
        self._beginning = asyncio.Lock()

    def installed(self) -> set[str]:
        """The names of kits whose model is there."""
        models = self._catalog.models()
        return {
            name
            for name, kit in self.known.items()
            if name in models and is_of(kit, models[name][0])
        }

    @property
    def is_busy(self) -> bool:
        """Whether one is being fetched."""
        return self._task is not None and not self._task.done()

    async def begin(self, owner: str, name: str) -> Installation:
        """Begin to fetch a kit.

        Raises:
            UnknownKit: there is none of that name.
            InvalidRequest: it is there, or another one is being fetched.
            NoRoom: the disk has none for it.
        """
        if name not in self.known:
            raise UnknownKit("there is no such kit: see GET /kits")
        kit = self.known[name]
        async with self._beginning:
            if self.is_busy:
                raise InvalidRequest("another model is being fetched: wait for it, or cancel it")
            await run_in_threadpool(self._check, kit)
            self._stop = threading.Event()
            begun = Installation(kit=name, status="downloading", num_bytes=kit.num_bytes)
            self.latest = begun
            self._task = asyncio.create_task(self._install(owner, kit, self._stop))
        return begun

    def _check(self, kit: Kit) -> None:
        models = self._catalog.models()
        if kit.name in models:
            again = "" if is_of(kit, models[kit.name][0]) else ", which was made of something else"
            raise InvalidRequest(
                f"there is a model {kit.name} already{again}: `latentbrush models remove "
                f"{kit.name}` makes room for it"
            )
        folder = downloads_of(self._home, kit)
        folder.mkdir(parents=True, exist_ok=True)
        check_room(kit, folder)

    async def cancel(self, name: str) -> None:
        """Stop fetching a kit; what is there of it is gone on with another time."""
        if self.latest is None or self.latest.kit != name or not self.is_busy:
            return
        self._say(status="canceled")
        await self.close()

    async def close(self) -> None:
        """Stop whatever is being fetched."""
        self._stop.set()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _install(self, owner: str, kit: Kit, stop: threading.Event) -> None:
        try:
            await self._download(kit, stop)
            self._say(status="adopting", done_bytes=kit.num_bytes)
            await self._adopt(owner, kit)
        except EditorError as error:
            self._fail(error)
        except Exception:
            log.exception("a kit cannot be installed")
            self._fail(
                InternalError("something went wrong on our side; the server's log has the details")
            )

    async def _download(self, kit: Kit, stop: threading.Event) -> None:
        loop = asyncio.get_running_loop()

        def show(done: int) -> None:
            if not stop.is_set():
                self._say(done_bytes=done)

        def on_progress(done: int) -> None:
            if stop.is_set():
                raise Stopped
            loop.call_soon_threadsafe(show, done)

        await to_thread.run_sync(
            download_kit, kit, downloads_of(self._home, kit), on_progress, abandon_on_cancel=True
        )  # which ends with its next bytes, or its next try

    async def _adopt(self, owner: str, kit: Kit) -> None:
        record = await self._dispatcher.submit(owner, JobKind.ADOPT, AdoptRequest(kit=kit))
        try:
            while not record.status.is_final:
                self._say(progress=record.progress)
                await asyncio.sleep(LOOK_S)
                record = await self._dispatcher.job(owner, record.job_id)
        except asyncio.CancelledError:
            await self._dispatcher.cancel(owner, record.job_id)
            raise
        self._end(record)

    def _end(self, record: JobRecord) -> None:
        if record.status == JobStatus.SUCCEEDED:
            self._say(status="ready")
        elif record.status == JobStatus.CANCELED:
            self._say(status="canceled")
        else:
            self._say(status="failed", error=record.error)

    def _fail(self, error: EditorError) -> None:
        self._say(status="failed", error=JobError(code=error.code, message=error.message))

    def _say(self, **update: object) -> None:
        if self.latest is not None:
            self.latest = self.latest.model_copy(update=update)


def is_of(kit: Kit, model: ModelInfo) -> bool:
    """Whether a model was made of a kit."""
    return model.source in {file.address for file in kit.files}
