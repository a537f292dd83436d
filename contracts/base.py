"""The base of every value that crosses a process: frozen, finite, no unknown fields."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, FailFast, Field, StringConstraints, model_validator

MAX_FIELDS = 100  # of one value: more than any has, few enough to be told what is wrong with each

Unit = Annotated[float, Field(ge=0, le=1)]
"""A number in [0, 1]."""

IdText = Annotated[str, StringConstraints(min_length=1, max_length=64)]
"""An id as a client sends it: whether it exists is for the library to say (see `ids.py`)."""

Name = Annotated[
    str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][\w.+-]*$")
]
"""The name of a model or of an attribute."""


FIRST_ERROR = FailFast()
"""A list is refused by its first bad item: a stranger may send a million of them."""


class Value(BaseModel):
    """A frozen value. Unknown fields, NaN and infinities are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _fields_are_few(cls, data: object) -> object:
        if isinstance(data, dict) and len(data) > MAX_FIELDS:
            raise ValueError(f"{len(data):,} fields, of which most are unknown")
        return data
