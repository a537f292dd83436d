"""What a client asks for: the bodies of the calls that make jobs, and what they answer."""

import hashlib
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from contracts.base import IdText, Name, Value
from contracts.edits import Edits, EditValue, Others, canonical_json, enabled_edits
from contracts.faces import Quad, Square
from contracts.kits import Kit
from contracts.masks import named

MAX_ASPECT = 4  # of a crop: the long side over the short one
LARGE_PX = 1024 * 1024  # of a picture: more takes seconds to draw or to write
MAX_SIDE_PX = 16_384  # of a crop or a generated picture; the settings bound the number of pixels

ANIMATION_PX = 640
DRAWING = 9
"""How edits and land are drawn: larger whenever a request gives another picture than before."""

Truncation = Annotated[float, Field(ge=0, le=2)]
"""Pull of w to its mean: 1 is none, 0 is all."""
Coherence = Annotated[float, Field(gt=0, le=32)]
"""Correlation length of a field, in cells of the coarsest grid."""
Side = Annotated[int, Field(ge=1, le=MAX_SIDE_PX)]
Offset = Annotated[int, Field(ge=0, le=MAX_SIDE_PX)]
Box = tuple[Offset, Offset, Side, Side]
"""x, y, w, h in pixels of the upright picture, origin at the top left."""

Space = Annotated[
    str, StringConstraints(max_length=8, pattern=r"^(W\+?|S[1-9]\d*|S\+([1-9]\d*)?)$")
]
"""A latent space: W, W+, S{n}, S+{n} or S+."""


class IngestRequest(Value):
    """Decode an upload. Made by the server, never by a client."""

    upload_id: IdText


class EncodeRequest(Value):
    """Find the latent of a picture."""

    image_id: IdText
    model: Name
    space: Space | None = None
    steps: Annotated[int, Field(ge=0, le=100_000)] | None = None
    """Optimisation steps; 0 = encoder only; absent = the model's default."""
    crop: Box | None = None
    """Absent = the largest centred crop of the model's aspect."""
    quad: Square | None = None
    """A square that may be turned, and reach beyond the picture; in place of a crop."""
    face: Annotated[int, Field(ge=0, lt=1000)] | None = None
    """The square of a face that is found, the largest being 0; in place of a crop."""
    regulariser: Annotated[float, Field(ge=0, le=100)] | None = None
    """Weight of the pull towards generated latents: 0 = as faithful as can be, more = easier to
    edit; absent = the model's default."""
    begin: IdText | None = None
    """A latent of this model to go on from, of a picture of the same shape; absent = the encoder's
    answer."""

    @model_validator(mode="after")
    def _one_part(self) -> Self:
        if sum(part is not None for part in (self.crop, self.quad, self.face)) > 1:
            raise ValueError("crop, quad and face are three ways to name one part: send one")
        return self


Detail = Literal["full", "draft"]


class Output(Value):
    """How the edited picture is written."""

    format: Literal["png", "webp", "jpeg"] = "png"
    quality: Annotated[int, Field(ge=1, le=100)] = 90
    """Of WebP (100 = lossless) and JPEG; PNG is always lossless."""
    composite: Literal["residual", "model"] = "residual"
    """`residual` changes only what was painted; `model` shows the generator's own picture."""
    frame: Literal["crop", "full"] = "crop"
    """The encoded crop alone, or pasted into the whole upload."""
    max_side: Annotated[int, Field(ge=64, le=MAX_SIDE_PX)] | None = None
    """A preview of the crop: shrunk until no side is longer, and kept for a day at most."""
    detail: Detail = "full"
    """`draft` is for previews: the change is drawn at half the model's resolution or less."""

    frames: Annotated[int, Field(ge=2, le=60)] | None = None
    """Of an animation from the original to the result and back, with so many pictures each way; of
    the crop, as WebP, no side longer than `ANIMATION_PX`."""

    @model_validator(mode="after")
    def _an_animation_is_webp_of_the_crop(self) -> Self:
        rest = (self.format, self.frame, self.max_side)
        if self.frames is not None and rest != ("webp", "crop", None):
            raise ValueError("frames go with the format webp and the frame crop, without max_side")
        return self

    @model_validator(mode="after")
    def _a_preview_is_of_the_crop(self) -> Self:
        if self.max_side is not None and self.frame == "full":
            raise ValueError("max_side goes with the frame crop")
        if self.max_side is None and self.detail == "draft":
            raise ValueError("a draft is a preview: it goes with max_side")
        return self

    def is_export(self, crop_px: int) -> bool:
        """Whether it is made to be taken away, not to be painted on, and takes long: the whole
        picture, an animation, or a large crop of so many pixels, but as the PNG that pages show."""
        is_whole = self.frame == "full" or self.frames is not None
        is_file = self.max_side is None and self.format != "png"
        return is_whole or (is_file and crop_px > LARGE_PX)


