"""A job: its public face, its record (the truth), and the pure transitions between its states.

RQ only carries job ids from the server to a worker. What a job is, who owns it and how far it has
come is the `JobRecord`, kept by `job_store.py`.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime

from contracts.base import Value
from contracts.errors import EditorError
from contracts.faces import FacesRequest, FacesResult
from contracts.lands import DrawRequest, DrawResult
from contracts.records import Given, Made
from contracts.requests import (
    AdoptRequest,
    AdoptResult,
    EditRequest,
    EditResult,
    EncodeRequest,
    EncodeResult,
    GenerateRequest,
    GenerateResult,
    HeatMapRequest,
    HeatMapResult,
    IngestRequest,
    IngestResult,
    StripRequest,
    StripResult,
)
from contracts.sessions import ImportRequest, ImportResult

Request = (
    IngestRequest
    | EncodeRequest
    | EditRequest
    | GenerateRequest
    | HeatMapRequest
    | DrawRequest
    | ImportRequest
    | FacesRequest
    | AdoptRequest
    | StripRequest
)
Result = (
    IngestResult
    | EncodeResult
    | EditResult
    | GenerateResult
    | HeatMapResult
    | DrawResult
    | ImportResult
    | FacesResult
    | AdoptResult
    | StripResult
)

INTERACTIVE = "interactive"
BATCH = "batch"
QUEUES = (INTERACTIVE, BATCH)
"""Those that a worker is for."""
TILES = "tiles"
"""Pieces of land and strips, which every worker draws: one for brushes before batch work, others
after it."""
ALL_QUEUES = (INTERACTIVE, TILES, BATCH)

JOB_FUNCTION = "worker.jobs.run"
"""What RQ calls, by name, with a job id."""


NOTHING_GIVEN = Given()


class JobKind(StrEnum):
    """What is to be done."""

    INGEST = "ingest"
    ENCODE = "encode"
    EDIT = "edit"
    GENERATE = "generate"
    HEAT_MAP = "heat_map"
    DRAW = "draw"
    IMPORT = "import"
    FACES = "faces"
    ADOPT = "adopt"
    STRIP = "strip"


REQUEST_OF_KIND: dict[JobKind, type[Request]] = {
    JobKind.INGEST: IngestRequest,
    JobKind.ENCODE: EncodeRequest,
    JobKind.EDIT: EditRequest,
    JobKind.GENERATE: GenerateRequest,
    JobKind.HEAT_MAP: HeatMapRequest,
    JobKind.DRAW: DrawRequest,
    JobKind.IMPORT: ImportRequest,
    JobKind.FACES: FacesRequest,
    JobKind.ADOPT: AdoptRequest,
    JobKind.STRIP: StripRequest,
}


class JobStatus(StrEnum):
    """queued → running → succeeded | failed | canceled."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def is_final(self) -> bool:
        """Whether nothing will happen to the job any more."""
        return self not in (JobStatus.QUEUED, JobStatus.RUNNING)


class Progress(Value):
    """How far a job is. `steps` is 0 until it is known."""

    step: int = 0
    steps: int = 0
    message: str = ""


class JobError(Value):
    """Why a job failed: a code of `errors.py` and a sentence for people."""

    code: str
    message: str


class Job(Value):
    """What a client sees of a job."""

    job_id: str
    kind: JobKind
    status: JobStatus
    progress: Progress
    result: dict[str, Any] | None
    error: JobError | None
    created_at: AwareDatetime
    started_at: AwareDatetime | None
    finished_at: AwareDatetime | None


class Preview(Value):
    """What a job has so far: the picture, and a map of where it is still off."""

    image_id: str
    error_id: str | None = None


class JobRecord(Job):
    """A job as it is kept: the public face plus what the server and the workers need."""

    owner: str
    queue: str
    request: dict[str, Any]
    """Empty once the job has ended."""
    given: Given | None = None
    """The records that the request names; None of a job that was made by a release before, or has
    ended."""
    made: Made | None = None
    """What it has made that is not its owner's yet."""
    attempt: int = 0
    """How often a worker has begun it."""
    worker: str | None = None
    preview: Preview | None = None

    def public(self) -> Job:
        """The part a client may see."""
        return Job.model_validate(self.model_dump(include=set(Job.model_fields)))

    def parsed_request(self) -> Request:
        """The request, as a value, of a job that has not ended."""
        return REQUEST_OF_KIND[self.kind].model_validate(self.request)


def now() -> datetime:
    """The time, with its zone."""
    return datetime.now(UTC)


def new_record(
    job_id: str,
    owner: str,
    kind: JobKind,
    queue: str,
    request: Request,
    given: Given = NOTHING_GIVEN,
) -> JobRecord:
    """A queued job."""
    return JobRecord(
        job_id=job_id,
        kind=kind,
        status=JobStatus.QUEUED,
        progress=Progress(),
        result=None,
        error=None,
        created_at=now(),
        started_at=None,
        finished_at=None,
        owner=owner,
        queue=queue,
        request=request.model_dump(mode="json"),
        given=given,
    )


def begun(record: JobRecord, worker: str) -> JobRecord:
    """The job, taken up by a worker."""
    return record.model_copy(
        update={
            "status": JobStatus.RUNNING,
            "started_at": now(),
            "worker": worker,
            "attempt": record.attempt + 1,
            "progress": Progress(message="starting"),
        }
    )


def requeued(record: JobRecord) -> JobRecord:
    """The job, waiting once more after its worker died."""
    return record.model_copy(
        update={
            "status": JobStatus.QUEUED,
            "worker": None,
            "preview": None,
            "progress": Progress(message="waiting again"),
        }
    )


def handed_back(record: JobRecord) -> JobRecord:
    """The job, put down by a worker that stops, or cannot reach what it needs; this beginning does
    not count."""
    return record.model_copy(
        update={
            "status": JobStatus.QUEUED,
            "worker": None,
            "attempt": record.attempt - 1,
            "preview": None,
            "progress": Progress(message="waiting again"),
        }
    )


def left_to_batch(record: JobRecord) -> JobRecord:
    """The job, put down by a worker that brushes wait for: it takes long."""
    put_down = handed_back(record)
    waits = Progress(message="waiting: it is too large to be drawn at once")
    return put_down.model_copy(update={"queue": BATCH, "progress": waits})


def succeeded(record: JobRecord, result: dict[str, Any], made: Made | None = None) -> JobRecord:
    """The job, done."""
    ended = _ended(record, JobStatus.SUCCEEDED)
    left = None if made is None or made == Made() else made
    return ended.model_copy(update={"result": result, "made": left})


def settled(record: JobRecord) -> JobRecord:
    """The job, of which all that it made is its owner's."""
    return record.model_copy(update={"made": None})


def unended(record: JobRecord) -> JobRecord:
    """The job as whoever waits is told of it while what it made cannot be kept."""
    update = {"status": JobStatus.RUNNING, "result": None, "finished_at": None}
    return record.model_copy(update=update)


def failed(record: JobRecord, error: EditorError) -> JobRecord:
    """The job, failed."""
    job_error = JobError(code=error.code, message=error.message)
    return _ended(record, JobStatus.FAILED).model_copy(update={"error": job_error})


def canceled(record: JobRecord) -> JobRecord:
    """The job, canceled by a client."""
    return _ended(record, JobStatus.CANCELED)


def _ended(record: JobRecord, status: JobStatus) -> JobRecord:
    over: dict[str, object] = {"request": {}, "given": None, "preview": None}  # masks are large
    return record.model_copy(update={"status": status, "finished_at": now(), **over})
