"""Editing sessions as the server keeps them: a name, a latent, an edit list and snapshots."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from contracts.base import FIRST_ERROR, IdText, Value
from contracts.edits import Edits, Others
from contracts.ids import new_id
from contracts.requests import EncodeResult, IngestResult

MAX_SNAPSHOTS = 50

SessionName = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]


class Snapshot(Value):
    """An edit list that a person wants to find again."""

    name: SessionName
    edits: Edits
    others: Others = ()
    saved_at: AwareDatetime


class SessionBody(Value):
    """What a client says of a session."""

    name: SessionName
    latent_id: IdText
    edits: Edits = ()
    others: Others = ()
    """Further parts of the same picture, each with its own edits."""
    snapshots: Annotated[tuple[Snapshot, ...], FIRST_ERROR, Field(max_length=MAX_SNAPSHOTS)] = ()
    cover_id: IdText | None = None
    """A picture to know it by; absent = what the model made of the crop."""


class SessionWrite(SessionBody):
    """A new session."""

    revision: None = None


class SessionChange(SessionBody):
    """A session that is written anew."""

    revision: Annotated[int, Field(ge=1)]
    """The one that was read. Another one in the store is a conflict."""


class SessionRecord(Value):
    """A session as it is kept, until its owner deletes it."""

    session_id: str
    revision: int
    created_at: AwareDatetime
    updated_at: AwareDatetime
    name: str
    latent_id: str
    edits: Edits
    others: Others = ()
    snapshots: tuple[Snapshot, ...]
    cover_id: str | None


def first_revision(wanted: SessionWrite) -> SessionRecord:
    """A new session, as it is kept."""
    begun_at = datetime.now(UTC)
    fields = dict(wanted) | {"revision": 1, "created_at": begun_at, "updated_at": begun_at}
    return SessionRecord(session_id=new_id("ses"), **fields)


class SessionInfo(SessionRecord):
    """A session as a client reads it: all that is needed to go on."""

    latent: EncodeResult
    other_latents: tuple[EncodeResult, ...] = ()
    """Of the other parts, in their order."""
    picture: IngestResult
    """The upright picture that the latent is a crop of."""


class SessionSummary(Value):
    """A session in the list."""

    session_id: str
    revision: int
    name: str
    updated_at: AwareDatetime
    latent_id: str
    model: str
    grid: tuple[int, int]
    cover_id: str
    num_edits: int


class SessionList(Value):
    """What an owner has, the latest first."""

    sessions: tuple[SessionSummary, ...]


class ImportRequest(Value):
    """Read an uploaded session file. Made by the server, never by a client."""

    upload_id: IdText


class ImportResult(Value):
    """The session that came out of a file."""

    session_id: str
