"""The kinds of records, and what of each stands in columns of its own."""

from collections.abc import Mapping
from typing import Any

from backend.records.database import Database
from backend.records.shelf import Shelf
from backend.records.tables import ANSWERS, IMAGES, LANDS, LATENTS, MASKS, SESSIONS, WORLDS
from contracts.ids import is_id
from contracts.lands import LandInfo
from contracts.records import Answered, ImageRecord, LatentRecord, MaskRecord
from contracts.session_file import stored_masks_of
from contracts.sessions import SessionRecord
from contracts.worlds import WorldRecord, stored_masks


class Shelves:
    """The records of a database, by kind."""

    def __init__(self, database: Database) -> None:
        self.images = Shelf(database, IMAGES, ImageRecord.model_validate_json, _of_image)
        self.latents = Shelf(database, LATENTS, LatentRecord.model_validate_json, _of_latent)
        self.masks = Shelf(database, MASKS, MaskRecord.model_validate_json, _of_mask)
        self.lands = Shelf(database, LANDS, LandInfo.model_validate_json, masks=stored_masks)
        self.answers = Shelf(database, ANSWERS, Answered.model_validate_json, _of_answer)
        self.sessions = Shelf(
            database, SESSIONS, SessionRecord.model_validate_json, _of_session, stored_masks_of
        )
        self.worlds = Shelf(database, WORLDS, WorldRecord.model_validate_json, _of_world)
        self.by_kind: dict[str, Shelf[Any]] = {
            "images": self.images,
            "latents": self.latents,
            "masks": self.masks,
            "lands": self.lands,
            "sessions": self.sessions,
            "worlds": self.worlds,
        }


def _of_image(record: ImageRecord) -> Mapping[str, object]:
    return {"blob_id": record.blob_id}


def _of_latent(record: LatentRecord) -> Mapping[str, object]:
    return record.model_dump(include={"blob_id", "image_id", "reconstruction_id", "twin_id"})


def _of_mask(record: MaskRecord) -> Mapping[str, object]:
    return {"blob_id": record.blob_id}


def _of_answer(record: Answered) -> Mapping[str, object]:
    return {"image_id": record.result["image_id"]}


def _of_session(record: SessionRecord) -> Mapping[str, object]:
    cover_id = record.cover_id if is_id("img", record.cover_id or "") else None
    return {"revision": record.revision, "refers_to": cover_id}


def _of_world(record: WorldRecord) -> Mapping[str, object]:
    return {"revision": record.revision, "refers_to": record.land_id}
