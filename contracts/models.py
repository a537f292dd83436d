"""What clients see of a model and of its attributes."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.base import Name, Value
from contracts.faces import Alignment


class _Public(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class AttributeInfo(_Public):
    """An attribute that a model can edit; strengths in σ."""

    id: Name
    title: str
    min: float
    max: float
    default: float
    source: str = ""
    """How it was found, if it was not trained with the model; such a one has a strip."""
    flipped: bool = False
    """Turned around since its strip was drawn."""
    group: str = ""
    """What of the picture it belongs to: hair, face, eyes, mouth, worn, clothes, light or
    background; "" if nobody said."""
    opposite: str = ""
    """What less of it is called, where that has a name of its own: less land is sea."""
    offered: Annotated[bool, Field(exclude=True)] = True
    """Not every one is: what does not work stays for the sessions that have it."""


class ModelInfo(_Public):
    """A model, as `GET /models` shows it."""

    id: Name
    title: str
    resolution: int
    grid: tuple[int, int]
    spaces: tuple[str, ...]
    default_space: str
    attributes: tuple[AttributeInfo, ...]
    any_size: bool
    is_spatial: bool = False
    """Trained on fields: it draws endless lands (`POST /lands`)."""
    has_encoder: bool
    """Without one, encoding starts at the mean latent and needs more steps."""
    encoder: Literal["spatial", "psp", "e4e"] | None = None
    """Its kind."""
    classes: int = 0
    """Of a class-conditional generator."""
    source: str
    license: str
    aligned: Alignment | None = None
    """The square that it wants faces in; null: it takes any part of a picture."""
    purpose: str = ""
    """Which pictures it is for, in a sentence; "" if nobody said."""
    version: str = ""
    """Changes whenever the same edit could give another picture."""
    files: Annotated[dict[str, str], Field(exclude=True)] = {}
    """The SHA-256 of its weights: another encoder is not another version, and yet to be loaded."""

    @property
    def as_offered(self) -> "ModelInfo":
        """The same with the attributes that are to be painted with."""
        offered = tuple(a for a in self.attributes if a.offered)
        return self.model_copy(update={"attributes": offered})

    def has_attribute(self, attribute: str) -> bool:
        """Whether the model knows an attribute by this id."""
        return any(a.id == attribute for a in self.attributes)


class AttributeChange(Value):
    """What a person does with a direction that was found: name it, turn it around, drop it."""

    title: Annotated[str, StringConstraints(strip_whitespace=True, max_length=64)] | None = None
    flipped: bool | None = None
    drop: bool = False
