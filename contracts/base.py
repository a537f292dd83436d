"""The base of every value that crosses a process: frozen, finite, no unknown fields."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Unit = Annotated[float, Field(ge=0, le=1)]
"""A number in [0, 1]."""

IdText = Annotated[str, StringConstraints(min_length=1, max_length=64)]
"""An id as a client sends it: whether it exists is for the library to say (see `ids.py`)."""

Name = Annotated[
    str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][\w.+-]*$")
]
"""The name of a model or of an attribute."""


class Value(BaseModel):
    """A frozen value. Unknown fields, NaN and infinities are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
