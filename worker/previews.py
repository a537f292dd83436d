"""Previews: drawn between two jobs on a thread of their own, and published to who asked.

Nothing is written down. A request that comes while a job is done waits for its end; a job that
comes meanwhile is next (`turns.py`).
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from pydantic import ValidationError
from redis import Redis
from redis.client import PubSub
from redis.exceptions import RedisError

from contracts.frames import framed
from contracts.jobs import JobError, JobKind
from contracts.previews import WORKER_CHANNEL, DrawnPreview, PreviewAnswer, PreviewRequest
from worker.clock import Clock
from worker.desk import Desk
from worker.edit import Prepared, finish, prepare
from worker.jobs import again_if_memory_runs_out, is_out_of_memory, translated
from worker.ports import Edited
from worker.task import Task
from worker.turns import Turns
from worker.workbench import Workbench

log = logging.getLogger(__name__)

LOOK_S = 0.25  # between two looks at whether the worker ends
RECONNECT_S = 0.5


class Drawn(NamedTuple):
    """What is said of a preview, its picture, and what the next one need not do again."""

    about: DrawnPreview
    picture: bytes
    tensors: Mapping[str, str] = {}


class Studio(Protocol):
    """Where previews are drawn."""

    def at_once(self, model: str) -> int:
        """How many by a model are worth drawing together."""
        ...

    def draw(self, requests: Sequence[PreviewRequest]) -> list[Drawn | Exception]:
        """Draw previews by one model; what one raises is its own. May itself raise anything."""
        ...


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

    def take(self, at_once: Callable[[str], int]) -> list[PreviewRequest]:
        """The request whose slot has waited longest, and with it the next ones by the same model.

        Args:
            at_once: how many by a model are worth drawing together.
        """
        model = next(iter(self._newest.values())).model
        alike = [slot for slot, request in self._newest.items() if request.model == model]
        return [self._newest.pop(slot) for slot in alike[: at_once(model)]]


class PreviewPainter:
    """Listens for previews, and draws them when it is its turn.

    Attributes:
        name: of the worker; where servers publish to.
    """

    def __init__(self, redis: Redis, name: str, turns: Turns, studio: Studio) -> None:
        self._redis = redis
        self._channel = WORKER_CHANNEL + name
        self._turns = turns
        self._studio = studio
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
            except Exception:  # a bug of ours ends one preview, not all of them
                log.exception("a preview failed unexpectedly")

    def _answer_all(self, pubsub: PubSub) -> None:
        slots = Slots()
        while not self._ended.is_set():
            message = pubsub.get_message(timeout=0 if slots else LOOK_S)
            if message is not None:
                self._hear(message["data"], slots)
            elif slots:
                self._answer(slots.take(self._studio.at_once))

    def _hear(self, text: bytes, slots: Slots) -> None:
        try:
            slots.put(PreviewRequest.model_validate_json(text))
        except ValidationError as error:  # of a server of another release
            log.warning("a request cannot be read: %s", error)

    def _answer(self, requests: Sequence[PreviewRequest]) -> None:
        drawn: Sequence[Drawn | Exception]
        with self._turns.turn():
            try:
                drawn = self._studio.draw(requests)
            except Exception as error:  # whatever it is, who waits is told
                drawn = [error] * len(requests)
        for request, each in zip(requests, drawn, strict=True):
            if isinstance(each, Exception):
                known = translated(each, JobKind.EDIT)
                why = JobError(code=known.code, message=known.message)
                answer, picture = PreviewAnswer(ticket=request.ticket, about=why), b""
            else:
                about, picture, tensors = each
                answer = PreviewAnswer(ticket=request.ticket, about=about, tensors=dict(tensors))
            self._redis.publish(request.answer_to, framed(answer, picture))


class BenchStudio:
    """Previews, drawn at a bench."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    def at_once(self, model: str) -> int:
        return self._bench.at_once(model)

    def draw(self, requests: Sequence[PreviewRequest]) -> list[Drawn | Exception]:
        self._bench.take_cores()
        try:
            return again_if_memory_runs_out(self._bench, lambda: self._drawn(requests))
        except Exception as error:
            if len(requests) == 1 or not is_out_of_memory(error):
                raise
        return [self._alone(request) for request in requests]

    def _alone(self, request: PreviewRequest) -> Drawn | Exception:
        """One of those that there is not enough memory for together."""
        try:
            (drawn,) = again_if_memory_runs_out(self._bench, lambda: self._drawn([request]))
        except Exception as error:  # its owner is told
            return error
        return drawn

    def _drawn(self, requests: Sequence[PreviewRequest]) -> list[Drawn | Exception]:
        begun = [self._begin(request) for request in requests]
        ready = [each for each in begun if isinstance(each, Begun)]
        calls = [each.prepared.call() for each in ready]
        answers = iter(ready[0].prepared.editor.edit_together(calls) if ready else ())
        return [each if isinstance(each, Exception) else each.end(next(answers)) for each in begun]

    def _begin(self, request: PreviewRequest) -> "Begun | Exception":
        assert request.edit is not None
        clock = Clock()
        try:
            desk = Desk(self._bench.files, request.owner, request.given)
            task = Task(self._bench, desk, lambda step: None)
            return Begun(prepare(task, request.edit, clock), clock)
        except Exception as error:  # its owner is told
            return unless_out_of_memory(error)


def unless_out_of_memory(error: Exception) -> Exception:
    """An error that is told to who asked; lack of memory is raised, since it may be made."""
    if is_out_of_memory(error):
        raise error
    return error


@dataclass(frozen=True)
class Begun:
    """A preview that is to be drawn."""

    prepared: Prepared
    clock: Clock

    def end(self, edited: Edited | Exception) -> Drawn | Exception:
        """What is said of it, and its picture."""
        self.clock.lap("edit")
        if isinstance(edited, Exception):
            return unless_out_of_memory(edited)
        try:
            drawing = finish(self.prepared, edited)
        except Exception as error:  # its owner is told
            return unless_out_of_memory(error)
        about = DrawnPreview(
            media_type=drawing.file.media_type,
            changed_box=drawing.changed_box,
            timings_ms=self.clock.laps("write"),
        )
        return Drawn(about, drawing.file.data, self.prepared.task.desk.made.tensors)
