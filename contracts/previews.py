"""What servers and workers say to each other of previews.

It is published, so it goes through the broker's memory alone: no record, no log, no file. The
server publishes a `PreviewRequest` on the channel of one worker, which publishes a frame
(`frames.py`) on the channel of that server: a `PreviewAnswer`, and the picture.
"""

from contracts.base import Value
from contracts.jobs import JobError
from contracts.records import Given
from contracts.requests import EditRequest

WORKER_CHANNEL = "lb:previews:worker:"
SERVER_CHANNEL = "lb:previews:server:"


class PreviewRequest(Value):
    """A preview wanted now."""

    ticket: int
    """Which answer is this one's, among those to the same channel."""
    slot: str
    """A socket: of the requests in one slot that wait, the newest is drawn."""
    answer_to: str
    """The channel of the server that asks."""
    owner: str
    model: str
    """What draws it: previews by one model are drawn together."""
    edit: EditRequest | None
    """Null: whoever has that slot wants nothing any more."""
    given: Given = Given()
    """The records that the edit names."""


class DrawnPreview(Value):
    """What stands before the picture of a preview."""

    media_type: str
    changed_box: tuple[int, int, int, int] | None
    timings_ms: dict[str, float]


class PreviewAnswer(Value):
    """A preview, or why there is none."""

    ticket: int
    about: DrawnPreview | JobError
    tensors: dict[str, str] = {}
    """Blobs of latents that were completed on the way (`records.Made`)."""
