"""Previews: drawn between two jobs on a thread of their own, and published to who asked.

Nothing is written down. A request that comes while a job is done waits for its end; a job that
comes meanwhile is next (`turns.py`).
"""

import logging
import threading
from collections.abc import Callable

from pydantic import ValidationError
from redis import Redis
from redis.client import PubSub
from redis.exceptions import RedisError

from contracts.frames import framed
from contracts.jobs import JobError, JobKind
from contracts.previews import WORKER_CHANNEL, DrawnPreview, PreviewAnswer, PreviewRequest
from contracts.requests import EditRequest
from worker.clock import Clock
from worker.edit import draw_edit
from worker.jobs import again_if_memory_runs_out, translated
from worker.task import Task
from worker.turns import Turns
from worker.workbench import Workbench

log = logging.getLogger(__name__)

LOOK_S = 0.25  # between two looks at whether the worker ends
RECONNECT_S = 0.5

Draw = Callable[[str, EditRequest], tuple[DrawnPreview, bytes]]
"""The preview that an owner asks for. May raise anything."""


class Slots:
    """The newest request of each socket; sockets are served in turn."""

    def __init__(self) -> None:
        self._newest: dict[str, PreviewRequest] = {}

    def __bool__(self) -> bool:
        return bool(self._newest)

    def put(self, request: PreviewRequest) -> None:
        """Replace what waits in its slot; its place in the line stays."""
        if request.edit is None:
            self._newest.pop(request.slot, None)
        else:
            self._newest[request.slot] = request

    def take(self) -> PreviewRequest:
        """The request whose slot has waited longest."""
        return self._newest.pop(next(iter(self._newest)))


class PreviewPainter:
    """Listens for previews, and draws them when it is its turn.

    Attributes:
        name: of the worker; where servers publish to.
    """

    def __init__(self, redis: Redis, name: str, turns: Turns, draw: Draw) -> None:
        self._redis = redis
        self._channel = WORKER_CHANNEL + name
        self._turns = turns
        self._draw = draw
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="previews", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """End after the preview that is being drawn."""
        self._ended.set()
        self._thread.join()

    def _listen(self) -> None:
        while not self._ended.is_set():
            try:
                with self._redis.pubsub(ignore_subscribe_messages=True) as pubsub:  # type: ignore[no-untyped-call]
                    pubsub.subscribe(self._channel)
                    self._answer_all(pubsub)
            except RedisError as error:
                log.warning("previews cannot be listened for: %s", error)
                self._ended.wait(RECONNECT_S)

    def _answer_all(self, pubsub: PubSub) -> None:
        slots = Slots()
        while not self._ended.is_set():
            message = pubsub.get_message(timeout=0 if slots else LOOK_S)
            if message is not None:
                self._hear(message["data"], slots)
            elif slots:
                self._answer(slots.take())

    def _hear(self, text: bytes, slots: Slots) -> None:
        try:
            slots.put(PreviewRequest.model_validate_json(text))
        except ValidationError as error:  # of a server of another release
            log.warning("a request cannot be read: %s", error)

    def _answer(self, request: PreviewRequest) -> None:
        assert request.edit is not None
        about: DrawnPreview | JobError
        with self._turns.turn():
            try:
                about, picture = self._draw(request.owner, request.edit)
            except Exception as error:  # whatever it is, who waits is told
                known = translated(error, JobKind.EDIT)
                about, picture = JobError(code=known.code, message=known.message), b""
        answer = PreviewAnswer(ticket=request.ticket, about=about)
        self._redis.publish(request.answer_to, framed(answer, picture))


def preview_at(bench: Workbench) -> Draw:
    """How previews are drawn at a bench."""

    def draw(owner: str, edit: EditRequest) -> tuple[DrawnPreview, bytes]:
        task = Task(bench, owner, lambda step: None)
        clock = Clock()
        drawing = again_if_memory_runs_out(bench, lambda: draw_edit(task, edit, clock))
        said = DrawnPreview(
            media_type=drawing.file.media_type,
            changed_box=drawing.changed_box,
            timings_ms=clock.laps("write"),
        )
        return said, drawing.file.data

    return draw
