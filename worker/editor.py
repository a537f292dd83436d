"""The Editor: one loaded model that encodes, edits and generates. No queue, no files of ours.

It is what the jobs call (`worker.ports.Editor`), and where contract edits become those of
`models/painting.py`.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from contracts.edits import AttributeEdit, EditValue, TransplantEdit
from contracts.lands import DrawRequest
from contracts.requests import Fit as ToldFit
from contracts.requests import GenerateRequest
from models.attributes import shift
from models.carry import Box, changed_box
from models.edits import shrunk
from models.errors import ShapeError
from models.fit import Fit, distance_apart, fit_of
from models.gallery import strip
from models.heat import heat_of
from models.images import Pixels, resize_img, to_img, to_pixels
from models.inversion import Inversion, invert
from models.kept import kept_bytes
from models.land import CellBox, Land
from models.latents import SQUARE, LatentMap, Stored, cells_of, embed, from_bytes, to_bytes
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
    readings,
    redrawing,
)
from models.pieces import draw
from models.recent import Recent
from models.region import size_of, whole
from models.sampling import seed_w
from models.together import at_once, paint_together
from models.twins import FURTHER, find_twin, is_plain, twin_steps, twins_of
from worker.lands import draw_land
from worker.masks import finest_of, read_mask
from worker.ports import (
    EditCall,
    Edited,
    Encoded,
    EncodeOptions,
    FetchMask,
    FetchTensor,
    Step,
    no_mask,
    silent,
)
from worker.progress import Progress
from worker.sizes import drawn_size, known_bases, resumed_size

CACHED_BYTES = 288 * 2**20  # of latents and what they draw, per model
MIN_DRAFT_PX, MAX_DRAFT_PX = 4, 256
LOOKING = "Looking for a plain latent to edit"
LAND_BYTES = 96 * 2**20  # of land, per model


class ModelEditor:
    """The `Editor` of one model."""

    def __init__(self, model: Model) -> None:
        self.model = model
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

    def encode(
        self,
        original: Pixels,
        options: EncodeOptions,
        on_step: Callable[[Step], None],
    ) -> Encoded:
        picture = (original.shape[0], original.shape[1])
        size = drawn_size(picture, self.model)
        start = "the mean latent" if self.model.encoder is None else "the encoder's answer"
        earlier = earlier_twin = None
        if options.begin is not None:
            start = "an earlier latent"
            known = from_bytes(options.begin, self.model.layout)
            earlier = known.latent.to(self.model.device)
            earlier_twin = (known.plain or known.latent).to(self.model.device)
            size = resumed_size(picture, earlier, self.model)
        img = resize_img(to_img(original).to(self.model.device), size).clamp(-1, 1)
        space = options.space or self.model.encoding.space
        steps = self.model.encoding.steps if options.steps is None else options.steps

        progress = Progress(on_step, img, steps)
        twin = None
        if not is_plain(self.model, space):
            twin = self.twin(img, options, earlier_twin, progress)
        found = invert(
            self.model,
            img,
            space=space,
            steps=steps,
            regulariser=options.regulariser,
            begin=earlier,
            on_step=progress.part(f"Optimising from {start}"),
        )
        stored = Stored(found.latent, space, None if twin is None else twin.latent)
        return Encoded(
            tensor=to_bytes(stored, self.model_id),
            pixels=to_pixels(found.img),
            space=space,
            grid=self.grid(found.latent.base),
            psnr_db=found.psnr_db.item(),
            perceptual=found.perceptual.item(),
            perceptual_metric=self.model.perceptual_metric,
            readings=self.readings((twin or found).latent),
            twin=None if twin is None else to_pixels(twin.img),
            fit=told_fit(self.fit(img, (twin or found).img)),
        )

    def twin(
        self, img: Tensor, options: EncodeOptions, begin: LatentMap | None, progress: Progress
    ) -> Inversion:
        """The plain latent of a picture, looked for longer where the model does not know it well.

        Args:
            begin: an earlier one to go on from.
        """
        steps = self.model.encoding.steps if options.steps is None else options.steps
        weight, num = options.regulariser, twin_steps(self.model, steps)
        further = 0 if num in (0, steps) else FURTHER
        progress.steps += num + further
        found = find_twin(self.model, img, num, begin, weight, progress.part(LOOKING))
        if further == 0:
            return found
        if self.fit(img, found.img).verdict == "close":
            progress.steps -= further
            return found
        return find_twin(self.model, img, further, found.latent, weight, progress.part(LOOKING))

    def fit(self, img: Tensor, drawn: Tensor) -> Fit:
        """Whether the model knows a picture, by what its twin draws."""
        return fit_of(self.model, img, drawn, self.apart)

    @cached_property
    def apart(self) -> float:
        """How far two of the model's own pictures are from each other (`models/fit.py`)."""
        return distance_apart(self.model)

    def grid(self, base: tuple[int, int]) -> tuple[int, int]:
        """Rows and columns of the cells that a person paints on, in a picture of that base."""
        return cells_of(self.model.layout.grid, base)

    def check_latent(self, tensor: bytes, size: tuple[int, int]) -> tuple[int, int]:
        stored = from_bytes(tensor, self.model.layout)
        latents = [stored.latent] if stored.plain is None else [stored.latent, stored.plain]
        layers = [layer for latent in latents for layer in latent.layers]
        fits = stored.latent.base in known_bases(size, self.model)
        if not fits or any(layer.shape[0] != 1 for layer in layers):
            raise ShapeError("the latent does not have the shape of its picture")
        if not all(layer.isfinite().all() for layer in layers):
            raise ShapeError("the latent has values that are no numbers")
        return self.grid(stored.latent.base)

    def with_twin(self, tensor: bytes, on_step: Callable[[Step], None]) -> bytes:
        stored = from_bytes(tensor, self.model.layout)
        if stored.plain is not None or is_plain(self.model, stored.space):
            return tensor

        def tell(step: int, steps: int, _: Tensor | None) -> None:
            on_step(Step(step, steps, LOOKING))

        plain = twins_of(self.model, stored, tell).plain
        return to_bytes(Stored(stored.latent, stored.space, plain), self.model_id)

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
            call.report(Step(piece, pieces, "Drawing the picture"))

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
        rows, columns = self.grid(subject.twins.faithful.base)
        mask = shrunk(read_mask(edit.mask, (rows, columns), stored), (finest, finest))
        mask = mask.to(self.model.device)
        if isinstance(edit, AttributeEdit):
            return Move(mask, edit.attribute, edit.strength or 0.0, edit.reach, edit.layers)
        if isinstance(edit, TransplantEdit):
            offset = (edit.offset[0] / columns, edit.offset[1] / rows)
            return Transplant(mask, self.subject(edit.donor, tensor).twins, offset)
        return Resample(mask, edit.seed, edit.amount)

    @torch.inference_mode()
    def readings(self, latent: LatentMap) -> dict[str, float]:
        """What a latent reads of each attribute, in σ. Of a picture it is the twin: what edits
        move, and what they reach."""
        if latent.base != SQUARE:  # nothing is read of it, and embedded it is large
            return {}
        return readings(self.model, embed(latent, "S+", self.model.layout))

    @torch.inference_mode()
    def generate(
        self, wanted: GenerateRequest, on_step: Callable[[Step], None] = silent
    ) -> Encoded:
        latent, space = self.drawn(wanted)

        def tell(piece: int, pieces: int) -> None:
            on_step(Step(piece, pieces, "Drawing the picture"))

        return Encoded(
            tensor=to_bytes(Stored(latent, space), self.model_id),
            pixels=to_pixels(draw(self.model, latent, tell=tell).img),
            space=space,
            grid=self.grid(latent.base),
            psnr_db=math.inf,  # the picture is the latent's own
            perceptual=0.0,
            perceptual_metric=self.model.perceptual_metric,
            readings=self.readings(latent),
        )

    def drawn(self, wanted: GenerateRequest) -> tuple[LatentMap, str]:
        """The latent of a seed, and its space.

        Raises:
            ShapeError: the model cannot draw that size, or takes no coherence.
        """
        generator, size = self.model.generator, self.resolution
        width, height = wanted.width or size, wanted.height or size
        if self.model.prior is not None:
            cell = size // SQUARE[0]
            if width % cell or height % cell or min(width, height) < size:
                raise ShapeError(f"sides are multiples of {cell} px, from {size} px on")
            land = Land(self.model, wanted.seed or 0, wanted.coherence, wanted.truncation)
            return land.latent(CellBox(0, 0, height // cell, width // cell)), f"S{SQUARE[0]}"
        if (width, height) != (size, size):
            raise ShapeError(f"{self.model_id} draws pictures of {size}×{size} px only")
        if wanted.coherence is not None:
            raise ShapeError(f"{self.model_id} was not trained spatially: it takes no coherence")
        w = seed_w(generator, wanted.seed or 0, wanted.truncation, wanted.class_index)
        return generator.broadcast(w), "W"

    def draw(
        self, wanted: DrawRequest, on_step: Callable[[Step], None], *, mask: FetchMask = no_mask
    ) -> Iterator[Pixels]:
        return draw_land(self.model, wanted, on_step, self.land, mask)

    def strip(self, attribute: str) -> Pixels:
        known, direction = self.model.attributes.find(attribute)
        return to_pixels(strip(self.model, -direction if known.flipped else direction))

    @torch.inference_mode()
    def heat_map(self, latent_id: str, attribute: str, *, tensor: FetchTensor) -> NDArray[np.uint8]:
        plain = self.subject(latent_id, tensor).twins.plain
        _, direction = self.model.attributes.find(attribute)
        more, less = (draw(self.model, shift(plain, direction, s)).img for s in (1.0, -1.0))
        heat = heat_of(more - less)[0, 0].cpu().numpy()
        shown = np.empty((*heat.shape, 4), np.uint8)
        for channel, values in enumerate((255, 190 - 150 * heat, 60, heat * 255)):
            shown[..., channel] = values
        return shown

    def subject(self, latent_id: str, tensor: FetchTensor) -> Subject:
        """An encoded picture at hand, from the cache or from the store."""

        def read() -> Subject:
            stored = from_bytes(tensor(latent_id), self.model.layout)
            return Subject(self.model, twins_of(self.model, stored))

        return self.subjects.get(latent_id, read)

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


def load_editor(model_dir: Path, device: str, dtype: torch.dtype | None = None) -> ModelEditor:
    """Load a model's folder for editing, computing in the device's best dtype or a given one."""
    return ModelEditor(load_model(model_dir, device, dtype))
