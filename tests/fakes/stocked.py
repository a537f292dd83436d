"""A library of its own for a test, and what jobs would have made for it."""

from pathlib import Path

from backend.records.database import Database
from backend.records.library import Library
from contracts.ids import new_job_id
from contracts.lands import DrawResult
from contracts.records import ImageRecord, LatentRecord
from contracts.requests import EditResult, Metrics
from service.store import files_at
from worker.desk import Desk

METRICS = Metrics(psnr_db=30, perceptual=0.1, perceptual_metric="none")


class Stocked:
    """A library in a folder, filled as by jobs that ended well."""

    def __init__(self, home: Path, url: str | None = None, database: str | None = None) -> None:
        self.home = home
        self.database = Database(database or f"sqlite:///{home / 'records.db'}")
        self.files = files_at(url or str(home / "store"))
        self.library = Library(self.database, self.files)

    def image(self, owner: str, data: bytes, width: int = 1, height: int = 1) -> ImageRecord:
        """An owner's picture."""
        desk = Desk(self.files, owner)
        record = desk.add_image(data, "image/png", width, height)
        self.library.take_in(owner, desk.made, new_job_id())
        return record

    def preview(self, owner: str, data: bytes) -> ImageRecord:
        """One that is dropped again soon."""
        desk = Desk(self.files, owner)
        record = desk.add_preview(data, "image/jpeg", 3, 2)
        self.library.take_in(owner, desk.made, new_job_id())
        return record

    def latent(
        self, owner: str, image_id: str, tensor: bytes = b"tensor", version: str = "1"
    ) -> LatentRecord:
        """An owner's latent of a picture."""
        desk = Desk(self.files, owner)
        record = desk.add_latent(
            tensor,
            model="m",
            model_version=version,
            space="W",
            grid=(1, 1),
            image_id=image_id,
            reconstruction_id=image_id,
            crop=(0, 0, 8, 8),
            metrics=METRICS,
            timings_ms={"total": 1},
        )
        self.library.take_in(owner, desk.made, new_job_id())
        return record

    def answer(self, owner: str, key: str, result: EditResult | DrawResult) -> None:
        """An answer that is kept."""
        desk = Desk(self.files, owner)
        desk.answer(key, result)
        self.library.take_in(owner, desk.made, new_job_id())

    def edit(self, owner: str, key: str, data: bytes) -> str:
        """An answered edit; its picture."""
        image_id = self.image(owner, data).image_id
        result = EditResult(image_id=image_id, changed_box=None, cached=False, timings_ms={})
        self.answer(owner, key, result)
        return image_id
