"""What a job was given, and what it makes: records are values, bytes go to the blob store.

Nothing here is anybody's yet: a server takes in what was made when the job has ended well.
"""

import secrets
from collections.abc import Callable
from pathlib import Path

from contracts.errors import UnknownImage, UnknownLatent, UnknownMask
from contracts.faces import Quad
from contracts.ids import content_id
from contracts.jobs import NOTHING_GIVEN
from contracts.lands import DrawResult
from contracts.masks import mask_id_of
from contracts.records import Answered, Given, ImageRecord, LatentRecord, Made, MaskRecord
from contracts.requests import EditResult, Fit, Metrics
from contracts.sessions import SessionRecord
from service.blobs import BlobStore, preview_place, upload_place
from service.files import Files


class Desk:
    """Where one job is done.

    Attributes:
        made: what is to be kept, so far.
    """

    def __init__(self, files: Files, owner: str, given: Given = NOTHING_GIVEN) -> None:
        self.owner = owner
        self.made = Made()
        self._given = given
        self._files = files
        self._blobs = BlobStore(files)

    def upload(self, upload_id: str) -> bytes | None:
        """An upload, if it is still there."""
        return self._files.read(upload_place(upload_id))

    def drop_upload(self, upload_id: str) -> None:
        """Forget an upload, with all that it says about its maker."""
        self._files.remove(upload_place(upload_id))

    def image(self, image_id: str) -> ImageRecord:
        """A picture that the job was given.

        Raises:
            UnknownImage: it was not.
        """
        if image_id not in self._given.images:
            raise UnknownImage("there is no such image: upload it again")
        return self._given.images[image_id]

    def image_bytes(self, record: ImageRecord) -> bytes:
        """The file of a picture.

        Raises:
            UnknownImage: it is gone.
        """
        data = None if record.blob_id is None else self._blobs.find(record.blob_id)
        if data is None:
            raise UnknownImage("this image is no longer kept")
        return data

    def latent(self, latent_id: str) -> LatentRecord:
        """A latent that the job was given.

        Raises:
            UnknownLatent: it was not.
        """
        if latent_id not in self._given.latents:
            raise UnknownLatent("there is no such latent: encode the picture again")
        return self._given.latents[latent_id]

    def tensor(self, record: LatentRecord) -> bytes:
        """The safetensors of a latent.

        Raises:
            UnknownLatent: they are gone.
        """
        data = self._blobs.find(self.made.tensors.get(record.latent_id, record.blob_id))
        if data is None:
            raise UnknownLatent("this latent is no longer kept: encode the picture again")
        return data

    def mask_png(self, mask_id: str) -> bytes:
        """The file of a mask that the job was given.

        Raises:
            UnknownMask: it was not, or is gone.
        """
        record = self._given.masks.get(mask_id)
        data = None if record is None else self._blobs.find(record.blob_id)
        if data is None:
            raise UnknownMask("there is no such mask: send it again")
        return data

    def add_image(self, data: bytes, media_type: str, width: int, height: int) -> ImageRecord:
        """Make a picture. The same bytes give the same id."""
        return self._add_image(self._blobs.put(data), media_type, width, height)

    def add_written_image(
        self, write: Callable[[Path], None], media_type: str, width: int, height: int
    ) -> ImageRecord:
        """Make a picture that is written to a file, larger than memory maybe.

        Args:
            write: may raise; nothing is kept then.
        """
        return self._add_image(self._blobs.put_written(write), media_type, width, height)

    def add_preview(self, data: bytes, media_type: str, width: int, height: int) -> ImageRecord:
        """Make a picture that is dropped again soon."""
        image_id = write_preview(self._files, self.owner, data)
        record = ImageRecord(
            image_id=image_id, blob_id=None, media_type=media_type, width=width, height=height
        )
        return self._with_image(record)

    def add_latent(
        self,
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
        """Make a latent. The same tensor of the same crop of a picture is the same latent."""
        blob_id = self._blobs.put(tensor)
        part = str(crop) if quad is None else str(quad)
        parts = (self.owner, blob_id, model, model_version, image_id, part)
        record = LatentRecord(
            latent_id=content_id("lat", *parts),
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
        self._add(latents=(*self.made.latents, record))
        return record

    def complete(self, record: LatentRecord, tensor: bytes) -> None:
        """Make another tensor of a latent, which stays the same one to whoever has its id."""
        blob_id = self._blobs.put(tensor)
        self._add(tensors=self.made.tensors | {record.latent_id: blob_id})

    def add_mask(self, png: bytes) -> None:
        """Make a mask."""
        record = MaskRecord(mask_id=mask_id_of(png), blob_id=self._blobs.put(png))
        self._add(masks=(*self.made.masks, record))

    def add_session(self, record: SessionRecord) -> None:
        """Make a session."""
        self._add(sessions=(*self.made.sessions, record))

    def answer(self, key: str, result: EditResult | DrawResult) -> None:
        """Say that the job's request need not be done again."""
        self._add(answer=Answered(key=key, result=result.model_dump(mode="json")))

    def _add_image(self, blob_id: str, media_type: str, width: int, height: int) -> ImageRecord:
        record = ImageRecord(
            image_id=content_id("img", self.owner, blob_id),
            blob_id=blob_id,
            media_type=media_type,
            width=width,
            height=height,
        )
        return self._with_image(record)

    def _with_image(self, record: ImageRecord) -> ImageRecord:
        self._add(images=(*self.made.images, record))
        return record

    def _add(self, **more: object) -> None:
        self.made = self.made.model_copy(update=more)


def write_preview(files: Files, owner: str, data: bytes) -> str:
    """Keep a picture that is shown while a job goes on; its id."""
    image_id = content_id("img", owner, secrets.token_hex(16))
    files.write(preview_place(owner, image_id), data)
    return image_id
