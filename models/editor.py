"""The Editor: a loaded model that encodes pictures, paints on them, draws new ones and reads them.

    editor = Editor.load("portraits")
    found = editor.encode(pixels)
    subject = editor.subject(found.latents)
    hat = editor.edit(subject, pixels, [Move(mask, "hat", 2.0)])

Latents and pictures go in and come out; what keeps them, and for whom, is its caller's.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor

from models.attributes import shift
from models.description import SHIPPED_DIR
from models.errors import ShapeError
from models.fit import Fit, distance_apart, fit_of
from models.gallery import strip
from models.heat import heat_of
from models.images import Pixels, resize_img, to_img, to_pixels
from models.inversion import Inversion, invert
from models.land import CellBox, Land
from models.latents import SQUARE, Cells, LatentMap, Stored, cells_of, embed
from models.model import Model, load_model
from models.painting import Edit, Subject, paint, readings
from models.pieces import draw
from models.progress import Progress
from models.sampling import seed_w
from models.sizes import drawn_size, known_bases, resumed_size
from models.step import Report, Step, silent
from models.twins import FURTHER, find_twin, is_plain, twin_steps, twins_of

LOOKING = "Looking for a plain latent to edit"
DRAWING = "Drawing the picture"


@dataclass(frozen=True)
class Reconstruction:
    """A picture's latents, and how well they keep it.

    Attributes:
        img: what the faithful one draws, [1, 3, H, W].
        twin_img: what the plain one draws; None where there is no other.
    """

    latents: Stored
    img: Tensor
    twin_img: Tensor | None
    psnr_db: float
    perceptual: float
    fit: Fit


class Editor:
    """One model, loaded. Not safe for threads."""

    def __init__(self, model: Model) -> None:
        self.model = model

    @classmethod
    def load(
        cls,
        folder: str | os.PathLike[str],
        device: str = "cpu",
        dtype: torch.dtype | None = None,
    ) -> "Editor":
        """Load a model, to compute in the device's best dtype or a given one.

        Args:
            folder: of the model, or the name of one that comes with Latentbrush.

        Raises:
            CheckpointError: a file is missing, damaged, or does not fit the others.
        """
        path = Path(folder)
        shipped = SHIPPED_DIR / path
        return cls(load_model(path if path.exists() else shipped, device, dtype))

    def encode(
        self,
        original: Pixels,
        *,
        space: str | None = None,
        steps: int | None = None,
        regulariser: float | None = None,
        begin: Stored | None = None,
        report: Report = silent,
    ) -> Reconstruction:
        """Find the latents of a picture; what is None is the model's choice.

        Args:
            original: uint8 [H, W, 3] of any size; the long side at most 4 times the short one.
            space: of the faithful latent, such as `W+` or `S+`.
            steps: of optimisation; 0 is the encoder alone.
            regulariser: weight of the pull towards generated latents.
            begin: latents of the same picture to go on from.
            report: hears of every step.

        Raises:
            NoEncoder: 0 steps, and the model has no encoder.
            ShapeError, SpaceError: the model cannot do that.
        """
        model, picture = self.model, (original.shape[0], original.shape[1])
        size = drawn_size(picture, model)
        start = "the mean latent" if model.encoder is None else "the encoder's answer"
        earlier = earlier_twin = None
        if begin is not None:
            start = "an earlier latent"
            earlier = begin.latent.to(model.device)
            earlier_twin = (begin.plain or begin.latent).to(model.device)
            size = resumed_size(picture, earlier, model)
        img = resize_img(to_img(original).to(model.device), size).clamp(-1, 1)
        space = space or model.encoding.space
        steps = model.encoding.steps if steps is None else steps

        progress = Progress(report, img, steps)
        twin = None
        if not is_plain(model, space):
            twin = self._twin(img, steps, regulariser, earlier_twin, progress)
        found = invert(
            model,
            img,
            space=space,
            steps=steps,
            regulariser=regulariser,
            begin=earlier,
            on_step=progress.part(f"Optimising from {start}"),
        )
        return Reconstruction(
            latents=Stored(found.latent, space, None if twin is None else twin.latent),
            img=found.img,
            twin_img=None if twin is None else twin.img,
            psnr_db=found.psnr_db.item(),
            perceptual=found.perceptual.item(),
            fit=self._fit(img, (twin or found).img),
        )

    def _twin(
        self,
        img: Tensor,
        steps: int,
        regulariser: float | None,
        begin: LatentMap | None,
        progress: Progress,
    ) -> Inversion:
        """The plain latent of a picture; one that is little known is looked for longer."""
        num = twin_steps(self.model, steps)
        further = 0 if num in (0, steps) else FURTHER
        progress.steps += num + further
        found = find_twin(self.model, img, num, begin, regulariser, progress.part(LOOKING))
        if further == 0:
            return found
        if self._fit(img, found.img).verdict == "close":
            progress.steps -= further
            return found
        part = progress.part(LOOKING)
        return find_twin(self.model, img, further, found.latent, regulariser, part)

    def _fit(self, img: Tensor, drawn: Tensor) -> Fit:
        """Whether the model knows a picture, by what its twin draws."""
        return fit_of(self.model, img, drawn, self._apart)

    @cached_property
    def _apart(self) -> float:
        """How far two of the model's own pictures are from each other (`models/fit.py`)."""
        return distance_apart(self.model)

    def subject(self, latents: Stored) -> Subject:
        """An encoded picture at hand, to be painted on. What its latents draw is kept with it."""
        return Subject(self.model, twins_of(self.model, latents))

    @torch.inference_mode()
    def edit(
        self,
        subject: Subject,
        original: Pixels,
        edits: Sequence[Edit],
        *,
        share: float = 1.0,
        resolution: int | None = None,
    ) -> Pixels:
        """The picture after edits, in order, at its own size.

        Args:
            original: uint8 [H, W, 3], what was encoded, at any size.
            share: of every edit, in [0, 1].
            resolution: that changes are drawn at; the model's if None.

        Returns:
            [H, W, 3]; pixels where no edit's feathered mask reaches are those of `original`.

        Raises:
            AttributeUnknown, SpaceError, ShapeError: of an edit that the model cannot do.
        """
        return paint(subject, original, edits, share, resolution)

    @torch.inference_mode()
    def generate(
        self,
        seed: int = 0,
        *,
        size: tuple[int, int] | None = None,
        truncation: float = 1.0,
        class_index: int | None = None,
        coherence: float | None = None,
        report: Report = silent,
    ) -> tuple[Stored, Pixels]:
        """Draw the picture of a seed.

        Args:
            size: height and width in pixels; only spatially trained models have a choice.
            truncation: towards the mean of w, which 0 is.
            class_index: of a class-conditional generator; None: of the seed's number.
            coherence: over how many cells a field hangs together; spatially trained models only.
            report: hears of the pieces of a large one.

        Returns:
            Its latent, and uint8 [H, W, 3].

        Raises:
            ShapeError: the model cannot draw that size, or takes no coherence.
            ClassUnknown: the generator has no such class.
        """
        side = self.model.layout.resolution
        height, width = size or (side, side)
        if self.model.prior is not None:
            cell = side // SQUARE[0]
            if width % cell or height % cell or min(width, height) < side:
                raise ShapeError(f"sides are multiples of {cell} px, from {side} px on")
            land = Land(self.model, seed, coherence, truncation)
            latent = land.latent(CellBox(0, 0, height // cell, width // cell))
            stored = Stored(latent, f"S{SQUARE[0]}")
        else:
            name = self.model.card.id
            if (height, width) != (side, side):
                raise ShapeError(f"{name} draws pictures of {side}×{side} px only")
            if coherence is not None:
                raise ShapeError(f"{name} was not trained spatially: it takes no coherence")
            generator = self.model.generator
            w = seed_w(generator, seed, truncation, class_index)
            stored = Stored(generator.broadcast(w), "W")

        def tell(piece: int, pieces: int) -> None:
            report(Step(piece, pieces, DRAWING))

        return stored, to_pixels(draw(self.model, stored.latent, tell=tell).img)

    @torch.inference_mode()
    def read(self, latents: Stored) -> dict[str, float]:
        """What a picture reads of each attribute, in σ, by its plain latent: what edits move, and
        what they reach. Nothing where the model has no reader, or the picture is not square."""
        plain = latents.plain or latents.latent
        if plain.base != SQUARE:  # nothing is read of it, and embedded it is large
            return {}
        return readings(self.model, embed(plain, "S+", self.model.layout))

    def with_twin(self, latents: Stored, report: Report = silent) -> Stored:
        """Latents with the plain one that is edited in the faithful one's stead; as they are if
        they have one, or need none."""
        if latents.plain is not None or is_plain(self.model, latents.space):
            return latents

        def tell(step: int, steps: int, _: Tensor | None) -> None:
            report(Step(step, steps, LOOKING))

        plain = twins_of(self.model, latents, tell).plain
        return Stored(latents.latent, latents.space, plain)

    def check(self, latents: Stored, size: tuple[int, int]) -> None:
        """Refuse latents from elsewhere that are not those of one picture of `size`, (height,
        width).

        Raises:
            ShapeError: that.
        """
        both = [latents.latent] if latents.plain is None else [latents.latent, latents.plain]
        layers = [layer for latent in both for layer in latent.layers]
        fits = latents.latent.base in known_bases(size, self.model)
        if not fits or any(layer.shape[0] != 1 for layer in layers):
            raise ShapeError("the latent does not have the shape of its picture")
        if not all(layer.isfinite().all() for layer in layers):
            raise ShapeError("the latent has values that are no numbers")

    def grid(self, base: Cells) -> Cells:
        """Rows and columns of the cells that a person paints on, in a picture of that base."""
        return cells_of(self.model.layout.grid, base)

    def strip(self, attribute: str) -> Pixels:
        """What a direction does, as it was found: five small pictures in a row, weak to strong."""
        known, direction = self.model.attributes.find(attribute)
        return to_pixels(strip(self.model, -direction if known.flipped else direction))

    @torch.inference_mode()
    def heat(self, subject: Subject, attribute: str) -> Tensor:
        """Where an attribute shows in a picture: [H, W] in [0, 1], at the model's size."""
        plain = subject.twins.plain
        _, direction = self.model.attributes.find(attribute)
        more, less = (draw(self.model, shift(plain, direction, s)).img for s in (1.0, -1.0))
        return heat_of(more - less)[0, 0]
