"""Every error a client can meet. `code` is stable and never reused; messages say what to do.

EditorError
├─ InvalidRequest      invalid_request      a field is missing, unknown or out of range
├─ InvalidEdit         invalid_edit         well-formed, but this model cannot do it
├─ InvalidImage        invalid_image        not a picture, truncated, or of an unknown kind
├─ TooLarge            too_large            more bytes, pixels or edits than the settings allow
├─ Unauthorized        unauthorized         no key, or not one of ours
├─ Forbidden           forbidden            another site's page, or a host name that is not ours
├─ NotFound            not_found            no such address
│  ├─ UnknownImage     unknown_image        no such image, or not yours
│  ├─ UnknownLatent    unknown_latent       no such latent, or not yours
│  ├─ UnknownLand      unknown_land         no such land, or not yours
│  ├─ UnknownMask      unknown_mask         no such mask, or not yours; send it again
│  ├─ UnknownSession   unknown_session      no such session, or not yours
│  ├─ UnknownWorld     unknown_world        no such world, or not yours
│  ├─ UnknownJob       unknown_job          no such job, not yours, or forgotten
│  ├─ UnknownModel     unknown_model        not in `GET /models`
│  ├─ UnknownKit       unknown_kit          not in `GET /kits`
│  └─ UnknownAttribute unknown_attribute    the model has no such attribute
├─ StaleLatent         stale_latent         made by another version of the model; encode again
├─ ReadOnlyModel       read_only_model      it came with Latentbrush, or its folder is not writable
├─ SessionConflict     session_conflict     it was changed elsewhere since it was read
├─ InvalidSession      invalid_session      not a session file, damaged, or of another version
├─ InvalidWorld        invalid_world        not a world's file, damaged, or of another version
├─ MethodNotAllowed    method_not_allowed   the address exists, the method does not
├─ QueueFull           queue_full           too many jobs are waiting; try again later
├─ JobCanceled         job_canceled         a client canceled it; answers no call
├─ JobTimeout          job_timeout          it ran longer than the settings allow
├─ WorkerLost          worker_lost          its worker died several times
├─ ModelUnavailable    model_unavailable    the weights cannot be loaded, or memory ran out
├─ DownloadFailed      download_failed      a file cannot be fetched, or is another one
├─ NoRoom              no_room              the disk has no room for it
├─ Busy                unavailable          no worker or queue answered in time; try again
└─ InternalError       internal_error       a bug of ours; the log has the details
"""

import errno
from typing import ClassVar

NO_ROOM = "the disk is full: nothing of this was kept"


def is_no_room(error: Exception) -> bool:
    """Whether the system says that a disk is full, or a quota used up."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


class EditorError(Exception):
    """An error with a stable code and a message that is safe to show: no path, no secret."""

    code: ClassVar[str] = "internal_error"
    retry_after_s: int | None = None
    """When it is worth trying again, where that is known."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidRequest(EditorError):
    code = "invalid_request"


class InvalidEdit(EditorError):
    code = "invalid_edit"


class InvalidImage(EditorError):
    code = "invalid_image"


class TooLarge(EditorError):
    code = "too_large"


class Unauthorized(EditorError):
    code = "unauthorized"


class Forbidden(EditorError):
    code = "forbidden"


class NotFound(EditorError):
    code = "not_found"


class UnknownImage(NotFound):
    code = "unknown_image"


class UnknownLatent(NotFound):
    code = "unknown_latent"


class UnknownLand(NotFound):
    code = "unknown_land"


class UnknownMask(NotFound):
    code = "unknown_mask"


class UnknownSession(NotFound):
    code = "unknown_session"


class UnknownJob(NotFound):
    code = "unknown_job"


class UnknownModel(NotFound):
    code = "unknown_model"


class UnknownAttribute(NotFound):
    code = "unknown_attribute"


class UnknownKit(NotFound):
    code = "unknown_kit"


class StaleLatent(EditorError):
    code = "stale_latent"


class ReadOnlyModel(EditorError):
    code = "read_only_model"


class SessionConflict(EditorError):
    code = "session_conflict"


class InvalidSession(EditorError):
    code = "invalid_session"


class UnknownWorld(NotFound):
    code = "unknown_world"


class InvalidWorld(EditorError):
    code = "invalid_world"


class MethodNotAllowed(EditorError):
    code = "method_not_allowed"


class QueueFull(EditorError):
    code = "queue_full"

    def __init__(self, message: str, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class JobCanceled(EditorError):
    code = "job_canceled"


class JobTimeout(EditorError):
    code = "job_timeout"


class WorkerLost(EditorError):
    code = "worker_lost"


class ModelUnavailable(EditorError):
    code = "model_unavailable"


class DownloadFailed(EditorError):
    code = "download_failed"


class NoRoom(EditorError):
    code = "no_room"


class Busy(EditorError):
    code = "unavailable"


class InternalError(EditorError):
    code = "internal_error"


class StartError(Exception):
    """Why a process of ours cannot start, in one line that says what to do."""


def _tree(root: type[EditorError]) -> dict[str, type[EditorError]]:
    found = {root.code: root}
    for child in root.__subclasses__():
        found.update(_tree(child))
    return found


ERRORS_BY_CODE: dict[str, type[EditorError]] = _tree(EditorError)
"""Every code and its error: how a job's `{code, message}` becomes an exception again."""
