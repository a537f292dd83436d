"""What was made lately, kept while there is room."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """Values by key; those used longest ago give way.

    Attributes:
        max_bytes: what all of them may take; the newest stays whatever it takes.
    """

    def __init__(self, max_bytes: int, size_of: Callable[[Value], int]) -> None:
        self.max_bytes = max_bytes
        self._size_of = size_of
        self._values: OrderedDict[Hashable, Value] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of a key, made if it is not at hand."""
        if key not in self._values:
            self._values[key] = make()
        self._values.move_to_end(key)
        while len(self._values) > 1 and self.num_bytes > self.max_bytes:
            self._values.popitem(last=False)
        return self._values[key]

    def clear(self) -> None:
        """Let go of all."""
        self._values.clear()

    def __len__(self) -> int:
        return len(self._values)

    @property
    def num_bytes(self) -> int:
        """What all values take."""
        return sum(map(self._size_of, self._values.values()))
