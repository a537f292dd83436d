"""Tensors inside pickles: torch's storages in all three of its file formats, and numpy arrays."""

import io
import math
import mmap
import struct
import weakref
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from torch import Tensor

from models.checkpoints.pickles import (
    MAX_ITEM_BYTES,
    BoundedStream,
    Budget,
    Constructor,
    PickleReader,
    Record,
    Vocabulary,
    key_of,
    text_of,
)
from models.errors import CheckpointError

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C  # of torch.save before 1.6, and of storages in plain pickles
LEGACY_PROTOCOL = 1001
PIECE_BYTES = 2**20  # of an archive's entry that are read at once
MAX_PICKLE_BYTES = 2**26  # of the pickle in a zip, which holds no numbers

DTYPES = {
    "BFloat16": torch.bfloat16,
    "Bool": torch.bool,
    "Byte": torch.uint8,
    "Char": torch.int8,
    "Double": torch.float64,
    "Float": torch.float32,
    "Half": torch.float16,
    "Int": torch.int32,
    "Long": torch.int64,
    "Short": torch.int16,
}
STORAGE_TYPES = {f"torch.{name}Storage": dtype for name, dtype in DTYPES.items()}


class Storage:
    """The numbers of one or more tensors. They are read from the file when a tensor is asked for,
    and let go of with the last that is in use: a file has far more in it than a model needs.

    Args:
        dtype: of the numbers, which are little-endian.
        num: how many are announced.
        read: reads them into memory, and returns how many bytes there were; torch's legacy format
            says only at its end where they are.
    """

    def __init__(
        self, dtype: torch.dtype, num: int, read: Callable[[memoryview], int] | None = None
    ) -> None:
        self.dtype = dtype
        self.num = num
        self.read = read
        self._held: Callable[[], np.ndarray[Any, Any] | None] = lambda: None

    @property
    def num_bytes(self) -> int:
        """The length of its numbers in the file."""
        return self.num * self.dtype.itemsize

    def numbers(self) -> Tensor:
        """All of them [num].

        Raises:
            CheckpointError: the file has not so many.
        """
        if (held := self._held()) is None:
            held = memory(self.num_bytes if self.read is not None else 0)
            if self.read is None or self.read(held.data) != self.num_bytes:
                raise CheckpointError("damaged: a tensor of another length than announced")
            self._held = weakref.ref(held)
        empty = torch.empty(0, dtype=self.dtype)
        return torch.frombuffer(held, dtype=self.dtype) if len(held) else empty


def memory(num: int) -> np.ndarray[Any, Any]:
    """Room for bytes [num] that the system has back as soon as they are let go of, which it has not
    of what is freed in between of other things."""
    return np.frombuffer(mmap.mmap(-1, num), np.uint8) if num else np.empty(0, np.uint8)


@dataclass(frozen=True)
class View:
    """A tensor as a view of a storage."""

    storage: Storage
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]

    def tensor(self) -> Tensor:
        """The tensor itself, still a view.

        Raises:
            CheckpointError: it lies outside its storage.
        """
        count = math.prod(self.size)
        if min(self.size, default=0) < 0 or count > self.storage.num:
            raise CheckpointError("damaged: a tensor that is larger than its numbers")
        return torch.as_strided(self.storage.numbers(), self.size, self.stride, self.offset)


class Array:
    """A numpy array in the making: pickles call `_reconstruct` first, and then set its state."""

    def __init__(self, latin1: Callable[[str], bytes]) -> None:
        self.latin1 = latin1
        self.values: np.ndarray[Any, Any] | None = None

    def set_state(self, state: Any) -> None:
        """Take (version, shape, dtype, Fortran order, raw numbers)."""
        _, shape, dtype, fortran, data = state
        if isinstance(data, str):  # pickles of Python 2
            data = self.latin1(data)
        if not isinstance(dtype, Dtype) or not isinstance(data, bytes | bytearray):
            raise CheckpointError("damaged: an array whose content is not plain numbers")
        flat = np.frombuffer(data, dtype.numpy)
        self.values = flat.reshape(shape, order="F" if fortran else "C")

    def tensor(self) -> Tensor:
        """The array as a tensor of its own memory."""
        if self.values is None:
            raise CheckpointError("damaged: an array without content")
        return torch.from_numpy(np.array(self.values, order="C"))


def array_from_buffer(
    array: Array, data: Any, dtype: Any, shape: Any, order: str, axes: Any = None
) -> Array:
    """What numpy's `_frombuffer` makes, in pickles of protocol 5."""
    array.set_state((1, shape, dtype, order == "F", data))
    if axes is not None and array.values is not None:
        array.values = array.values.transpose(axes)
    return array


class Dtype:
    """A numpy dtype in the making; numbers only, never objects."""

    def __init__(self, code: str) -> None:
        self.numpy = np.dtype(code)
        if self.numpy.kind not in "fiub":
            raise CheckpointError(f"an array of {code[:20]!r} is not numbers: refused")

    def set_state(self, state: Any) -> None:
        """Take (version, byte order, …)."""
        if state[1] in ("<", ">"):
            self.numpy = self.numpy.newbyteorder(state[1])


