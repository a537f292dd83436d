"""What each owner has: pictures, latents, masks, sessions, lands, worlds, and the edits already
answered. Another's are not found.

Bytes are in the blob store, once; a record of the owner's makes them visible to them.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO, TypeVar

from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection, func, select

from backend.records.database import Database, put_new
from backend.records.named import Named
from backend.records.shelf import Shelf
from backend.records.shelves import Shelves
from backend.records.tables import ADOPTED, LATENTS, MASKS
from contracts import sessions, worlds
from contracts.edits import canonical_json
from contracts.errors import (
    NotFound,
    UnknownImage,
    UnknownLand,
    UnknownLatent,
    UnknownMask,
    UnknownSession,
    UnknownWorld,
)
from contracts.ids import IdKind, content_id, is_id
from contracts.lands import DrawResult, LandInfo, LandRequest
from contracts.masks import mask_id_of
from contracts.records import Given, ImageRecord, LatentRecord, Made, MaskRecord
from contracts.requests import EditResult
from contracts.sessions import SessionChange, SessionRecord, SessionWrite
from contracts.worlds import WorldChange, WorldRecord, WorldWrite
from service.blobs import BlobStore, preview_place, upload_place
from service.files import Files

A = TypeVar("A", EditResult, DrawResult)

PREVIEW_TYPE = "image/jpeg"  # of what a job has so far


class Library:
    """Records by owner.

    Attributes:
        shelves: the records, by kind.
        sessions, worlds: what owners keep by name.
    """

    def __init__(self, database: Database, files: Files) -> None:
        self._database = database
        self._files = files
        self._blobs = BlobStore(files)
        self.shelves = Shelves(database)
        self.sessions = Named[SessionRecord, SessionWrite, SessionChange](
            self.shelves.sessions, sessions.first_revision, "ses", "session_id", UnknownSession
        )
        self.worlds = Named[WorldRecord, WorldWrite, WorldChange](
            self.shelves.worlds, worlds.first_revision, "wld", "world_id", UnknownWorld
        )

    def take_in(self, owner: str, made: Made, job_id: str) -> None:
        """Keep what a job has made: all of it or nothing, and once."""
        shelves = self.shelves
        with self._database.writing() as connection:
            adopted = {"job_id": job_id, "at": time.time()}
            if not put_new(connection, ADOPTED, adopted):
                return
            for image in made.images:
                shelves.images.put(connection, owner, image.image_id, image)
            for latent in made.latents:
                shelves.latents.put(connection, owner, latent.latent_id, latent)
            for mask in made.masks:
                shelves.masks.put(connection, owner, mask.mask_id, mask)
            for session in made.sessions:
                shelves.sessions.put(connection, owner, session.session_id, session)
            if made.answer is not None:
                shelves.answers.put(connection, owner, made.answer.key, made.answer)
            self._complete(connection, owner, made.tensors)

    def complete(self, owner: str, tensors: Mapping[str, str]) -> None:
        """Keep other blobs of latents, which stay the same ones to whoever has their ids."""
        with self._database.writing() as connection:
            self._complete(connection, owner, tensors)

    def _complete(self, connection: Connection, owner: str, tensors: Mapping[str, str]) -> None:
        for latent_id, blob_id in tensors.items():
            is_it = (LATENTS.c.owner == owner) & (LATENTS.c.id == latent_id)
            row = connection.execute(select(LATENTS).where(is_it).with_for_update()).first()
            if row is None:
                continue
            try:
                before = self.shelves.latents.read(row.body)
            except ValidationError:  # it is damaged, or of another release
                continue
            completed = before.model_copy(update={"blob_id": blob_id})
            self.shelves.latents.put(connection, owner, latent_id, completed)

    def given(
        self, owner: str, latents: Iterable[str], images: Iterable[str], masks: Iterable[str]
    ) -> Given:
        """The records of these ids, and those of the pictures that the latents are of.

        Raises:
            NotFound: there is one that the owner has not.
        """
        found = {each: self.latent(owner, each) for each in set(latents)}
        pictures = {*images, *(latent.image_id for latent in found.values())}
        return Given(
            images={each: self.image(owner, each) for each in pictures},
            latents=found,
            masks={each: self.mask(owner, each) for each in set(masks)},
        )

    def image(self, owner: str, image_id: str) -> ImageRecord:
        """An owner's picture.

        Raises:
            UnknownImage: there is none, or it is another's.
        """
        found = self._image(owner, image_id)
        if found is None:
            raise UnknownImage("there is no such image: upload it again")
        return found

    def has_image(self, owner: str, image_id: str) -> bool:
        """Whether an owner's picture is still kept."""
        return self._image(owner, image_id) is not None

    def _image(self, owner: str, image_id: str) -> ImageRecord | None:
        if not is_id("img", image_id):
            return None
        found = self.shelves.images.get(owner, image_id)
        if found is None and self._files.size(preview_place(owner, image_id)) is not None:
            return ImageRecord(  # of a job that goes on, which keeps no records
                image_id=image_id, blob_id=None, media_type=PREVIEW_TYPE, width=0, height=0
            )
        return found

    def image_bytes(self, owner: str, record: ImageRecord) -> bytes:
        """The file of a picture.

        Raises:
            UnknownImage: it was a preview, or nobody asked for it for long, and is gone.
        """
        if record.blob_id is None:
            data = self._files.read(preview_place(owner, record.image_id))
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

    def drop_preview(self, owner: str, image_id: str) -> None:
        """Forget a preview."""
        with self._database.writing() as connection:
            self.shelves.images.remove(connection, owner, image_id)
        self._files.remove(preview_place(owner, image_id))

    def latent(self, owner: str, latent_id: str) -> LatentRecord:
        """An owner's latent.

        Raises:
            UnknownLatent: there is none, or it is another's.
        """
        missing = UnknownLatent("there is no such latent: encode the picture again")
        return _found(self.shelves.latents, owner, "lat", latent_id, missing)

    def tensor(self, record: LatentRecord) -> bytes:
        """The safetensors of a latent.

        Raises:
            UnknownLatent: they were removed from the store by hand.
        """
        gone = UnknownLatent("this latent is no longer kept: encode the picture again")
        return self._bytes(record.blob_id, gone)

    def add_mask(self, owner: str, png: bytes) -> MaskRecord:
        """Keep a mask. The same bytes have the same id, and are young again."""
        record = MaskRecord(mask_id=mask_id_of(png), blob_id=self._blobs.put(png))
        self.shelves.masks.add(owner, record.mask_id, record)
        return record

    def mask(self, owner: str, mask_id: str) -> MaskRecord:
        """An owner's mask.

        Raises:
            UnknownMask: there is none, or it is another's.
        """
        missing = UnknownMask("there is no such mask: send it again")
        return _found(self.shelves.masks, owner, "msk", mask_id, missing)

    def mask_png(self, record: MaskRecord) -> bytes:
        """The file of a mask.

        Raises:
            UnknownMask: it was removed from the store by hand.
        """
        gone = UnknownMask("this mask is no longer kept: send it again")
        return self._bytes(record.blob_id, gone)

    def num_masks(self, owner: str) -> int:
        """How many masks an owner has."""
        with self._database.reading() as connection:
            counted = select(func.count()).select_from(MASKS).where(MASKS.c.owner == owner)
            return int(connection.execute(counted).scalar_one())

    def add_land(self, owner: str, wanted: LandRequest, seed: int, version: str) -> LandInfo:
        """Keep a land of a model's version. The same land is the same id."""
        fields = wanted.model_dump(mode="json") | {"seed": seed, "model_version": version}
        land_id = content_id("lnd", owner, canonical_json(fields))
        land = LandInfo.model_validate(fields | {"land_id": land_id})
        self.shelves.lands.add(owner, land_id, land)
        return land

    def land(self, owner: str, land_id: str) -> LandInfo:
        """An owner's land.

        Raises:
            UnknownLand: there is none, or it is another's.
        """
        missing = UnknownLand("there is no such land: make it again")
        return _found(self.shelves.lands, owner, "lnd", land_id, missing)

    def already_drawn(self, owner: str, key: str) -> DrawResult | None:
        """A box of a land, if it has been drawn before (`DrawRequest.key`) and its picture is still
        kept."""
        return self._answered(owner, key, DrawResult)

    def answered_edit(self, owner: str, key: str) -> EditResult | None:
        """The answer to an edit, if it has been given before (`EditRequest.key`) and its picture is
        still kept."""
        return self._answered(owner, key, EditResult)

    def put_upload(self, upload_id: str, file: BinaryIO) -> None:
        """Keep an upload until a worker has decoded it."""
        self._files.write_from(upload_place(upload_id), file)

    def drop_upload(self, upload_id: str) -> None:
        """Forget an upload, with all that it says about its maker."""
        self._files.remove(upload_place(upload_id))

    def _bytes(self, blob_id: str, gone: NotFound) -> bytes:
        data = self._blobs.find(blob_id)
        if data is None:
            raise gone
        return data

    def _answered(self, owner: str, key: str, kind: type[A]) -> A | None:
        known = self.shelves.answers.get(owner, key)
        if known is None:
            return None
        try:
            result = kind.model_validate(known.result)
        except ValidationError:  # of another release: it is drawn again
            return None
        return result if self.has_image(owner, result.image_id) else None

    def check(self) -> None:
        """See that records and bytes can be read.

        Raises:
            Busy: the database or the store does not answer.
        """
        self._database.check()
        self._files.check()


R = TypeVar("R", bound=BaseModel)


def _found(shelf: Shelf[R], owner: str, kind: IdKind, record_id: str, missing: NotFound) -> R:
    """A record, or the error that says that there is none."""
    found = shelf.get(owner, record_id) if is_id(kind, record_id) else None
    if found is None:
        raise missing
    return found
