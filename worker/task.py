"""A job at the bench: what every kind of work has at hand, and the checks that they share."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contracts.errors import StaleLatent
from contracts.faces import Alignment
from contracts.records import ImageRecord, LatentRecord
from contracts.versions import is_same_generator
from models.pictures import Picture
from models.step import Report, Step
from worker.decode import decode_mask, decode_picture
from worker.desk import Desk
from worker.encode import ImageFormat, written
from worker.ports import FetchTensor, JobEditor, Pixels
from worker.workbench import Workbench


class ForBatch(Exception):
    """A job takes so long that it belongs into the queue of those that do."""


@dataclass(frozen=True)
class Task:
    """One job at the bench: what it was given, and how to say how far it has come."""

    bench: Workbench
    desk: Desk
    report: Report
    """May raise to stop the work."""
    is_urgent: bool = False
    """Whether brushes wait for the end of it."""

    @property
    def owner(self) -> str:
        """Whose job it is."""
        return self.desk.owner

    def editor(self, model_id: str) -> JobEditor:
        """A loaded model; a client that has to wait for it is told why."""
        if model_id not in self.bench.loaded_models():
            self.report(Step(0, 0, "Loading the model", None))
        return self.bench.editor(model_id)

    def leave_to_batch(self) -> None:
        """Say that the work takes long.

        Raises:
            ForBatch: it shall not be done here, where brushes wait for its end.
        """
        if self.is_urgent:
            raise ForBatch

    def add_picture(self, picture: Picture, image_format: ImageFormat, quality: int) -> ImageRecord:
        """Make a picture."""
        return self.desk.add_image(*written(picture, image_format, quality))

    def add_pixels(self, pixels: Pixels) -> ImageRecord:
        """Make a picture without alpha, as PNG."""
        return self.add_picture(Picture(pixels, None), "png", 100)

    def aligned(self, model_id: str) -> Alignment:
        """The square that a model wants faces in; FFHQ's, where it wants none."""
        return self.bench.info(model_id).aligned or "ffhq"

    def stored(self, editor: JobEditor, latent_id: str) -> tuple[LatentRecord, bytes]:
        """An owner's latent of the editor's version, as it is kept."""
        latent = self.desk.latent(latent_id)
        check_version(latent.model, latent.model_version, self.bench.version(editor.model_id))
        return latent, self.desk.tensor(latent)

    def mask(self, mask_id: str) -> NDArray[np.float32]:
        """One of the owner's masks, as an editor gets it."""
        return self.bench.masks.get(
            (self.owner, mask_id), lambda: decode_mask(self.desk.mask_png(mask_id))
        )

    def picture(self, image_id: str) -> Picture:
        """One of the owner's pictures, decoded."""
        record = self.desk.image(image_id)

        def decode() -> Picture:
            return decode_picture(self.desk.image_bytes(record), record.width * record.height)

        return self.bench.pictures.get(image_id, decode)

    def tensors_for(self, editor: JobEditor) -> FetchTensor:
        """How an editor gets the safetensors of the owner's latents, if they are its version's.
        Latents from before there were twins get theirs, and keep it."""

        def tensor(latent_id: str) -> bytes:
            latent, stored = self.stored(editor, latent_id)
            completed = editor.with_twin(stored, self.report)
            if completed is not stored:
                self.desk.complete(latent, completed)
            return completed

        return tensor


def check_version(model: str, made_with: str, version: str) -> None:
    """Refuse a latent of another version of its model: it would make another picture.

    Raises:
        StaleLatent: it is.
    """
    if not is_same_generator(made_with, version):
        raise StaleLatent(
            f"the model {model} has changed since this latent was made: encode the picture "
            "(or generate it) again"
        )
