"""Endless lands: what one is made of, where its edits lie, and its tiles.

A land is a value: a model, a seed and a list of edits in the land's own pixels. Painting makes
another land; its tiles that no edit reaches are those of the land before.
"""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from contracts.base import FIRST_ERROR, Name, Value
from contracts.edits import MAX_STRENGTH, canonical_json
from contracts.errors import InvalidRequest
from contracts.masks import Mask, MaskAll
from contracts.requests import DRAWING, MAX_SIDE_PX, Coherence, Truncation

TILE_PX = 256
MAX_ZOOM = 8
"""Here a pixel of a tile is a pixel of the land."""
MIN_ZOOM = 6
FURTHEST_PX = 2**30
"""From the origin, each way."""
MAX_BOX_PX = 4096
FEATHER_PX = 8
"""How far the soft edge of an edit may reach past its box."""
MAX_WEBP_SIDE_PX = 16_383
MAX_WEBP_PIXELS = 2**26
"""A WebP is in memory whole while it is written."""
REACH = 1.5
"""How far an edit of the latent changes the picture, in the model's resolution."""

Seed = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""As far as JavaScript counts exactly."""
Coordinate = Annotated[int, Field(ge=-FURTHEST_PX, le=FURTHEST_PX)]
Around = Literal[1024, 2048, 4096, 8192, 16384]
ExportSide = Annotated[int, Field(ge=1, le=MAX_SIDE_PX)]
BoxSide = Annotated[int, Field(ge=1, le=MAX_BOX_PX)]
Box = tuple[int, int, int, int]
"""x, y, w, h in pixels of the land."""
LandBox = tuple[Coordinate, Coordinate, BoxSide, BoxSide]
"""x, y, w, h in pixels of the land: x east and y south of its origin; either may be negative."""


class PictureFile(Value):
    """What a drawn box is written as."""

    format: Literal["png", "webp", "tiff"] = "png"
    quality: Annotated[int, Field(ge=1, le=100)] = 90
    """Of WebP; 100 loses nothing."""

    @property
    def largest(self) -> int:
        """Pixels that it may have."""
        return MAX_WEBP_PIXELS if self.format == "webp" else MAX_SIDE_PX**2


class LandEdit(Value):
    """Move an attribute where the mask says; the mask covers the box."""

    type: Literal["attribute"] = "attribute"
    attribute: Name
    strength: Annotated[float, Field(ge=-MAX_STRENGTH, le=MAX_STRENGTH)]
    box: LandBox
    mask: Mask = MaskAll()
    enabled: bool = True

    def eastwards(self, by: int) -> "LandEdit":
        """The same edit elsewhere."""
        x, y, width, height = self.box
        return self.model_copy(update={"box": (x + by, y, width, height)})

    def is_within(self, distance: int, box: Box) -> bool:
        """Whether it is painted less than so many pixels from a box."""
        pairs = zip(self.box[:2], self.box[2:], box[:2], box[2:], strict=True)
        return self.enabled and all(
            own - distance < other + length and other < own + own_length + distance
            for own, own_length, other, length in pairs
        )


class LandRequest(Value):
    """An endless picture of a spatially trained model, or the map of a globe."""

    model: Name
    seed: Seed | None = None
    """Absent = the server draws one and reports it."""
    coherence: Coherence | None = None
    """Absent = the model's default."""
    truncation: Truncation = 1.0
    """None: what is rare, lakes and towns, is what a land is made of."""
    around: Around | None = None
    """Pixels after which it comes round to where it began, eastwards: the width of the map of a
    globe, in plate carrée, half as high. Absent: it has no end."""
    edits: Annotated[tuple[LandEdit, ...], FIRST_ERROR] = ()

    @model_validator(mode="after")
    def _edits_are_no_wider_than_the_globe(self) -> Self:
        if self.around is not None and any(edit.box[2] > self.around for edit in self.edits):
            raise ValueError("an edit is wider than the globe is around")
        return self