class EditRequest(Value):
    """Apply an edit list to a latent's original encoding."""

    latent_id: IdText
    edits: Edits = ()
    others: Others = ()
    """Further parts of the same picture: what is painted on them shows, too."""
    output: Output = Output()

    @property
    def drawn_edits(self) -> tuple[EditValue, ...]:
        """All that is drawn: the enabled edits of every part."""
        lists = (self.edits, *(other.edits for other in self.others))
        return tuple(edit for edits in lists for edit in enabled_edits(edits))

    def key(self, model_version: str) -> str:
        """What the answer depends on, as a hash: equal keys, equal pictures."""
        output = self.output.model_dump(mode="json")
        parts = [DRAWING, model_version, self.latent_id, drawn_of(self.edits), output]
        if self.others:
            parts.append([[other.latent_id, drawn_of(other.edits)] for other in self.others])
        return hashlib.sha256(canonical_json(parts).encode()).hexdigest()


def drawn_of(edits: tuple[EditValue, ...]) -> list[dict[str, Any]]:
    """Of edits, what a picture depends on."""
    return [
        edit.model_dump(mode="json", exclude={"enabled", "name", "mask"})
        | {"mask": named(edit.mask).model_dump(mode="json")}
        for edit in enabled_edits(edits)
    ]


class GenerateRequest(Value):
    """Draw a picture from the model's own distribution."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    model: Name
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None
    """Absent = the server draws one and reports it."""
    width: Side | None = None
    height: Side | None = None
    truncation: Truncation = 0.7
    coherence: Coherence | None = None
    """Correlation length of the spatial prior; absent = the model's default."""
    class_index: Annotated[int | None, Field(ge=0, alias="class")] = None
    """Of a class-conditional model; absent = the seed chooses (seed modulo classes)."""

    @property
    def is_large(self) -> bool:
        """Whether it takes seconds to draw."""
        return (self.width or 0) * (self.height or 0) > LARGE_PX


class HeatMapRequest(Value):
    """Where in the picture an attribute is read."""

    latent_id: IdText
    attribute: Name


class AdoptRequest(Value):
    """Make a model of a kit whose files are there. Made by the server, never by a client."""

    kit: Kit


class StripRequest(Value):
    """Draw what a found direction does. Made by the server, never by a client."""

    model: Name
    attribute: Name


class StripResult(Value):
    """A strip that lies beside its model's weights."""


class AdoptResult(Value):
    """A model that is installed."""

    model: str


class IngestResult(Value):
    """A decoded picture; width and height are those of the upright picture."""

    image_id: str
    width: int
    height: int


class Metrics(Value):
    """How close the reconstruction is to the crop, at the model's size."""

    psnr_db: float | None
    """Null when the two are equal."""
    perceptual: float | None
    perceptual_metric: str


class Fit(Value):
    """Whether the picture is like what the model knows: what edits can be expected to do."""

    verdict: Literal["close", "rough", "stranger"]
    reason: Annotated[str, StringConstraints(max_length=500)]


class EncodeResult(Value):
    """A latent and how good it is."""

    latent_id: str
    image_id: str
    reconstruction_id: str
    model: str
    space: str
    grid: tuple[int, int]
    """Rows and columns."""
    crop: tuple[int, int, int, int]
    """x, y, w, h; of a quad, what it reaches of the picture."""
    quad: Quad | None = None
    """Null for plain crops."""
    metrics: Metrics
    timings_ms: dict[str, float]
    readings: dict[str, float] = {}
    """What the picture reads of each attribute, in σ over generated pictures; empty where the model
    cannot read."""
    fit: Fit | None = None
    """Null for latents from before it was measured."""
    twin_id: str | None = None
    """The picture that the latent's twin draws: what edits are made on. Null for latents from
    before it was kept."""


class EditResult(Value):
    """An edited picture."""

    image_id: str
    changed_box: tuple[int, int, int, int] | None
    """x, y, w, h in the answered picture; null when nothing changed."""
    cached: bool
    timings_ms: dict[str, float]


class GenerateResult(Value):
    """A generated picture, ready to edit."""

    latent_id: str
    image_id: str
    grid: tuple[int, int]
    seed: int
    timings_ms: dict[str, float]
    readings: dict[str, float] = {}


class HeatMapResult(Value):
    """A picture of where an attribute is read."""

    image_id: str
