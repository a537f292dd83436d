"""Files that would harm whoever opens them: each is refused by name, fast, and nothing is run."""

import io
import os
import pickle
import pickletools
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from models.checkpoints import read_checkpoint
from models.errors import CheckpointError, UnsafeCheckpoint


class Calls:
    """Pickles as a call."""

    def __init__(self, function: Callable[..., Any], *args: Any) -> None:
        self.call = (function, args)

    def __reduce__(self) -> Any:
        return self.call


def marker(path: Path) -> Path:
    return path.with_name("marker")


def shell(path: Path) -> None:
    path.write_bytes(pickle.dumps({"G_ema": Calls(os.system, f"touch {marker(path)}")}))


def evaluation(path: Path) -> None:
    path.write_bytes(pickle.dumps(Calls(eval, f"open({str(marker(path))!r}, 'w')")))


def nested_storage(path: Path) -> None:
    inner = pickle.dumps(Calls(exec, f"open({str(marker(path))!r}, 'w')"), protocol=2)
    path.write_bytes(pickle.dumps({"G_ema": Calls(torch.storage._load_from_bytes, inner)}))


def object_array(path: Path) -> None:
    array = np.array([Calls(os.system, f"touch {marker(path)}")], dtype=object)
    path.write_bytes(pickle.dumps({"G_ema": array}))


def in_a_zip(path: Path) -> None:
    torch.save({"g_ema": Calls(os.system, f"touch {marker(path)}")}, path)


def zip_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({}))
        with archive.open("archive/data/0", "w", force_zip64=True) as file:
            for _ in range(1024):
                file.write(bytes(2**20))


