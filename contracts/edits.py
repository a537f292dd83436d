"""The edit vocabulary: small frozen values in one tagged union.

An edit session is `(latent_id, edits)`; edits are applied in order to the *original* encoding.
A mask (`masks.py`) covers exactly the encoded crop.
How an edit changes a latent is written in `models/edits.py`.
"""

import json
from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from contracts.base import FIRST_ERROR, IdText, Name, Unit, Value
from contracts.masks import Mask, MaskAll

MAX_OTHERS = 15  # parts of a picture beside the one that is edited
MAX_STRENGTH = 100.0  # σ: far past any use, small enough to stay finite in half precision


class _Edit(Value):
    enabled: bool = True
    name: Annotated[str, Field(max_length=80)] | None = None
    """What a person calls it; changes nothing."""
    mask: Mask = MaskAll()


class AttributeEdit(_Edit):
    """Move the masked cells along an attribute's direction, by `strength` σ of that attribute, or
    to where the picture reads `reach` σ."""

    type: Literal["attribute"] = "attribute"
    attribute: Name
    strength: Annotated[float, Field(ge=-MAX_STRENGTH, le=MAX_STRENGTH)] | None = None
    reach: Annotated[float, Field(ge=-MAX_STRENGTH, le=MAX_STRENGTH)] | None = None
    layers: tuple[Annotated[int, Field(ge=0, le=64)], Annotated[int, Field(ge=0, le=64)]] | None = (
        None
    )
    """`[from, to]`: style layers `from ≤ l < to`, from 0; absent = the attribute's own range."""

    @model_validator(mode="after")
    def _moves_by_or_to(self) -> Self:
        if (self.strength is None) == (self.reach is None):
            raise ValueError("give strength (move by so many σ) or reach (move to a reading)")
        return self

    @model_validator(mode="after")
    def _layers_are_a_range(self) -> Self:
        if self.layers is not None and self.layers[0] >= self.layers[1]:
            raise ValueError(f"layers [from, to] needs from < to, got {list(self.layers)}")
        return self


class TransplantEdit(_Edit):
    """Copy cells of the donor into the masked region; the donor may be the base itself."""

    type: Literal["transplant"] = "transplant"
    donor: IdText
    offset: tuple[
        Annotated[int, Field(ge=-1024, le=1024)], Annotated[int, Field(ge=-1024, le=1024)]
    ] = (0, 0)
    """`[dx, dy]` in cells: cell (x, y) of the base takes cell (x - dx, y - dy) of the donor."""


class ResampleEdit(_Edit):
    """Draw new content in the region: 0 keeps what is there, 1 replaces it."""

    type: Literal["resample"] = "resample"
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)]
    amount: Unit = 1.0


Edit = Annotated[AttributeEdit | TransplantEdit | ResampleEdit, Field(discriminator="type")]
EditValue = AttributeEdit | TransplantEdit | ResampleEdit
Edits = Annotated[tuple[Edit, ...], FIRST_ERROR]


class PaintedPart(Value):
    """A part of a picture with a latent of its own, and what is painted on it."""

    latent_id: IdText
    edits: Edits = ()


Others = Annotated[tuple[PaintedPart, ...], FIRST_ERROR, Field(max_length=MAX_OTHERS)]
"""Further parts of a picture: a second face, beside the first."""


def named_twice(latent_id: str, others: Sequence[PaintedPart]) -> str | None:
    """A latent that is a part of a picture twice, if one is."""
    seen = {latent_id}
    for other in others:
        if other.latent_id in seen:
            return other.latent_id
        seen.add(other.latent_id)
    return None


def enabled_edits(edits: Sequence[EditValue]) -> tuple[EditValue, ...]:
    """The edits that count, in order."""
    return tuple(edit for edit in edits if edit.enabled)


def canonical_json(value: object) -> str:
    """One text for one JSON value: sorted keys, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
