"""Endless lands: what one is made of, where its edits lie, and its tiles.

A land is a value: a model, a seed and a list of edits in the land's own pixels. Painting makes
another land; its tiles that no edit reaches are those of the land before.
"""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from contracts.base import Name, Value
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
REACH = 1.5
"""How far an edit of the latent changes the picture, in the model's resolution."""

Seed = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""As far as JavaScript counts exactly."""
Coordinate = Annotated[int, Field(ge=-FURTHEST_PX, le=FURTHEST_PX)]
ExportSide = Annotated[int, Field(ge=1, le=MAX_SIDE_PX)]
BoxSide = Annotated[int, Field(ge=1, le=MAX_BOX_PX)]
Box = tuple[int, int, int, int]
"""x, y, w, h in pixels of the land."""
LandBox = tuple[Coordinate, Coordinate, BoxSide, BoxSide]
"""x, y, w, h in pixels of the land: x east and y south of its origin; either may be negative."""


class LandEdit(Value):
    """Move an attribute where the mask says; the mask covers the box."""

    type: Literal["attribute"] = "attribute"
    attribute: Name
    strength: Annotated[float, Field(ge=-MAX_STRENGTH, le=MAX_STRENGTH)]
    box: LandBox
    mask: Mask = MaskAll()
    enabled: bool = True

    def is_within(self, distance: int, box: Box) -> bool:
        """Whether it is painted less than so many pixels from a box."""
        pairs = zip(self.box[:2], self.box[2:], box[:2], box[2:], strict=True)
        return self.enabled and all(
            own - distance < other + length and other < own + own_length + distance
            for own, own_length, other, length in pairs
        )


class LandRequest(Value):
    """An endless picture of a spatially trained model."""

    model: Name
    seed: Seed | None = None
    """Absent = the server draws one and reports it."""
    coherence: Coherence | None = None
    """Absent = the model's default."""
    truncation: Truncation = 1.0
    """None: what is rare, lakes and towns, is what a land is made of."""
    edits: tuple[LandEdit, ...] = ()


class LandInfo(LandRequest):
    """A land as it is kept."""

    land_id: str
    seed: Seed
    model_version: str = ""
    """What drew it: another version draws another land."""
    tile_px: int = TILE_PX
    min_zoom: int = MIN_ZOOM
    max_zoom: int = MAX_ZOOM

    def part(self, box: Box, resolution: int, scale: int = 1) -> "DrawRequest":
        """What a worker has to know to draw a box, `scale` times smaller, with a model of that
        resolution."""
        return DrawRequest(
            model=self.model,
            seed=self.seed,
            coherence=self.coherence,
            truncation=self.truncation,
            edits=reaching(self.edits, box, resolution),
            box=box,
            scale=scale,
        )


class DrawRequest(LandRequest):
    """Draw a box of a land. Made by the server; only the edits that reach it are in it."""

    box: Box
    scale: int = 1

    @property
    def is_large(self) -> bool:
        """Whether it is more than a tile at full size: it takes seconds to draw."""
        return self.box[2] * self.box[3] > TILE_PX * TILE_PX

    def key(self, model_version: str) -> str:
        """What the picture depends on, as a hash: equal keys, equal pictures."""
        parts = ["land", DRAWING, model_version, self.model_dump(mode="json")]
        return hashlib.sha256(canonical_json(parts).encode()).hexdigest()


class DrawResult(Value):
    """A drawn box."""

    image_id: str
    timings_ms: dict[str, float]


class ExportRequest(Value):
    """Write a rectangle of a land at full size."""

    box: tuple[Coordinate, Coordinate, ExportSide, ExportSide]


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