def truncated(path: Path) -> None:
    data = pickle.dumps({"g_ema": {"input.input": list(range(1000))}, "x": b"0" * 10_000})
    path.write_bytes(data[: len(data) // 2])


def ten_gigabytes(path: Path) -> None:
    buffer = io.BytesIO()
    torch.save({"g_ema": {"input.input": torch.zeros(7)}}, buffer)
    seven, many = b"K\x07", b"\x8a\x05" + (10 * 2**30).to_bytes(5, "little")
    with zipfile.ZipFile(buffer) as intact, zipfile.ZipFile(path, "w") as archive:
        for info in intact.infolist():
            archive.writestr(info.filename, intact.read(info).replace(seven, many))


def ten_gigabyte_bytes(path: Path) -> None:
    path.write_bytes(b"\x80\x04\x8e" + struct.pack("<Q", 10 * 2**30) + b"x" * 100)


def symlink(path: Path) -> None:
    path.symlink_to("/dev/zero")


def directory(path: Path) -> None:
    path.mkdir()


def deep(path: Path) -> None:
    path.write_bytes(b"\x80\x02}" + b")" + b"\x85" * 900_000 + b"Ns.")


def itself(path: Path) -> None:
    # A module whose submodule is itself.
    name = b"ctorch_utils.persistence\n_reconstruct_persistent_obj\n"
    meta = b"(X\x0a\x00\x00\x00class_nameX\x09\x00\x00\x00GeneratorX\x05\x00\x00\x00state}q\x01d"
    fill = (
        b"h\x01X\x08\x00\x00\x00_modules}X\x09\x00\x00\x00synthesish\x02sX\x02\x00\x00\x00b4h\x02s"
        b"X\x07\x00\x00\x00mappingh\x02ss0"
    )
    path.write_bytes(
        b"\x80\x02}X\x05\x00\x00\x00G_ema" + name + meta + b"\x85Rq\x02" + fill + b"s."
    )


def wrong_magic(path: Path) -> None:
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(1000))


def huge_string(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b"\x80\x04\x8d" + struct.pack("<Q", 2**33))
        file.truncate(2**33 + 100)  # a sparse file that really is that long


def huge_memo(path: Path) -> None:
    path.write_bytes(b"\x80\x02Nr\xff\xff\xff\x7f.")


def endless(path: Path) -> None:
    path.write_bytes(b"\x80\x02" + b"(" * 20_000_000)


def deep_in_a_set(path: Path) -> None:
    path.write_bytes(b"\x80\x02c__builtin__\nset\n])" + b"\x85" * 900_000 + b"a\x85R.")


def exploding_name(path: Path) -> None:
    path.write_bytes(b"\x80\x04)" + b"2\x86" * 60 + b"\x8c\x01x\x93.")


def copied_dict(path: Path) -> None:
    large = b"}q\x00(" + b"".join(b"M" + struct.pack("<H", i) + b"N" for i in range(60_000)) + b"u"
    call = b"ccollections\nOrderedDict\nh\x00\x85R"
    path.write_bytes(b"\x80\x02" + large + call * 50_000 + b".")


def repeated_text(path: Path) -> None:
    text = b"X" + struct.pack("<I", 1_000_000) + b"a" * 1_000_000 + b"q\x00"
    call = b"c_codecs\nencode\nh\x00X\x06\x00\x00\x00latin1\x86R"
    path.write_bytes(b"\x80\x02" + text + call * 20_000 + b".")


def repeated_array(path: Path) -> None:
    """Arrays of Python 2, whose numbers are a text: the same one for each."""
    text = b"X" + struct.pack("<I", 1_000_000) + b"a" * 1_000_000
    dtype = b"cnumpy\ndtype\nX\x02\x00\x00\x00u1\x85R"
    state = b"(K\x01(J" + struct.pack("<i", 1_000_000) + b"t" + dtype + b"\x89" + text + b"tq\x00"
    array = b"cnumpy.core.multiarray\n_reconstruct\n)Rh\x00b"
    path.write_bytes(b"\x80\x02" + state + array * 20_000 + b".")


def repeated_storage(path: Path) -> None:
    """A storage that is saved within the pickle, loaded again and again."""
    saved, numbers = io.BytesIO(), torch.zeros(250_000)._typed_storage()
    torch.save(numbers, saved, _use_new_zipfile_serialization=False)
    data = saved.getvalue()
    held = b"B" + struct.pack("<I", len(data)) + data + b"q\x00"
    load = b"ctorch.storage\n_load_from_bytes\nh\x00\x85R"
    path.write_bytes(b"\x80\x03" + held + load * 20_000 + b".")


def shared_modules(path: Path) -> None:
    name = b"ctorch_utils.persistence\n_reconstruct_persistent_obj\n"
    names = b"X\x0a\x00\x00\x00class_nameX\x01\x00\x00\x00GX\x05\x00\x00\x00state"
    groups = b"X\x0b\x00\x00\x00_parameters}X\x08\x00\x00\x00_buffers}X\x08\x00\x00\x00_modules"
    leaf = name + b"(" + names + b"}(" + groups + b"}ud\x85R"

    def twice(inner: bytes, slot: int) -> bytes:
        here = b"r" + struct.pack("<I", slot)
        again = b"j" + struct.pack("<I", slot)
        children = b"}(X\x01\x00\x00\x00a" + inner + here + b"X\x01\x00\x00\x00b" + again + b"u"
        return name + b"(" + names + b"}(" + groups + children + b"ud\x85R"

    value = leaf
    for slot in range(40):
        value = twice(value, slot)
    mapping = b"(" + names + b"}(" + groups + b"}(X\x09\x00\x00\x00synthesis" + value
    root = name + mapping + b"uud\x85R"
    path.write_bytes(b"\x80\x02}X\x05\x00\x00\x00G_ema" + root + b"s.")


HOSTILE = [
    shell,
    evaluation,
    nested_storage,
    object_array,
    in_a_zip,
    zip_bomb,
    truncated,
    ten_gigabytes,
    ten_gigabyte_bytes,
    symlink,
    directory,
    deep,
    itself,
    wrong_magic,
    huge_string,
    huge_memo,
    endless,
    deep_in_a_set,
    exploding_name,
    copied_dict,
    repeated_text,
    repeated_array,
    repeated_storage,
    shared_modules,
]
WOULD_RUN = [shell, evaluation, nested_storage, in_a_zip]
IN_A_PROCESS_EACH = """
import os, resource, sys, time
from pathlib import Path
from models.checkpoints import read_checkpoint
for path in sys.argv[1:]:
    if (child := os.fork()) == 0:
        base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begin = time.process_time()
        try:
            read_checkpoint(Path(path))
        except ValueError:
            grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base
            print(path, time.process_time() - begin, grown, flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""


@pytest.mark.parametrize("write", HOSTILE, ids=lambda write: write.__name__)
def test_a_hostile_file_is_refused_in_one_line(
    tmp_path: Path, write: Callable[[Path], None]
) -> None:
    path = tmp_path / "model.pkl"
    write(path)
    with pytest.raises(CheckpointError) as caught:
        read_checkpoint(path)
    assert str(caught.value).startswith("model.pkl: ")
    assert "\n" not in str(caught.value)
    assert not marker(path).exists()


@pytest.mark.parametrize("write", WOULD_RUN, ids=lambda write: write.__name__)
def test_what_it_asked_for_is_named(tmp_path: Path, write: Callable[[Path], None]) -> None:
    path = tmp_path / "model.pkl"
    write(path)
    with pytest.raises(UnsafeCheckpoint, match=r"posix\.system|builtin(s|__)\.e"):
        read_checkpoint(path)


def test_no_hostile_file_takes_500_mb_or_5_seconds(tmp_path: Path) -> None:
    paths = []
    for write in HOSTILE:
        (tmp_path / write.__name__).mkdir()
        paths.append(tmp_path / write.__name__ / "model.pkl")
        write(paths[-1])
    done = subprocess.run(
        [sys.executable, "-c", IN_A_PROCESS_EACH, *map(str, paths)],
        capture_output=True,
        text=True,
        check=True,
    )
    refused = [line.split() for line in done.stdout.splitlines()]
    assert [path for path, _, _ in refused] == [str(path) for path in paths]
    for path, seconds, kilobytes in refused:
        assert float(seconds) <= 5, path
        assert int(kilobytes) <= 500_000, path


def test_every_opcode_is_known_or_refused() -> None:
    from models.checkpoints.pickles import _CONSTANTS, _EMPTY, _LITERALS, PickleReader

    refused = {
        opcode.name
        for opcode in pickletools.opcodes
        if opcode.name not in _CONSTANTS.keys() | _EMPTY.keys() | _LITERALS | {"PROTO", "FRAME"}
        and opcode.name != "STOP"
        and not hasattr(PickleReader, f"do_{opcode.name.lower()}")
    }
    assert refused == {
        "EXT1", "EXT2", "EXT4", "INST", "OBJ", "NEWOBJ_EX", "PERSID", "NEXT_BUFFER",
        "READONLY_BUFFER",
    }  # fmt: skip
