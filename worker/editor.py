"""The Editor: one loaded model that encodes, edits and generates. No queue, no files of ours.

It is what the jobs call (`worker.ports.Editor`), and where contract edits become latents.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from contracts.edits import (
    AttributeEdit,
    EditValue,
    ResampleEdit,
    TransplantEdit,
)
from contracts.lands import DrawRequest
from contracts.requests import MAX_ASPECT, Detail, GenerateRequest
from models import edits as latent_edits
from models.attributes import shift
from models.composite import changed_box, composite
from models.errors import AttributeUnknown, ShapeError, SpaceError
from models.heat import error_map, heat_of
from models.images import Pixels, resize_img, to_img, to_pixels
from models.inversion import invert
from models.land import CellBox, Land
from models.latents import SQUARE, LatentMap, cells_of, embed, from_bytes, to_bytes
from models.model import Model, load_model
from models.reader import strength_to_reach
from models.recent import Recent
from models.sampling import seed_w
from worker.lands import draw_land
from worker.masks import read_mask, stronger
from worker.ports import Edited, Encoded, EncodeOptions, FetchTensor, Step

CACHED_BYTES = 256 * 2**20  # of latents and their pictures, per model
DRAFT_BYTES = 32 * 2**20  # of their drafts
MIN_DRAFT_PX, MAX_DRAFT_PX = 4, 256
LAND_BYTES = 96 * 2**20  # of land, per model


@dataclass(frozen=True)
class Base:
    """A latent at hand: on the model's grid, with the picture it makes."""

    latent: LatentMap
    img: Tensor

    @property
    def num_bytes(self) -> int:
        """How much memory it holds."""
        return sum(tensor.nbytes for tensor in (*self.latent.layers, self.img))


