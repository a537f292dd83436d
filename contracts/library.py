"""What each owner has: pictures, latents, masks, sessions, lands, worlds, and the edits already
answered. Another's are not found.

Bytes are in the blob store, once; a record in the owner's own folder makes them visible to them.
"""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from contracts.base import Value
from contracts.blobs import BlobStore, Files
from contracts.edits import canonical_json
from contracts.errors import (
    UnknownImage,
    UnknownLand,
    UnknownLatent,
    UnknownMask,
    UnknownSession,
    UnknownWorld,
)
from contracts.faces import Quad
from contracts.ids import content_id, is_id
from contracts.lands import DrawResult, LandInfo, LandRequest
from contracts.masks import mask_id_of
from contracts.named import Named
from contracts.requests import EditResult, EncodeResult, Fit, Metrics
from contracts.sessions import SessionChange, SessionRecord, SessionWrite
from contracts.worlds import WorldChange, WorldRecord, WorldWrite

R = TypeVar("R", EditResult, DrawResult)

RENEW_S = 3600.0  # a record younger than this is not written again when it is asked for


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


class Answer(BaseModel):
    """What every kept answer has, whatever else is in it."""

    image_id: str


class Library:
    """Pictures, latents and answered edits by owner.

    Attributes:
        sessions, worlds: what owners keep by name.
    """

    def __init__(self, url: str) -> None:
        self._files = Files(url)
        self._blobs = BlobStore(self._files)
        self.sessions = Named[SessionRecord, SessionWrite, SessionChange](
            self._files, SessionRecord, "sessions", "ses", "session_id", UnknownSession
        )
        self.worlds = Named[WorldRecord, WorldWrite, WorldChange](
            self._files, WorldRecord, "worlds", "wld", "world_id", UnknownWorld
        )

    def add_image(
        self, owner: str, data: bytes, media_type: str, width: int, height: int
    ) -> ImageRecord:
        """Keep a picture. The same bytes give the same id."""
        return self._add_image(owner, self._blobs.put(data), media_type, width, height)

    def add_written_image(
        self, owner: str, write: Callable[[Path], None], media_type: str, width: int, height: int
    ) -> ImageRecord:
        """Keep a picture that is written to a file, larger than memory maybe.

        Args:
            write: may raise; nothing is kept then.
        """
        return self._add_image(owner, self._blobs.put_written(write), media_type, width, height)

    def _add_image(
        self, owner: str, blob_id: str, media_type: str, width: int, height: int
    ) -> ImageRecord:
        record = ImageRecord(
            image_id=content_id("img", owner, blob_id),
            blob_id=blob_id,
            media_type=media_type,
            width=width,
            height=height,
        )
        self._write(owner, "images", record.image_id, record)
        return record

    def image(self, owner: str, image_id: str) -> ImageRecord:
        """An owner's picture.

        Raises:
            UnknownImage: there is none, or it is another's.
        """
        text = self._read(owner, "images", image_id) if is_id("img", image_id) else None
        if text is None:
            raise UnknownImage("there is no such image: upload it again")
        return ImageRecord.model_validate_json(text)

    def has_image(self, owner: str, image_id: str) -> bool:
        """Whether an owner's picture is still kept."""
        return is_id("img", image_id) and self._read(owner, "images", image_id) is not None

    def image_bytes(self, record: ImageRecord) -> bytes:
        """The file of a picture.

        Raises:
            UnknownImage: it was a preview, or was nobody asked for it for long, and is gone.
        """
        if record.blob_id is None:
            data = self._files.read(f"previews/{record.image_id}")
        else:
            data = self._blobs.find(record.blob_id)
        if data is None:
            raise UnknownImage("this image is no longer kept")
        return data

    def image_size(self, record: ImageRecord) -> int:
        """How many bytes the file of a picture has; of a preview, 0: it is small.

        Raises:
            UnknownImage: it is no longer there.
        """
        size = 0 if record.blob_id is None else self._blobs.size(record.blob_id)
        if size is None:
            raise UnknownImage("this image is no longer kept")
        return size

    def image_chunks(self, record: ImageRecord) -> Iterator[bytes]:
        """The file of a picture that is no preview, piece by piece."""
        assert record.blob_id is not None
        return self._blobs.chunks(record.blob_id)

    def add_preview(
        self, owner: str, data: bytes, media_type: str, width: int, height: int
    ) -> ImageRecord:
        """Keep a picture that is dropped again soon."""
        image_id = content_id("img", owner, secrets.token_hex(16))
        record = ImageRecord(
            image_id=image_id, blob_id=None, media_type=media_type, width=width, height=height
        )
        self._files.write(f"previews/{image_id}", data)
        self._write(owner, "images", image_id, record)
        return record

    def drop_preview(self, owner: str, image_id: str) -> None:
        """Forget a preview."""
        self._files.remove(place(owner, "images", image_id))
        self._files.remove(f"previews/{image_id}")

    def add_latent(
        self,
        owner: str,
        tensor: bytes,
        *,
        model: str,
        model_version: str,
        space: str,
        grid: tuple[int, int],
        image_id: str,
        reconstruction_id: str,
        crop: tuple[int, int, int, int],
        quad: Quad | None = None,
        metrics: Metrics,
        timings_ms: dict[str, float],
        readings: dict[str, float] | None = None,
        fit: Fit | None = None,
        twin_id: str | None = None,
    ) -> LatentRecord:
        """Keep a latent. The same tensor of the same crop of a picture is the same latent."""
        blob_id = self._blobs.put(tensor)
        part = str(crop) if quad is None else str(quad)
        latent_id = content_id("lat", owner, blob_id, model, model_version, image_id, part)
        record = LatentRecord(
            latent_id=latent_id,
            blob_id=blob_id,
            model=model,
            model_version=model_version,
            space=space,
            grid=grid,
            image_id=image_id,
            reconstruction_id=reconstruction_id,
            crop=crop,
            quad=quad,
            metrics=metrics,
            timings_ms=timings_ms,
            readings=readings or {},
            fit=fit,
            twin_id=twin_id,
        )
        self._write(owner, "latents", latent_id, record)
        return record

    def latent(self, owner: str, latent_id: str) -> LatentRecord:
        """An owner's latent.

        Raises:
            UnknownLatent: there is none, or it is another's.
        """
        text = self._read(owner, "latents", latent_id) if is_id("lat", latent_id) else None
        if text is None:
            raise UnknownLatent("there is no such latent: encode the picture again")
        return LatentRecord.model_validate_json(text)

    def tensor(self, record: LatentRecord) -> bytes:
        """The safetensors of a latent.

        Raises:
            UnknownLatent: they were removed from the store by hand.
        """
        data = self._blobs.find(record.blob_id)
        if data is None:
            raise UnknownLatent("this latent is no longer kept: encode the picture again")
        return data

    def replace_tensor(self, owner: str, record: LatentRecord, tensor: bytes) -> None:
        """Keep another tensor of a latent, which stays the same one to whoever has its id."""
        changed = record.model_copy(update={"blob_id": self._blobs.put(tensor)})
        self._write(owner, "latents", record.latent_id, changed)

    def add_mask(self, owner: str, png: bytes) -> MaskRecord:
        """Keep a mask. The same bytes have the same id, and are young again."""
        record = MaskRecord(mask_id=mask_id_of(png), blob_id=self._blobs.put(png))
        self._write(owner, "masks", record.mask_id, record)
        return record

    def mask(self, owner: str, mask_id: str) -> MaskRecord:
        """An owner's mask.

        Raises:
            UnknownMask: there is none, or it is another's.
        """
        text = self._read(owner, "masks", mask_id) if is_id("msk", mask_id) else None
        if text is None:
            raise UnknownMask("there is no such mask: send it again")
        return MaskRecord.model_validate_json(text)

    def mask_png(self, record: MaskRecord) -> bytes:
        """The file of a mask.

        Raises:
            UnknownMask: it was removed from the store by hand.
        """
        data = self._blobs.find(record.blob_id)
        if data is None:
            raise UnknownMask("this mask is no longer kept: send it again")
        return data

    def num_masks(self, owner: str) -> int:
        """How many masks an owner has."""
        return self._files.count(f"records/{owner}/masks")

    def add_land(self, owner: str, wanted: LandRequest, seed: int, version: str) -> LandInfo:
        """Keep a land of a model's version. The same land is the same id."""
        fields = wanted.model_dump(mode="json") | {"seed": seed, "model_version": version}
        land_id = content_id("lnd", owner, canonical_json(fields))
        land = LandInfo.model_validate(fields | {"land_id": land_id})
        self._write(owner, "lands", land_id, land)
        return land

    def land(self, owner: str, land_id: str) -> LandInfo:
        """An owner's land.

        Raises:
            UnknownLand: there is none, or it is another's.
        """
        text = self._read(owner, "lands", land_id) if is_id("lnd", land_id) else None
        if text is None:
            raise UnknownLand("there is no such land: make it again")
        return LandInfo.model_validate_json(text)

    def remember_drawn(self, owner: str, key: str, result: DrawResult) -> None:
        """Keep a drawn box of a land under its key (`DrawRequest.key`)."""
        self._write(owner, "edits", key, result)

    def already_drawn(self, owner: str, key: str) -> DrawResult | None:
        """A box of a land, if it has been drawn before and its picture is still kept."""
        return self._answered(owner, key, DrawResult)

    def remember_edit(self, owner: str, key: str, result: EditResult) -> None:
        """Keep the answer to an edit under its key (`EditRequest.key`)."""
        self._write(owner, "edits", key, result)

    def answered_edit(self, owner: str, key: str) -> EditResult | None:
        """The answer to an edit, if it has been given before and its picture is still kept."""
        return self._answered(owner, key, EditResult)

    def put_upload(self, upload_id: str, data: bytes) -> None:
        """Keep an upload until a worker has decoded it."""
        self._files.write(f"uploads/{upload_id}", data)

    def upload(self, upload_id: str) -> bytes | None:
        """An upload that has not been decoded yet."""
        return self._files.read(f"uploads/{upload_id}")

    def drop_upload(self, upload_id: str) -> None:
        """Forget an upload, with all that it says about its maker."""
        self._files.remove(f"uploads/{upload_id}")

    def _write(self, owner: str, kind: str, name: str, record: Value) -> None:
        self._files.write(place(owner, kind, name), record.model_dump_json().encode())

    def _answered(self, owner: str, key: str, kind: type[R]) -> R | None:
        text = self._read(owner, "edits", key)
        result = None if text is None else kind.model_validate_json(text)
        if result is None or self._read(owner, "images", result.image_id) is None:
            return None
        return result

    def _read(self, owner: str, kind: str, name: str) -> bytes | None:
        """A record; asking for it makes it young again, so that it is kept (`retention.py`)."""
        text = self._files.read(place(owner, kind, name))
        if text is not None and self._files.age_s(place(owner, kind, name)) > RENEW_S:
            self._files.write(place(owner, kind, name), text)
        return text


def place(owner: str, kind: str, name: str) -> str:
    """Where an owner's record is: kind is images, latents, masks, lands, sessions, worlds or
    edits (answers)."""
    return f"records/{owner}/{kind}/{name}.json"
