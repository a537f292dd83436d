"""`/live`: a WebSocket on which edits are answered as they are painted."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from fastapi import APIRouter, WebSocket
from pydantic import ValidationError
from redis.exceptions import RedisError
from starlette.websockets import WebSocketDisconnect

from backend.editing import given_to_edit, known_answer
from backend.services import Server, Services
from backend.threads import run_in_threadpool
from contracts.errors import Busy, EditorError, InternalError, InvalidRequest, NoRoom
from contracts.frames import framed
from contracts.jobs import JobError, JobKind
from contracts.live import LiveAnswer, LiveProblem, LiveRequest, Numbered
from contracts.requests import EditRequest, EditResult

log = logging.getLogger(__name__)

router = APIRouter()

SHOWN_ERROR_CHARS = 300


@dataclass
class Newest:
    """Holds the newest of the messages that wait; the ones before it are dropped.

    Attributes:
        value: its text; None when it was binary.
    """

    value: str | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, value: str | None) -> None:
        """Replace what waits."""
        self.value = value
        self.arrived.set()

    async def take(self) -> str | None:
        """The newest value, as soon as there is one."""
        await self.arrived.wait()
        self.arrived.clear()
        return self.value


@router.websocket("/live")
async def live(socket: WebSocket, server: Server) -> None:
    """Answer the newest request, one at a time, until the client leaves."""
    owner = server.visitors.owner_of(socket)
    assert owner is not None, "strangers do not pass the gate"
    await socket.accept()
    newest = Newest()
    answering = asyncio.create_task(answer_all(socket, server, owner, newest))
    try:
        while (message := await socket.receive())["type"] == "websocket.receive":
            newest.put(message.get("text"))
    finally:
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)


def seq_of(text: str | None) -> int | None:
    """The number of a request, whatever else is wrong with it."""
    try:
        return Numbered.model_validate_json(text or "").seq
    except ValidationError:
        return None


def read(text: str | None) -> LiveRequest:
    """A request.

    Raises:
        InvalidRequest: it is none.
    """
    if text is None:
        raise InvalidRequest("requests are sent as text")
    try:
        return LiveRequest.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        said = f"{place}: {first['msg']}"[:SHOWN_ERROR_CHARS].lstrip(": ")
        raise InvalidRequest(said) from None


async def answer_all(socket: WebSocket, server: Services, owner: str, newest: Newest) -> None:
    """Answer for ever. The next request is taken when the last answer has been sent."""
    slot = secrets.token_hex(8)
    while True:
        text = await newest.take()
        seq = seq_of(text)
        try:
            wanted = await run_in_threadpool(read, text)
            await send(socket.send_bytes, await answer(server, owner, slot, wanted))
        except EditorError as error:
            await send(socket.send_text, problem(seq, error))
        except RedisError as error:
            log.error("the broker does not answer: %s", error)
            await send(socket.send_text, problem(seq, Busy("the queue does not answer: try again")))
        except Exception:  # a bug of ours ends one answer, not the painting
            log.exception("a live request failed unexpectedly")
            await send(socket.send_text, problem(seq, InternalError("the log has details")))


async def send(how: Callable[..., Awaitable[None]], what: bytes | str) -> None:
    """Send, unless the client has left: its side of the connection says so."""
    try:
        await how(what)
    except (WebSocketDisconnect, RuntimeError):
        log.debug("a live client left before its answer")


def problem(seq: int | None, error: EditorError) -> str:
    """An error as it is sent."""
    said = JobError(code=error.code, message=error.message)
    return LiveProblem(seq=seq, error=said).model_dump_json()


async def answer(server: Services, owner: str, slot: str, wanted: LiveRequest) -> bytes:
    """The frame for one request: a preview from a worker's hand, all else as `POST /edit` has it.

    Args:
        slot: the socket's name among all.
    """
    edit = wanted.edit
    given = await run_in_threadpool(given_to_edit, server, owner, edit)
    if edit.output.max_side is not None:
        model = given.latents[edit.latent_id].model
        preview = await server.previews.ask(owner, slot, model, edit, given)
        if preview is not None:
            if preview.tensors:
                with contextlib.suppress(Busy, NoRoom):  # then it is found once more
                    await run_in_threadpool(server.library.complete, owner, preview.tensors)
            about = preview.about
            said = LiveAnswer(seq=wanted.seq, image_id=None, cached=False, **dict(about))
            return framed(said, preview.picture)
    result = await run_in_threadpool(known_answer, server, owner, edit, given)
    if result is None:
        result = await server.dispatcher.result(
            owner,
            JobKind.EDIT,
            edit,
            EditResult,
            server.settings.sync_wait_s,
            given=given,
        )
    return await run_in_threadpool(_framed, server, owner, wanted.seq, edit, result)


def _framed(server: Services, owner: str, seq: int, edit: EditRequest, result: EditResult) -> bytes:
    record = server.library.image(owner, result.image_id)
    data = server.library.image_bytes(owner, record)
    is_preview = edit.output.max_side is not None
    if is_preview:
        server.library.drop_preview(owner, result.image_id)
    said = LiveAnswer(
        seq=seq,
        media_type=record.media_type,
        image_id=None if is_preview else result.image_id,
        changed_box=result.changed_box,
        cached=result.cached,
        timings_ms=result.timings_ms,
    )
    return framed(said, data)