class ModelEditor:
    """The `Editor` of one model."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.bases: Recent[Base] = Recent(CACHED_BYTES, lambda base: base.num_bytes)
        self.drafts: Recent[Tensor] = Recent(DRAFT_BYTES, lambda img: img.nbytes)
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
        return self.bases.num_bytes + self.drafts.num_bytes + self.land.num_bytes

    def encode(
        self,
        original: Pixels,
        options: EncodeOptions,
        on_step: Callable[[Step], None],
    ) -> Encoded:
        size = drawn_size((original.shape[0], original.shape[1]), self.resolution)
        img = resize_img(to_img(original).to(self.model.device), size).clamp(-1, 1)

        start = "the mean latent" if self.model.encoder is None else "the encoder's answer"
        earlier = None
        if options.begin is not None:
            start = "an earlier latent"
            earlier = from_bytes(options.begin, self.model.layout)[0].to(self.model.device)

        def tell(step: int, total: int, drawn: Tensor | None) -> None:
            message = f"Optimising from {start}"
            if drawn is None:
                on_step(Step(step, total, message, None))
            else:
                on_step(
                    Step(step, total, message, to_pixels(drawn), to_pixels(error_map(drawn, img)))
                )

        found = invert(
            self.model,
            img,
            space=options.space,
            steps=options.steps,
            regulariser=options.regulariser,
            begin=earlier,
            on_step=tell,
        )
        space = options.space or self.model.encoding.space
        return Encoded(
            tensor=to_bytes(found.latent, space, self.model_id),
            pixels=to_pixels(found.img),
            space=space,
            grid=self.grid(found.latent.base),
            psnr_db=found.psnr_db.item(),
            perceptual=found.perceptual.item(),
            perceptual_metric=self.model.perceptual_metric,
            readings=self.readings(found.latent),
        )

    def grid(self, base: tuple[int, int]) -> tuple[int, int]:
        """Rows and columns of the cells that a person paints on, in a picture of that base."""
        return cells_of(self.model.layout.grid, base)

    def check_latent(self, tensor: bytes, size: tuple[int, int]) -> tuple[int, int]:
        latent = from_bytes(tensor, self.model.layout)[0]
        cell = self.resolution // SQUARE[0]
        height, width = drawn_size(size, self.resolution)
        fitting = {(height // cell, width // cell)}
        if self.model.prior is not None:  # a generated land is as large as its picture
            fitting.add((size[0] // cell, size[1] // cell))
        if latent.base not in fitting or any(layer.shape[0] != 1 for layer in latent.layers):
            raise ShapeError("the latent does not have the shape of its picture")
        if not all(layer.isfinite().all() for layer in latent.layers):
            raise ShapeError("the latent has values that are no numbers")
        return self.grid(latent.base)

    @torch.inference_mode()
    def edit(
        self,
        latent_id: str,
        original: Pixels,
        edits: Sequence[EditValue],
        *,
        tensor: FetchTensor,
        composite: Literal["residual", "model"],
        share: float = 1.0,
        detail: Detail = "full",
    ) -> Edited:
        base = self.base(latent_id, tensor)
        latent, grid = base.latent, self.grid(base.latent.base)
        touched, replaced = torch.zeros(1, 1, *grid), None
        for edit in edits:
            if edit.enabled:
                mask = read_mask(edit.mask, grid).to(self.model.device)
                latent = self.apply(latent, edit, mask, share, tensor)
                touched = stronger(touched, mask.cpu())
                new = self.newness(edit) * share
                if new:
                    replaced = stronger(
                        torch.zeros(1, 1, *grid) if replaced is None else replaced, new * mask.cpu()
                    )
        before = base.img if detail == "full" else self.draft(latent_id, base)
        img = before
        if latent is not base.latent:
            img = self.model.render(latent, None if detail == "full" else self.draft_resolution)
        return finish(original, before, img, touched, replaced, composite)

    def newness(self, edit: EditValue) -> float:
        """How much of the content an edit replaces, in [0, 1], rather than moves. A person who
        smiles is who she was; a wood that is flooded is gone, all of it from 1 σ on."""
        match edit:
            case TransplantEdit():
                return 1.0
            case ResampleEdit():
                return edit.amount
            case AttributeEdit() if self.model.prior is not None:
                return 1.0 if edit.strength is None else min(1.0, abs(edit.strength))
            case _:
                return 0.0

    def apply(
        self, latent: LatentMap, edit: EditValue, mask: Tensor, share: float, tensor: FetchTensor
    ) -> LatentMap:
        """A share of one edit on a latent. What is to be reached is looked for with all of it."""
        if isinstance(edit, AttributeEdit):
            attribute, direction = self.model.attributes.find(edit.attribute)
            layers = edit.layers or attribute.layers
            if layers is not None and layers[1] > len(latent.layers):
                raise SpaceError(f"layers end at {len(latent.layers)}, got {list(layers)}")

            def moved(strength: float) -> LatentMap:
                return latent_edits.move(latent, direction, strength, mask, layers)

            strength = edit.strength or 0.0
            if edit.reach is not None:
                strength = strength_to_reach(
                    edit.reach, lambda s: self.read(moved(s), edit.attribute)
                )
            return moved(strength * share)
        if isinstance(edit, TransplantEdit):
            donor = self.base(edit.donor, tensor).latent
            rows, columns = self.grid(latent.base)
            offset = (edit.offset[0] / columns, edit.offset[1] / rows)
            return latent_edits.transplant(latent, donor, mask * share, offset)
        fresh = self.model.generator.broadcast(seed_w(self.model.generator, edit.seed))
        return latent_edits.resample(latent, fresh, mask * share, edit.amount)

    @torch.inference_mode()
    def readings(self, latent: LatentMap) -> dict[str, float]:
        """What a latent reads of each attribute, in σ; nothing where the model has no reader, or
        the picture is not square."""
        model, reader = self.model, self.model.reader
        if reader is None or latent.base != SQUARE:
            return {}
        said = reader.whole(latent, model.whitening, model.layout)[0].tolist()
        return {name: round(value, 3) for name, value in zip(reader.ids, said, strict=True)}

    def read(self, latent: LatentMap, attribute_id: str) -> float:
        """What a latent reads of one attribute, in σ.

        Raises:
            AttributeUnknown: the model does not read it.
            ShapeError: the picture is not square.
        """
        model, reader = self.model, self.model.reader
        if reader is None:
            raise AttributeUnknown(f"{self.model_id} cannot read attributes: give a strength")
        row = reader.row(attribute_id)
        return reader.whole(latent, model.whitening, model.layout)[0, row].item()

    @torch.inference_mode()
    def generate(self, wanted: GenerateRequest) -> Encoded:
        latent, space = self.drawn(wanted)
        return Encoded(
            tensor=to_bytes(latent, space, self.model_id),
            pixels=to_pixels(self.model.render(latent)),
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

    def draw(self, wanted: DrawRequest, on_step: Callable[[Step], None]) -> Pixels:
        return draw_land(self.model, wanted, on_step, self.land)

    @torch.inference_mode()
    def heat_map(self, latent_id: str, attribute: str, *, tensor: FetchTensor) -> NDArray[np.uint8]:
        base = self.base(latent_id, tensor)
        _, direction = self.model.attributes.find(attribute)
        more, less = (self.model.render(shift(base.latent, direction, s)) for s in (1.0, -1.0))
        heat = heat_of(more - less)[0, 0].cpu().numpy()
        size = heat.shape
        alpha = (heat * 255).astype(np.uint8)
        warm = np.stack([np.full(size, 255), 190 - 150 * heat, np.full(size, 60)], axis=2)
        return np.concatenate([warm.astype(np.uint8), alpha[:, :, None]], axis=2)

    def base(self, latent_id: str, tensor: FetchTensor) -> Base:
        """A latent on the model's grid with its picture, from the cache or from the store."""

        def draw() -> Base:
            latent, _ = from_bytes(tensor(latent_id), self.model.layout)
            on_grid = embed(latent, "S+", self.model.layout).to(self.model.device)
            with torch.inference_mode():
                return Base(on_grid, self.model.render(on_grid))

        return self.bases.get(latent_id, draw)

    @property
    def draft_resolution(self) -> int:
        """What previews of large pictures, or on slow machines, are drawn at."""
        return max(MIN_DRAFT_PX, min(self.resolution // 2, MAX_DRAFT_PX))

    def draft(self, latent_id: str, base: Base) -> Tensor:
        """The picture of a latent that is not edited, as drafts of its edits are drawn."""
        return self.drafts.get(
            latent_id, lambda: self.model.render(base.latent, self.draft_resolution)
        )


def drawn_size(size: tuple[int, int], resolution: int) -> tuple[int, int]:
    """Height and width that a picture of `size` (height, width) is encoded at: the short side is
    the model's resolution, the long one the multiple of a quarter of it that comes nearest.

    Raises:
        ShapeError: it is longer than `MAX_ASPECT` times as wide.
    """
    short, long = sorted(size)
    if long > MAX_ASPECT * short:
        raise ShapeError(f"a picture is at most {MAX_ASPECT} times as long as wide")
    height, width = (round(SQUARE[0] * side / short) for side in size)
    cell = resolution // SQUARE[0]
    return height * cell, width * cell


def finish(
    original: Pixels,
    before: Tensor,
    after: Tensor,
    touched: Tensor,
    replaced: Tensor | None,
    kind: str,
) -> Edited:
    """The picture that an edit ends in, and the box of what it changed."""
    if kind == "model":
        size = (original.shape[0], original.shape[1])
        pixels = to_pixels(resize_img(after, size))
        return Edited(pixels, changed_box(to_pixels(resize_img(before, size)), pixels))
    masks = (touched.to(after.device), None if replaced is None else replaced.to(after.device))
    pixels = composite(original, before, after, *masks)
    return Edited(pixels, changed_box(original, pixels))


def load_editor(model_dir: Path, device: str, dtype: torch.dtype | None = None) -> ModelEditor:
    """Load a model's folder for editing, computing in the device's best dtype or a given one."""
    return ModelEditor(load_model(model_dir, device, dtype))
