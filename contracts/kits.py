"""Kits: models that their authors keep for anyone to fetch, with what makes them useful: an encoder
and directions with names. Which ones are known: `service/known_kits.py`."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from contracts.base import Name, Value
from contracts.faces import Alignment

FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
Address = Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=1000)]
Role = Literal["model", "encoder", "directions"]

GUIDE = 1.5  # times a size that is a guide, no file is larger
MOST_BYTES = 1 << 34


class KitFile(Value):
    """A file of a kit.

    Attributes:
        name: as it is kept here, and as a reader tells its kind by.
        role: `model` has the generator, and maybe an encoder.
        num_bytes: exactly, where its checksum is known; else a guide.
    """

    name: FileName
    role: Role
    address: Address
    num_bytes: Annotated[int, Field(gt=0, le=MOST_BYTES)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None

    @property
    def max_bytes(self) -> int:
        """What a server may send at most."""
        return self.num_bytes if self.sha256 is not None else int(self.num_bytes * GUIDE)


class Kit(Value):
    """A model that can be fetched by name."""

    name: Name
    title: str
    purpose: str
    """Which pictures it is for, in a sentence."""
    resolution: int
    license: str
    license_address: Address
    is_commercial: bool = False
    """Whether it may be used for more than research."""
    aligned: Alignment | None = None
    has_encoder: bool = False
    files: Annotated[tuple[KitFile, ...], Field(min_length=1, max_length=16)]

    @model_validator(mode="after")
    def _makes_a_model(self) -> Self:
        roles = [file.role for file in self.files]
        if roles.count("model") != 1 or roles.count("encoder") > 1:
            raise ValueError("a kit has one file with the model, and at most one with an encoder")
        if len({file.name for file in self.files}) < len(self.files):
            raise ValueError("two files of a kit have the same name")
        return self

    @property
    def num_bytes(self) -> int:
        """Of all files, about."""
        return sum(file.num_bytes for file in self.files)