class LandInfo(LandRequest):
    """A land as it is kept."""

    land_id: str
    seed: Seed
    model_version: str = ""
    """What drew it: another version draws another land."""
    tile_px: int = TILE_PX
    min_zoom: int = MIN_ZOOM
    max_zoom: int = MAX_ZOOM

    def part(
        self, box: Box, resolution: int, scale: int = 1, file: PictureFile | None = None
    ) -> "DrawRequest":
        """What a worker has to know to draw a box, `scale` times smaller, with a model of that
        resolution."""
        if self.around is not None:
            box = (box[0] % self.around, *box[1:])
        return DrawRequest(
            model=self.model,
            seed=self.seed,
            coherence=self.coherence,
            truncation=self.truncation,
            around=self.around,
            edits=reaching(self.edits_near(box), box, resolution),
            box=box,
            scale=scale,
            file=file,
        )

    def edits_near(self, box: Box) -> tuple[LandEdit, ...]:
        """The edits in order; on a globe, each as often as it is met in and beside a box that
        begins on the map."""
        if self.around is None:
            return self.edits
        turns = range(-1, box[2] // self.around + 3)
        return tuple(
            edit.eastwards((turn - edit.box[0] // self.around) * self.around)
            for edit in self.edits
            for turn in turns
        )


class DrawRequest(LandRequest):
    """Draw a box of a land. Made by the server; only the edits that reach it are in it."""

    box: Box
    scale: int = 1
    file: PictureFile | None = None
    """Of an export; absent: a tile."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture."""
        return self.box[2] // self.scale, self.box[3] // self.scale

    @property
    def is_globe(self) -> bool:
        """Whether it is all of a globe."""
        return self.around is not None and self.box == (0, 0, self.around, self.around // 2)

    @property
    def is_large(self) -> bool:
        """Whether it is an export, or more than a tile at full size: it may take long to draw."""
        return self.file is not None or self.box[2] * self.box[3] > TILE_PX * TILE_PX

    def key(self, model_version: str) -> str:
        """What the file depends on, as a hash: equal keys, equal files."""
        parts = ["land", DRAWING, model_version, self.model_dump(mode="json")]
        return hashlib.sha256(canonical_json(parts).encode()).hexdigest()


class DrawResult(Value):
    """A drawn box."""

    image_id: str
    timings_ms: dict[str, float]


class ExportRequest(PictureFile):
    """Write a rectangle of a land at full size. TIFFs of all of a globe say where they lie."""

    box: tuple[Coordinate, Coordinate, ExportSide, ExportSide]

    @property
    def file(self) -> PictureFile:
        """What it is written as."""
        return PictureFile(format=self.format, quality=self.quality)

    @model_validator(mode="after")
    def _the_format_takes_so_many(self) -> Self:
        if self.box[2] * self.box[3] > self.largest:
            raise ValueError(f"{self.format} takes at most {self.largest:,} px")
        if self.format == "webp" and max(self.box[2:]) > MAX_WEBP_SIDE_PX:
            raise ValueError(f"no side of a webp is longer than {MAX_WEBP_SIDE_PX:,} px")
        return self


def reaching(edits: Sequence[LandEdit], box: Box, resolution: int) -> tuple[LandEdit, ...]:
    """The edits on which a pixel of a box depends, in order.

    A pixel changes only near a mask; what it changes to also depends on the other edits whose
    latents reach there.
    """
    if not any(edit.is_within(FEATHER_PX, box) for edit in edits):
        return ()
    return tuple(edit for edit in edits if edit.is_within(round(REACH * resolution), box))


def tile_box(z: int, x: int, y: int) -> Box:
    """The box of a tile in pixels of the land.

    Raises:
        InvalidRequest: it lies further from the origin than a land reaches.
    """
    side = TILE_PX << (MAX_ZOOM - z)
    if not all(-FURTHEST_PX <= place * side < FURTHEST_PX for place in (x, y)):
        raise InvalidRequest(f"there is no tile {x}, {y} at zoom {z}: land ends before it")
    return x * side, y * side, side, side
