"""A model as jobs need it (`worker.ports.JobEditor`): ids and edits of the contract go in, what a
library keeps comes out, and pictures that are worked on stay at hand. The rest is
`models/editor.py`.
"""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from contracts.edits import AttributeEdit, EditValue, TransplantEdit
from contracts.lands import DrawRequest
from contracts.requests import Fit as ToldFit
from contracts.requests import GenerateRequest
from models.carry import Box, changed_box
from models.editor import DRAWING, Editor
from models.edits import shrunk
from models.fit import Fit
from models.images import Pixels, resize_img, to_pixels
from models.kept import kept_bytes
from models.latents import Stored, from_bytes, to_bytes
from models.model import Model, load_model
from models.painting import (
    FAITHFUL,
    Edit,
    Move,
    Painting,
    Resample,
    Subject,
    Transplant,
    painting,
    redrawing,
)
from models.recent import Recent
from models.region import size_of, whole
from models.step import Report, Step, silent
from models.together import at_once, paint_together
from worker.lands import draw_land
from worker.masks import finest_of, read_mask
from worker.ports import EditCall, Edited, Encoded, EncodeOptions, FetchMask, FetchTensor, no_mask

CACHED_BYTES = 288 * 2**20  # of latents and what they draw, per model
MIN_DRAFT_PX, MAX_DRAFT_PX = 4, 256
LAND_BYTES = 96 * 2**20  # of land, per model