def rebuild_tensor(
    storage: Storage, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: Any
) -> View:
    """What torch's `_rebuild_tensor_v2` makes."""
    if not isinstance(storage, Storage) or not isinstance(offset, int):
        raise CheckpointError("damaged: a tensor without numbers")
    if not all(isinstance(side, int) for side in (*size, *stride)):
        raise CheckpointError("damaged: a tensor whose shape is not numbers")
    return View(storage, offset, tuple(size), tuple(stride))


def read_nested(data: bytes, budget: Budget) -> Storage:
    """A storage, saved whole inside of a plain pickle."""
    storage = read_with_storages(BoundedStream(partial(io.BytesIO, data), budget), {})
    if not isinstance(storage, Storage):
        raise CheckpointError("damaged: not the storage of a tensor")
    return storage


class Latin1:
    """The bytes that texts stand for in the older pickle protocols; made once for each text, since
    a file may name the same one any number of times."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.made: dict[str, bytes] = {}

    def __call__(self, text: str, encoding: str = "latin1") -> bytes:
        """What `_codecs.encode` makes."""
        if text_of(encoding) != "latin1":
            raise CheckpointError(f"damaged: bytes in the encoding {encoding[:20]!r}")
        if text_of(text) not in self.made:
            self.budget.spend(num_bytes=len(text))
            self.made[text] = text.encode("latin1")
        return self.made[text]


class NestedStorages:
    """Storages that were saved whole inside of a plain pickle; each is read once, likewise."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.read: dict[int, tuple[bytes, Storage]] = {}  # by what it was read from, kept alive

    def __call__(self, data: bytes) -> Storage:
        """What torch's `_load_from_bytes` makes."""
        if id(data) not in self.read:
            self.read[id(data)] = data, read_nested(data, self.budget)
        return self.read[id(data)][1]


def plain_dict(pairs: Any, budget: Budget) -> dict[Any, Any]:
    """An OrderedDict, usually empty and filled later."""
    budget.spend(steps=len(pairs))
    items = pairs.items() if isinstance(pairs, dict) else pairs
    return {key_of(key): value for key, value in items}


def plain_set(items: Any, budget: Budget) -> set[Any]:
    """A set of plain values."""
    budget.spend(steps=len(items))
    return {key_of(item) for item in items}


def scalar(dtype: Dtype, data: bytes | str) -> Any:
    """A numpy scalar as a Python number."""
    first = data[: dtype.numpy.itemsize]
    raw = first.encode("latin1") if isinstance(first, str) else first
    return np.frombuffer(raw, dtype.numpy, count=1)[0].item()


class Bystander:
    """A value that stands beside a generator in a training's file, and that nothing here reads."""

    def __init__(self, *_: Any) -> None:
        pass

    def set_state(self, state: Any) -> None:
        """Take no notice."""


def parameter(data: View, *_: Any) -> View:
    """A torch Parameter is its tensor."""
    return data


def tensor_constructors(budget: Budget) -> dict[str, Constructor]:
    """What tensors, arrays and the containers around them are made with, at a file's expense."""
    latin1 = Latin1(budget)
    made: dict[str, Constructor] = {
        "collections.OrderedDict": lambda pairs=(): plain_dict(pairs, budget),
        "_codecs.encode": lambda text, encoding="utf-8": latin1(text, encoding),
        "torch.storage._load_from_bytes": NestedStorages(budget),
    }
    for home in ("builtins", "__builtin__"):
        made[f"{home}.set"] = lambda items=(): plain_set(items, budget)
        made[f"{home}.frozenset"] = made[f"{home}.set"]
    for core in ("numpy.core", "numpy._core"):
        made[f"{core}.multiarray._reconstruct"] = lambda *_: Array(latin1)
        made[f"{core}.multiarray.scalar"] = scalar
        made[f"{core}.numeric._frombuffer"] = lambda *of: array_from_buffer(Array(latin1), *of)
    return made | _VALUES_ALONE


PATHS = ("PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath")
_VALUES_ALONE: dict[str, Constructor] = {
    "torch._utils._rebuild_tensor": rebuild_tensor,
    "torch._utils._rebuild_tensor_v2": rebuild_tensor,
    "torch._utils._rebuild_parameter": parameter,
    "torch.device": lambda kind, *_: text_of(kind),
    "argparse.Namespace": lambda: Record("argparse.Namespace"),
    "numpy.dtype": lambda code, *_: Dtype(text_of(code)),
    "collections.defaultdict": lambda *_: {},
    "torch.Size": Bystander,
    "torch.torch_version.TorchVersion": Bystander,
    **{f"datetime.{name}": Bystander for name in ("date", "datetime", "timedelta", "timezone")},
    **{f"pathlib.{name}": Bystander for name in PATHS},
    **{f"pathlib._local.{name}": Bystander for name in PATHS},  # Python 3.13
}

