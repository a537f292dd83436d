"""Reading pickles without running them: tensors and plain containers come out, or an error.

Python's own unpickler calls whatever a file names. This one walks the opcodes (tokenised by
`pickletools`) and knows a closed list of constructors, each of which only builds a value. Anything
else in the file is refused by name. Sizes that a file claims are checked before they are read.
"""

import io
import pickletools
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import IO, Any, cast

from models.errors import CheckpointError, UnsafeCheckpoint

MAX_ITEM_BYTES = 2**28  # one string or one tensor; the largest of StyleGAN2 is a 28th of it
MAX_STEPS = 1_000_000  # of a file; a checkpoint takes some ten thousands
MAX_BYTES = 2**31  # of a file's values; a training checkpoint at 1024 px takes 850 MB
MAX_KEY = 2**31  # of integer keys that are looked up: larger ones can be made to collide

Constructor = Callable[..., Any]


@dataclass
class Record:
    """An object of the file: its class by name, and the state that the file gives it.

    Attributes:
        state: usually the object's attributes.
    """

    kind: str
    state: Any = field(default_factory=dict)

    def set_state(self, state: Any) -> None:
        """Take the state that the file gives."""
        self.state = state


@dataclass(frozen=True)
class Global:
    """A class or function that the file names and this reader knows.

    Attributes:
        build: makes a value from the arguments.
    """

    name: str
    build: Constructor


@dataclass
class Budget:
    """What is left of the steps and bytes that one file may cost, nested pickles included."""

    steps: int = MAX_STEPS
    num_bytes: int = MAX_BYTES

    def spend(self, *, steps: int = 0, num_bytes: int = 0) -> None:
        """Take from what is left.

        Raises:
            CheckpointError: nothing is left.
        """
        self.steps -= steps
        self.num_bytes -= num_bytes
        if self.steps < 0 or self.num_bytes < 0:
            raise CheckpointError("far more in it than a checkpoint has: refused")


class Vocabulary:
    """What a kind of file may name.

    Args:
        constructors: by qualified name, such as `collections.OrderedDict`.
        values: names that stand for a value and cannot be called.
        persistent: resolves a persistent id (torch keeps its storages that way).
    """

    def __init__(
        self,
        constructors: Mapping[str, Constructor],
        values: Mapping[str, Any],
        persistent: Callable[[Any], Any] | None = None,
    ) -> None:
        self.constructors = constructors
        self.values = values
        self.persistent = persistent

    def find(self, name: str) -> Any:
        """Look a name up.

        Raises:
            UnsafeCheckpoint: it is not on the list.
        """
        if name in self.constructors:
            return Global(name, self.constructors[name])
        if name in self.values:
            return self.values[name]
        raise UnsafeCheckpoint(f"the file asks for {name[:80]!r}, which no model needs: refused")


class BoundedStream:
    """A file that refuses to be read past its end, or in pieces larger than any tensor.

    Args:
        open: opens it, at its beginning.
        budget: pays for what is read.
    """

    def __init__(self, open: Callable[[], io.BufferedReader | io.BytesIO], budget: Budget) -> None:
        self.open = open
        self.file = open()
        self.num_bytes = self.file.seek(0, io.SEEK_END)
        self.file.seek(0)
        self.budget = budget

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def read(self, num: int) -> bytes:
        """Read exactly `num` bytes.

        Raises:
            CheckpointError: the file has not so many left, or no tensor is that large.
        """
        self.check(num)
        self.budget.spend(num_bytes=num)
        return self.file.read(num)

    def check(self, num: int) -> None:
        """Refuse what `read` refuses."""
        left = self.num_bytes - self.file.tell()
        if num < 0 or num > MAX_ITEM_BYTES:
            raise CheckpointError(f"damaged: it claims a piece of {num:,} bytes")
        if num > left:
            raise CheckpointError(f"truncated: {num:,} bytes are announced and {left:,} are left")

    def later(self, num: int) -> Callable[[memoryview], int]:
        """What reads the next `num` bytes into memory at any time, also when this is closed."""
        self.check(num)
        at = self.file.tell()
        self.file.seek(at + num)
        return partial(self.read_at, at)

    def read_at(self, at: int, into: memoryview) -> int:
        """Fill memory from anywhere; how many bytes there were."""
        self.budget.spend(num_bytes=len(into))
        with self.open() as file:
            file.seek(at)
            return file.readinto(into)

    def readline(self) -> bytes:
        """Read a line, for the opcodes of the oldest protocols."""
        return self.file.readline(2**16)


MARK = object()