class TorchEditor:
    """The `JobEditor` of one model."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.editor = Editor(model)
        self.subjects: Recent[Subject] = Recent(CACHED_BYTES, lambda subject: subject.num_bytes)
        self.land: Recent[Tensor] = Recent(LAND_BYTES, lambda img: img.nbytes)

    @property
    def model_id(self) -> str:
        return self.model.card.id

    @property
    def resolution(self) -> int:
        return self.model.layout.resolution

    @property
    def device(self) -> str:
        return str(self.model.device)

    @property
    def kept_bytes(self) -> int:
        beside = kept_bytes(self.model.generator)
        return self.subjects.num_bytes + self.land.num_bytes + beside

    def encode(self, original: Pixels, options: EncodeOptions, on_step: Report) -> Encoded:
        begin = None if options.begin is None else self.latents(options.begin)
        found = self.editor.encode(
            original,
            space=options.space,
            steps=options.steps,
            regulariser=options.regulariser,
            begin=begin,
            report=on_step,
        )
        return Encoded(
            tensor=to_bytes(found.latents, self.model_id),
            pixels=to_pixels(found.img),
            space=found.latents.space,
            grid=self.editor.grid(found.latents.latent.base),
            psnr_db=found.psnr_db,
            perceptual=found.perceptual,
            perceptual_metric=self.model.perceptual_metric,
            readings=self.editor.read(found.latents),
            twin=None if found.twin_img is None else to_pixels(found.twin_img),
            fit=told_fit(found.fit),
        )

    def latents(self, tensor: bytes) -> Stored:
        """What a latent's file holds."""
        return from_bytes(tensor, self.model.layout)

    def check_latent(self, tensor: bytes, size: tuple[int, int]) -> tuple[int, int]:
        stored = self.latents(tensor)
        self.editor.check(stored, size)
        return self.editor.grid(stored.latent.base)

    def with_twin(self, tensor: bytes, on_step: Report) -> bytes:
        stored = self.latents(tensor)
        found = self.editor.with_twin(stored, on_step)
        return tensor if found is stored else to_bytes(found, self.model_id)

    @property
    def at_once(self) -> int:
        return at_once(self.resolution, self.model.device)

    def edit(self, call: EditCall) -> Edited:
        (answer,) = self.edit_together([call])
        if isinstance(answer, Exception):
            raise answer
        return answer

    @torch.inference_mode()
    def edit_together(self, calls: Sequence[EditCall]) -> list[Edited | Exception]:
        answers = paint_together(self.model, [self.painting(call) for call in calls])
        return [answer if isinstance(answer, Exception) else Edited(*answer) for answer in answers]

    def painting(self, call: EditCall) -> Painting[tuple[Pixels, Box | None]]:
        """Come to an edited picture, and the box of what changed."""
        subject = self.subject(call.latent_id, call.tensor)

        def tell(piece: int, pieces: int) -> None:
            call.report(Step(piece, pieces, DRAWING))

        resolution = None if call.detail == "full" else self.draft_resolution
        enabled = [edit for edit in call.edits if edit.enabled]
        finest = finest_of(len(enabled))
        wanted = [self.as_edit(e, subject, call.tensor, call.mask, finest) for e in enabled]
        if call.composite == "model":
            size = (call.original.shape[0], call.original.shape[1])
            faithful = subject.faithful(resolution, tell).img
            region = whole(size_of(faithful))
            drawing = yield from redrawing(
                subject, FAITHFUL, wanted, region, call.share, resolution, tell
            )
            before, pixels = (
                to_pixels(resize_img(i.float(), size)) for i in (faithful, drawing.img)
            )
            return pixels, changed_box(before, pixels)
        pixels = yield from painting(subject, call.original, wanted, call.share, resolution, tell)
        return pixels, changed_box(call.original, pixels)

    def as_edit(
        self,
        edit: EditValue,
        subject: Subject,
        tensor: FetchTensor,
        stored: FetchMask,
        finest: int,
    ) -> Edit:
        """An edit of the contract as one on latents of this model."""
        rows, columns = self.editor.grid(subject.twins.faithful.base)
        mask = shrunk(read_mask(edit.mask, (rows, columns), stored), (finest, finest))
        mask = mask.to(self.model.device)
        if isinstance(edit, AttributeEdit):
            return Move(mask, edit.attribute, edit.strength or 0.0, edit.reach, edit.layers)
        if isinstance(edit, TransplantEdit):
            offset = (edit.offset[0] / columns, edit.offset[1] / rows)
            return Transplant(mask, self.subject(edit.donor, tensor).twins, offset)
        return Resample(mask, edit.seed, edit.amount)

    def generate(self, wanted: GenerateRequest, on_step: Report = silent) -> Encoded:
        side = self.resolution
        stored, pixels = self.editor.generate(
            wanted.seed or 0,
            size=(wanted.height or side, wanted.width or side),
            truncation=wanted.truncation,
            class_index=wanted.class_index,
            coherence=wanted.coherence,
            report=on_step,
        )
        return Encoded(
            tensor=to_bytes(stored, self.model_id),
            pixels=pixels,
            space=stored.space,
            grid=self.editor.grid(stored.latent.base),
            psnr_db=math.inf,  # the picture is the latent's own
            perceptual=0.0,
            perceptual_metric=self.model.perceptual_metric,
            readings=self.editor.read(stored),
        )

    def draw(
        self, wanted: DrawRequest, on_step: Report, *, mask: FetchMask = no_mask
    ) -> Iterator[Pixels]:
        return draw_land(self.model, wanted, on_step, self.land, mask)

    def strip(self, attribute: str) -> Pixels:
        return self.editor.strip(attribute)

    def heat_map(self, latent_id: str, attribute: str, *, tensor: FetchTensor) -> NDArray[np.uint8]:
        heat = self.editor.heat(self.subject(latent_id, tensor), attribute).cpu().numpy()
        shown = np.empty((*heat.shape, 4), np.uint8)
        for channel, values in enumerate((255, 190 - 150 * heat, 60, heat * 255)):
            shown[..., channel] = values
        return shown

    def subject(self, latent_id: str, tensor: FetchTensor) -> Subject:
        """An encoded picture at hand, from the cache or from the store."""
        return self.subjects.get(
            latent_id, lambda: self.editor.subject(self.latents(tensor(latent_id)))
        )

    @property
    def draft_resolution(self) -> int:
        """What previews of large pictures, or on slow machines, are drawn at."""
        return max(MIN_DRAFT_PX, min(self.resolution // 2, MAX_DRAFT_PX))


REASONS = {
    "close": "the model knows such pictures",
    "rough": "the model knows such pictures only roughly, and edits may not match",
    "stranger": "the model does not know such pictures, and edits hardly show or do not fit",
}


def told_fit(fit: Fit) -> ToldFit:
    """A fit as it is told to a client."""
    far = f"the nearest one that it draws is {fit.share:.2f} times as far from this one as any two"
    reason = f"{REASONS[fit.verdict]} ({far} of its own are from each other)"
    return ToldFit(verdict=fit.verdict, reason=reason)


def load_editor(model_dir: Path, device: str, dtype: torch.dtype | None = None) -> TorchEditor:
    """Load a model's folder for jobs, computing in the device's best dtype or a given one."""
    return TorchEditor(load_model(model_dir, device, dtype))