PLAIN_TYPES = ("dict", "float", "int", "list")  # what a defaultdict begins an entry with
VALUES: dict[str, Any] = {
    **STORAGE_TYPES,
    **{str(dtype): dtype for dtype in DTYPES.values()},
    "numpy.ndarray": "numpy.ndarray",
    **{f"{home}.{name}": name for home in ("builtins", "__builtin__") for name in PLAIN_TYPES},
}


def read_plain(stream: BoundedStream, constructors: Mapping[str, Constructor]) -> Any:
    """Read a plain pickle."""
    known = {**tensor_constructors(stream.budget), **constructors}
    return PickleReader(Vocabulary(known, VALUES)).load(stream)


def read_legacy(stream: BoundedStream, constructors: Mapping[str, Constructor]) -> Any:
    """Read what torch.save wrote before version 1.6: four pickles, then the numbers."""
    known = {**tensor_constructors(stream.budget), **constructors}
    return read_with_storages(stream, known)


def read_with_storages(stream: BoundedStream, known: Mapping[str, Constructor]) -> Any:
    """The same, with every constructor given."""
    storages: dict[str, Storage] = {}

    def persistent(reference: Any) -> Storage:
        _, dtype, key, _, num, *_ = reference
        return storages.setdefault(text_of(key), new_storage(dtype, num))

    plain = Vocabulary({}, {})
    if PickleReader(plain).load(stream) != LEGACY_MAGIC:
        raise CheckpointError("not a file of torch.save")
    if PickleReader(plain).load(stream) != LEGACY_PROTOCOL:
        raise CheckpointError("a file of torch.save in an unknown version")
    PickleReader(plain).load(stream)  # sizes of types on the machine that wrote it
    value = PickleReader(Vocabulary(known, VALUES, persistent)).load(stream)
    for key in PickleReader(plain).load(stream):
        storage = storages[text_of(key)]
        (num,) = struct.unpack("<q", stream.read(8))
        if num != storage.num:
            raise CheckpointError("damaged: a tensor of another length than announced")
        storage.read = stream.later(storage.num_bytes)
    return value


def read_zip(path: Path, constructors: Mapping[str, Constructor], budget: Budget) -> Any:
    """Read what torch.save writes since version 1.6: a zip of one pickle and the raw numbers."""
    with zipfile.ZipFile(path) as archive:
        budget.spend(steps=len(archive.infolist()))
        entries = {info.filename.partition("/")[2]: info for info in archive.infolist()}
        if any(info.compress_type != zipfile.ZIP_STORED for info in entries.values()):
            raise CheckpointError("a compressed archive is not a file of torch.save: refused")
        if "data.pkl" not in entries:
            raise CheckpointError("an archive, but not one of torch.save")
        if sum(info.file_size for info in entries.values()) > path.stat().st_size:
            raise CheckpointError("an archive that is larger inside than outside: refused")
        storages: dict[str, Storage] = {}

        def persistent(reference: Any) -> Storage:
            _, dtype, key, _, num = reference
            if text_of(key) not in storages:
                storages[key] = storage = new_storage(dtype, num)
                info = entries[f"data/{key}"]
                check_entry(info, storage.num_bytes)
                storage.read = partial(read_entry, path, info, budget)
            return storages[key]

        info = entries["data.pkl"]
        check_entry(info, min(info.file_size, MAX_PICKLE_BYTES))
        known = {**tensor_constructors(budget), **constructors}
        reader = PickleReader(Vocabulary(known, VALUES, persistent))
        budget.spend(num_bytes=info.file_size)
        pickle = archive.read(info)
        return reader.load(BoundedStream(partial(io.BytesIO, pickle), budget))


def check_entry(info: zipfile.ZipInfo, size: int) -> None:
    """Refuse an entry that is not of a size."""
    if info.file_size != size or size > MAX_ITEM_BYTES:
        raise CheckpointError(f"damaged: {info.filename} claims {info.file_size:,} bytes")


def read_entry(path: Path, info: zipfile.ZipInfo, budget: Budget, into: memoryview) -> int:
    """Read an archive's entry into memory of its size; how many bytes there were."""
    budget.spend(num_bytes=info.file_size)
    at = 0
    with zipfile.ZipFile(path) as archive, archive.open(info) as entry:
        while piece := entry.read(PIECE_BYTES):
            into[at : at + len(piece)] = piece
            at += len(piece)
    return at


def new_storage(dtype: Any, num: int) -> Storage:
    """A storage whose numbers are still to come."""
    if not isinstance(dtype, torch.dtype) or not isinstance(num, int) or num < 0:
        raise CheckpointError("damaged: a storage of no known type")
    return Storage(dtype, num)


def starts_legacy(file: BinaryIO) -> bool:
    """Whether a file begins as torch.save's did before version 1.6."""
    head = file.read(16)
    file.seek(0)
    return head[2:14] == b"\x8a\x0a" + LEGACY_MAGIC.to_bytes(10, "little")
