"""What is kept of an owner's pictures, latents and masks: values, of which a job is given those
that it needs, and makes new ones. Bytes lie in the blob store (`blobs.py`), by their sha256.

Workers keep no records: what a job has made is its owner's once a server has taken it in.
"""

from typing import Any

from contracts.base import Value
from contracts.faces import Quad
from contracts.requests import EncodeResult, Fit, Metrics
from contracts.sessions import SessionRecord


class ImageRecord(Value):
    """A picture."""

    image_id: str
    blob_id: str | None
    """None for a preview, whose bytes are its own and go with it."""
    media_type: str
    width: int
    height: int


class LatentRecord(Value):
    """A latent, how it was made and how good it is."""

    latent_id: str
    blob_id: str
    model: str
    model_version: str
    space: str
    grid: tuple[int, int]
    image_id: str
    """The upright upload, or the generated picture."""
    reconstruction_id: str
    crop: tuple[int, int, int, int]
    quad: Quad | None = None
    metrics: Metrics
    timings_ms: dict[str, float]
    readings: dict[str, float] = {}
    fit: Fit | None = None
    twin_id: str | None = None

    def as_result(self) -> EncodeResult:
        """What a client sees of it."""
        return EncodeResult.model_validate(self.model_dump(include=set(EncodeResult.model_fields)))


class MaskRecord(Value):
    """A mask, as a PNG."""

    mask_id: str
    blob_id: str


class Given(Value):
    """The records that a job's request names, by their ids."""

    images: dict[str, ImageRecord] = {}
    latents: dict[str, LatentRecord] = {}
    masks: dict[str, MaskRecord] = {}


class Answered(Value):
    """The result of a request that need not be asked twice.

    Attributes:
        key: of the request and of what drew it.
        result: of an edit, or of a drawn box.
    """

    key: str
    result: dict[str, Any]


class Made(Value):
    """What a job has made.

    Attributes:
        tensors: blobs of latents that are the same to whoever has their ids, completed.
    """

    images: tuple[ImageRecord, ...] = ()
    latents: tuple[LatentRecord, ...] = ()
    masks: tuple[MaskRecord, ...] = ()
    sessions: tuple[SessionRecord, ...] = ()
    tensors: dict[str, str] = {}
    answer: Answered | None = None
