"""The function that RQ calls, by name: the one edge between the queue and the work.

Here a job is begun, reported on and ended, and here, once, errors are translated. Whatever else
happens to this process (it is killed, the machine stops), the job's record still says `running` by
a worker that is no longer alive, and the server's sweeper puts it back into its queue.
"""

import logging
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from rq.timeouts import JobTimeoutException

from contracts.errors import (
    NO_ROOM,
    Busy,
    EditorError,
    InternalError,
    InvalidEdit,
    InvalidRequest,
    JobCanceled,
    JobTimeout,
    ModelUnavailable,
    NoRoom,
    UnknownAttribute,
    is_no_room,
)
from contracts.jobs import (
    INTERACTIVE,
    NOTHING_GIVEN,
    JobKind,
    JobRecord,
    JobStatus,
    Preview,
    Progress,
    Result,
    begun,
    failed,
    handed_back,
    left_to_batch,
    succeeded,
)
from models.errors import AttributeUnknown, ModelError
from models.step import Step
from service.blobs import preview_place
from worker.desk import Desk, write_preview
from worker.encode import write_pixels
from worker.ports import Pixels
from worker.task import ForBatch, Task
from worker.tasks import perform, tidy
from worker.workbench import Workbench

log = logging.getLogger(__name__)

Done = TypeVar("Done")

REPORT_INTERVAL_S = 0.1  # between two looks at the record: a cancel is seen within this and a step
AWAY_S = 2.0  # between two tries while what a job needs cannot be reached

PREVIEW_QUALITY = 85
KEPT_PREVIEWS = 6  # of a job, maps included: whoever fetches one late still finds it

_benches: list[Workbench] = []


class HandBack(Exception):
    """This worker is stopping: another shall do the job."""


def use(bench: Workbench) -> None:
    """Say which bench this process works at, before the first job."""
    _benches[:] = [bench]


def run(job_id: str) -> None:
    """Do a job, if it is still to be done."""
    bench = _benches[0]
    record = bench.store.change(job_id, lambda r: begun(r, bench.name) if is_ready(r) else None)
    if record is None:
        return  # canceled, already taken by another, or to be sent again with what it needs
    bench.take_cores()
    reporter, is_urgent = Reporter(bench, record), record.queue == INTERACTIVE

    def work() -> tuple[Desk, Result]:
        desk = Desk(bench.files, record.owner, record.given or NOTHING_GIVEN)
        return desk, perform(Task(bench, desk, reporter.report, is_urgent), record)

    try:
        with bench.watched(record):
            desk, done = again_if_memory_runs_out(bench, work)
        result = done.model_dump(mode="json")
    except HandBack:
        reporter.change(handed_back)
        return
    except ForBatch:
        reporter.change(left_to_batch)
        return
    except Busy as error:  # the store is away: begun again when it may be back
        log.error("job %s has to wait: %s", job_id, error.message)
        reporter.change(handed_back)
        time.sleep(AWAY_S)
        return
    except JobCanceled:
        pass  # its record says so already
    except Exception as error:
        known = translated(error, record.kind)
        reporter.change(lambda r: failed(r, known))
    else:
        reporter.change(lambda r: succeeded(r, result, desk.made))
    finally:
        reporter.drop_previews()
    with suppress(Busy):  # the server removes what is left
        tidy(Desk(bench.files, record.owner), record)


def is_ready(record: JobRecord) -> bool:
    """Whether a job waits for a worker, with the records that it needs."""
    return record.status == JobStatus.QUEUED and record.given is not None


class Reporter:
    """Tells how far a job is, and stops it when it is no longer wanted here."""

    def __init__(self, bench: Workbench, record: JobRecord) -> None:
        self._bench = bench
        self._record = record
        self._next_report_s = 0.0
        self._next_preview_s = 0.0
        self._previews: deque[str] = deque()

    def change(self, transition: Callable[[JobRecord], JobRecord]) -> bool:
        """Change the record, unless the job was canceled or given to another worker."""
        mine = (self._record.worker, self._record.attempt)

        def mine_only(record: JobRecord) -> JobRecord | None:
            if record.status != JobStatus.RUNNING or (record.worker, record.attempt) != mine:
                return None
            return transition(record)

        return self._bench.store.change(self._record.job_id, mine_only) is not None

    def report(self, step: Step) -> None:
        """Publish a step.

        Raises:
            JobCanceled: nobody wants the result any more.
            HandBack: this process is to end.
        """
        if self._bench.is_stopping():
            raise HandBack
        self._bench.take_cores()
        clock_s = time.monotonic()
        shown = step.preview if clock_s >= self._next_preview_s else None
        if clock_s < self._next_report_s and step.step < step.steps and shown is None:
            return
        self._next_report_s = clock_s + REPORT_INTERVAL_S
        update: dict[str, object] = {
            "progress": Progress(step=step.step, steps=step.steps, message=step.message)
        }
        if shown is not None:
            self._next_preview_s = clock_s + self._bench.settings.preview_interval_s
            with suppress(Busy):  # the work goes on unseen
                error_id = None if step.error is None else self._keep_preview(step.error)
                update["preview"] = Preview(image_id=self._keep_preview(shown), error_id=error_id)
        if not self.change(lambda r: r.model_copy(update=update)):
            raise JobCanceled("the job was canceled")

    def drop_previews(self) -> None:
        """Forget the previews: the job has ended here."""
        while self._previews:
            self._drop(self._previews.popleft())

    def _keep_preview(self, preview: Pixels) -> str:
        data = write_pixels(preview, "jpeg", PREVIEW_QUALITY)
        image_id = write_preview(self._bench.files, self._record.owner, data)
        self._previews.append(image_id)
        if len(self._previews) > KEPT_PREVIEWS:
            self._drop(self._previews.popleft())
        return image_id

    def _drop(self, image_id: str) -> None:
        with suppress(Busy):  # the server removes what is left
            self._bench.files.remove(preview_place(self._record.owner, image_id))


def again_if_memory_runs_out(bench: Workbench, work: Callable[[], Done]) -> Done:
    """Work; when memory runs out, once more with nothing else in it."""
    try:
        return work()
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        log.warning("out of memory: loaded models are dropped, the work is tried again")
    bench.free_memory()  # here, because the error's traceback held on to tensors
    return work()


def is_out_of_memory(error: Exception) -> bool:
    """Whether memory ran out, of this machine or of torch's device."""
    return isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"


def translated(error: Exception, kind: JobKind) -> EditorError:
    """An error as the client may see it; what we did not foresee goes to the log in full."""
    match error:
        case EditorError():
            return error
        case AttributeUnknown():
            return UnknownAttribute(str(error))
        case ModelError():
            return (InvalidEdit if kind == JobKind.EDIT else InvalidRequest)(str(error))
        case JobTimeoutException():
            return JobTimeout("the job took too long: ask for fewer steps or a smaller picture")
    if is_no_room(error):
        log.error("the disk is full: %s", error)
        return NoRoom(NO_ROOM)
    if is_out_of_memory(error):
        log.error("out of memory, twice", exc_info=error)
        return ModelUnavailable("memory ran out: ask for a smaller picture")
    log.error("a job failed unexpectedly", exc_info=error)
    return InternalError("something went wrong on our side; the server's log has the details")