class PickleReader:
    """The stack machine of one pickle."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def load(self, stream: BoundedStream) -> Any:
        """Read one pickle and return its value; the stream stands behind it.

        Raises:
            UnsafeCheckpoint: it names something that is not in the vocabulary.
            CheckpointError: it is damaged.
        """
        for opcode, arg, _ in pickletools.genops(cast("IO[bytes]", stream)):
            if opcode.name == "STOP":
                return self.pop()
            stream.budget.spend(steps=1)
            self.step(opcode.name, arg)
        raise CheckpointError("truncated: the pickle has no end")

    def step(self, name: str, arg: Any) -> None:
        """Do one opcode."""
        if name in ("PROTO", "FRAME"):
            return
        if name in _CONSTANTS:
            self.stack.append(_CONSTANTS[name])
        elif name in _LITERALS:
            self.stack.append(arg)
        elif name in _EMPTY:
            self.stack.append(_EMPTY[name]())
        elif (do := getattr(self, f"do_{name.lower()}", None)) is not None:
            do(arg) if arg is not None else do()
        else:
            raise UnsafeCheckpoint(f"the file uses the pickle operation {name}: refused")

    def pop(self) -> Any:
        """Take the top of the stack."""
        if not self.stack or self.stack[-1] is MARK:
            raise CheckpointError("damaged: the pickle takes what is not there")
        return self.stack.pop()

    def pop_to_mark(self) -> list[Any]:
        """Take everything above the last mark."""
        for at in range(len(self.stack) - 1, -1, -1):
            if self.stack[at] is MARK:
                items = self.stack[at + 1 :]
                del self.stack[at:]
                return items
        raise CheckpointError("damaged: the pickle has no mark")

    def top(self, kind: type | tuple[type, ...]) -> Any:
        """Look at the top of the stack, which must be of a kind."""
        if not self.stack or not isinstance(self.stack[-1], kind):
            raise CheckpointError("damaged: the pickle fills what is not a container")
        return self.stack[-1]

    # Names and calls.

    def do_global(self, arg: str) -> None:
        self.stack.append(self.vocabulary.find(arg.replace(" ", ".")))

    def do_stack_global(self) -> None:
        name, module = text_of(self.pop()), text_of(self.pop())
        self.stack.append(self.vocabulary.find(f"{module}.{name}"))

    def do_reduce(self) -> None:
        args, function = self.pop(), self.pop()
        if not isinstance(function, Global):
            raise UnsafeCheckpoint("the file calls something that is not a constructor: refused")
        if not isinstance(args, tuple):
            raise CheckpointError("damaged: a call without arguments")
        self.stack.append(function.build(*args))

    do_newobj = do_reduce

    def do_build(self) -> None:
        state = self.pop()
        target = self.stack[-1] if self.stack else None
        if isinstance(target, dict):  # an OrderedDict's own attributes: nothing that is read here
            return
        set_state = getattr(target, "set_state", None)
        if set_state is None:
            raise UnsafeCheckpoint("the file gives a state to a plain value: refused")
        set_state(state)

    def do_binpersid(self) -> None:
        if self.vocabulary.persistent is None:
            raise UnsafeCheckpoint("the file refers to something outside of itself: refused")
        self.stack.append(self.vocabulary.persistent(self.pop()))

    # The memo.

    def do_memoize(self) -> None:
        self.do_put(len(self.memo))

    def do_put(self, arg: int) -> None:
        self.memo[arg] = self.top(object)

    do_binput = do_long_binput = do_put

    def do_get(self, arg: int) -> None:
        if arg not in self.memo:
            raise CheckpointError("damaged: the pickle recalls what it never kept")
        self.stack.append(self.memo[arg])

    do_binget = do_long_binget = do_get

    # Containers.

    def do_mark(self) -> None:
        self.stack.append(MARK)

    def do_pop(self) -> None:
        if self.stack and self.stack[-1] is MARK:
            self.stack.pop()
        else:
            self.pop()

    def do_pop_mark(self) -> None:
        self.pop_to_mark()

    def do_dup(self) -> None:
        top = self.pop()
        self.stack += [top, top]

    def do_tuple(self) -> None:
        self.stack.append(tuple(self.pop_to_mark()))

    def do_tuple1(self) -> None:
        self.stack.append((self.pop(),))

    def do_tuple2(self) -> None:
        last, first = self.pop(), self.pop()
        self.stack.append((first, last))

    def do_tuple3(self) -> None:
        last, middle, first = self.pop(), self.pop(), self.pop()
        self.stack.append((first, middle, last))

    def do_list(self) -> None:
        self.stack.append(self.pop_to_mark())

    def do_dict(self) -> None:
        items = self.pop_to_mark()
        self.stack.append({})
        self.fill(items)

    def do_append(self) -> None:
        item = self.pop()
        self.top(list).append(item)

    def do_appends(self) -> None:
        items = self.pop_to_mark()
        self.top(list).extend(items)

    def do_setitem(self) -> None:
        value, key = self.pop(), self.pop()
        self.fill([key, value])

    def do_setitems(self) -> None:
        self.fill(self.pop_to_mark())

    def do_additems(self) -> None:
        items = self.pop_to_mark()
        self.top(set).update(key_of(item) for item in items)

    def do_frozenset(self) -> None:
        self.stack.append(frozenset(key_of(item) for item in self.pop_to_mark()))

    def fill(self, items: list[Any]) -> None:
        """Put keys and values, in turn, into the dict on top."""
        target = self.top(dict)
        for key, value in zip(items[::2], items[1::2], strict=True):
            target[key_of(key)] = value


class OtherKey:
    """Stands for a key that no generator has, such as the addresses and tuples of an optimizer's
    state, and is equal to itself alone: hashing a deep tuple ends the process, and large numbers
    can be made to collide."""


def key_of(value: Any) -> Hashable:
    """A key of a dict or a set: text or a small number as it is, any other as an `OtherKey`."""
    is_plain = isinstance(value, str) or (isinstance(value, int) and abs(value) < MAX_KEY)
    return value if is_plain else OtherKey()


def text_of(value: Any) -> str:
    """Text, and nothing that only looks like it when it is printed.

    Raises:
        CheckpointError: it is something else.
    """
    if not isinstance(value, str):
        raise CheckpointError("damaged: something stands where a name belongs")
    return value


_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_EMPTY: dict[str, Callable[[], Any]] = {
    "EMPTY_DICT": dict,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
    "EMPTY_SET": set,
}
_LITERALS = {
    "BINBYTES",
    "BINBYTES8",
    "BINFLOAT",
    "BININT",
    "BININT1",
    "BININT2",
    "BINUNICODE",
    "BINUNICODE8",
    "BYTEARRAY8",
    "FLOAT",
    "INT",
    "LONG",
    "LONG1",
    "LONG4",
    "SHORT_BINBYTES",
    "SHORT_BINUNICODE",
    "UNICODE",
    "BINSTRING",
    "SHORT_BINSTRING",
    "STRING",
}
