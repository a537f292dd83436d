"""What is said on `/live`: edits as they are painted, and their pictures.

A client sends requests as text. Of those that wait, only the newest is answered. An answer is one
binary frame (`frames.py`), the picture behind its description; an error is text.
"""

from typing import Annotated

from pydantic import BaseModel, Field

from contracts.base import Value
from contracts.jobs import JobError
from contracts.requests import EditRequest

Sequence = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""Chosen by the client, larger every time; as far as JavaScript counts exactly."""


class Numbered(BaseModel):
    """What every request has, whatever else is in it."""

    seq: Sequence


class LiveRequest(Value):
    """A picture wanted now."""

    seq: Sequence
    edit: EditRequest


class LiveAnswer(Value):
    """What stands before the picture in its frame."""

    seq: Sequence
    media_type: str
    image_id: str | None
    """As `GET /images/{image_id}` has it; null for a preview, which is not kept."""
    changed_box: tuple[int, int, int, int] | None
    cached: bool
    timings_ms: dict[str, float]


class LiveProblem(Value):
    """Why there is no picture."""

    seq: Sequence | None
    """Null when the request could not be read."""
    error: JobError
