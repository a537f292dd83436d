"""An editor without a model: quick, and what it does can be computed by a test."""

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from safetensors import SafetensorError
from safetensors.numpy import load, save

from contracts.edits import (
    AttributeEdit,
    ResampleEdit,
    TransplantEdit,
)
from contracts.lands import DrawRequest
from contracts.masks import MaskGrid, MaskPng, MaskStored
from contracts.requests import GenerateRequest
from models.errors import ModelError
from models.step import Report, Step, silent
from worker.decode import decode_mask
from worker.ports import (
    EditCall,
    Edited,
    Encoded,
    EncodeOptions,
    FetchMask,
    FetchTensor,
    Pixels,
    no_mask,
)

GRID = (4, 4)
STEP_S = 0.05
LEVELS_PER_SIGMA = 20
SLOW_SEED = 777  # of a land that takes ten seconds a box, and of new content that takes three
LARGE_SEED, PIECES = 14, 3  # what is drawn in several pieces
SLOW_EDIT_S = 3.0
SPACES = ("W", "S4")


class FakeEditor:
    """Encodes a picture as 4 × 4 mean colours; an attribute's strength adds so much brightness."""

    def __init__(self, model_id: str, resolution: int, device: str, folder: Path = Path()) -> None:
        self.model_id = model_id
        self.resolution = resolution
        self.device = device
        self.folder = folder
        self.kept_bytes = 0

    def encode(
        self,
        original: Pixels,
        options: EncodeOptions,
        on_step: Report,
    ) -> Encoded:
        if options.space not in (None, *SPACES):
            raise ModelError(f"the spaces are {', '.join(SPACES)}; got {options.space}")
        num_steps = 5 if options.steps is None else options.steps
        pixels = self._resized(original)
        for i in range(num_steps):
            on_step(Step(i + 1, num_steps, "inverting", pixels if i % 2 else None))
            time.sleep(STEP_S)
        return self._encoded(pixels, options.space or "S4")

    def check_latent(self, tensor: bytes, size: tuple[int, int]) -> tuple[int, int]:
        try:
            return load(tensor)["wmap"].shape[:2]
        except (SafetensorError, KeyError) as error:
            raise ModelError("this is no latent of mine") from error

    def with_twin(self, tensor: bytes, on_step: Report) -> bytes:
        return tensor

    @property
    def at_once(self) -> int:
        return 4

    def edit(self, call: EditCall) -> Edited:
        assert load(call.tensor(call.latent_id))["wmap"].shape == (*GRID, 3)
        original = call.original
        before = original if call.composite == "residual" else self._flat(original)
        pixels = before.astype(np.int64)
        for edit in call.edits:
            if isinstance(edit, TransplantEdit):
                call.tensor(edit.donor)
            if isinstance(edit, ResampleEdit) and edit.seed == SLOW_SEED:
                time.sleep(SLOW_EDIT_S)
            if isinstance(edit, ResampleEdit) and edit.seed == LARGE_SEED:
                for piece in range(PIECES):
                    call.report(Step(piece, PIECES, "Drawing the picture"))
                    time.sleep(STEP_S)
            if isinstance(edit, AttributeEdit):
                brightness = self._brightness(edit, original.shape[:2], call.mask)
                pixels += (brightness * call.share).astype(np.int64)
        after = np.clip(pixels, 0, 255).astype(np.uint8)
        return Edited(after, _box_of((after != original).any(axis=2)))

    def edit_together(self, calls: Sequence[EditCall]) -> list[Edited | Exception]:
        return [self._edited_or_why_not(call) for call in calls]

    def _edited_or_why_not(self, call: EditCall) -> Edited | Exception:
        try:
            return self.edit(call)
        except Exception as error:
            return error

    def generate(self, wanted: GenerateRequest, on_step: Report = silent) -> Encoded:
        shape = (wanted.height or self.resolution, wanted.width or self.resolution, 3)
        noise = np.random.default_rng(wanted.seed).integers(0, 256, shape, dtype=np.uint8)
        return self._encoded(noise, "S4")

    def draw(
        self, wanted: DrawRequest, on_step: Report, *, mask: FetchMask = no_mask
    ) -> Iterator[Pixels]:
        """Every pixel says where it is; edits make theirs brighter."""
        x, y, width, height = wanted.box
        steps = 200 if wanted.seed == SLOW_SEED else 1
        for step in range(steps):
            on_step(Step(step, steps, "Drawing the land", None))
            time.sleep(STEP_S if steps > 1 else 0)
        columns, rows = np.meshgrid(np.arange(x, x + width), np.arange(y, y + height))
        if wanted.around is not None:
            columns %= wanted.around
        blue = np.full_like(rows, (wanted.seed or 0) % 256)
        pixels = np.dstack([columns % 256, rows % 256, blue]).astype(np.uint8)
        for edit in wanted.edits:
            if isinstance(edit.mask, MaskStored):
                mask(edit.mask.mask_id)
            left, top, across, down = edit.box
            inside = (columns >= left) & (columns < left + across)
            inside &= (rows >= top) & (rows < top + down)
            pixels[inside, 2] = 255
        yield from np.array_split(pixels[:: wanted.scale, :: wanted.scale], 3)

    def strip(self, attribute: str) -> Pixels:
        """Draws slowly, and says so: a line in a file beside the models for every strip."""
        time.sleep(STEP_S)
        with (self.folder.parent / "drawn-strips").open("a") as file:
            file.write(f"{attribute}\n")
        return np.full((8, 40, 3), len(attribute), np.uint8)

    def heat_map(self, latent_id: str, attribute: str, *, tensor: FetchTensor) -> NDArray[np.uint8]:
        tensor(latent_id)
        shade = np.linspace(0, 255, self.resolution).astype(np.uint8)
        return np.dstack([np.tile(shade + len(attribute), (self.resolution, 1))] * 3)

    def _brightness(
        self, edit: AttributeEdit, size: tuple[int, int], stored: FetchMask
    ) -> NDArray[np.int64]:
        if edit.attribute == "explode":
            raise RuntimeError("/secret/path exploded")
        if edit.attribute == "hungry":
            raise MemoryError
        mask = np.ones((1, 1), np.float32)
        if isinstance(edit.mask, MaskGrid):
            mask = np.array(edit.mask.rows, np.float32)
        elif isinstance(edit.mask, MaskPng):
            mask = decode_mask(edit.mask.png())
        elif isinstance(edit.mask, MaskStored):
            mask = stored(edit.mask.mask_id)
        spread = Image.fromarray(mask).resize(size[::-1], Image.Resampling.NEAREST)
        sigmas = edit.reach if edit.strength is None else edit.strength
        levels = np.asarray(spread)[:, :, None] * sigmas * LEVELS_PER_SIGMA
        return np.round(levels).astype(np.int64)

    def _resized(self, original: Pixels) -> Pixels:
        size = (self.resolution, self.resolution)
        return np.asarray(Image.fromarray(original).resize(size, Image.Resampling.BILINEAR))

    def _flat(self, original: Pixels) -> Pixels:
        return np.full_like(original, 128)

    def _encoded(self, pixels: Pixels, space: str) -> Encoded:
        wmap = np.asarray(Image.fromarray(pixels).resize(GRID[::-1]), np.float32)
        return Encoded(save({"wmap": wmap}), pixels, space, GRID, 30.0, 0.1, "none", {"smile": 0.5})


def load_editor(model_dir: Path, device: str) -> FakeEditor:
    """The same door as `worker.editor.load_editor`."""
    config = json.loads((model_dir / "config.json").read_text())
    return FakeEditor(config["id"], config["resolution"], device, model_dir)


def _box_of(changed: NDArray[np.bool_]) -> tuple[int, int, int, int] | None:
    ys, xs = np.nonzero(changed)
    if len(ys) == 0:
        return None
    x, y = int(xs.min()), int(ys.min())
    return x, y, int(xs.max()) - x + 1, int(ys.max()) - y + 1
