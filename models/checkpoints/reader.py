"""Finding out what a file is, and reading it."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from safetensors import safe_open

from models.checkpoints import official, rosinality, tensorflow
from models.checkpoints.checkpoint import Checkpoint, checked, infer_config, is_usual_filter
from models.checkpoints.pickles import BoundedStream, Budget
from models.checkpoints.style_encoders import find_style_encoder
from models.checkpoints.tensors import read_legacy, read_plain, read_zip, starts_legacy
from models.errors import CheckpointError, OtherEncoder
from models.style_encoder import StyleEncoder

CONSTRUCTORS = official.CONSTRUCTORS | tensorflow.CONSTRUCTORS
FAMILIES: tuple[Callable[[Any], Checkpoint | None], ...] = (
    official.read_official,
    tensorflow.read_tensorflow,
    rosinality.read_rosinality,
)
KNOWN = "NVIDIA .pkl (PyTorch or TensorFlow), rosinality or pSp .pt, or .safetensors"


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a StyleGAN2 generator from a file of any known format, and the encoder of pSp or e4e
    that is beside it.

    Raises:
        UnsafeCheckpoint: the file asks for something that no model needs.
        CheckpointError: it is damaged, of no known format, or not a StyleGAN2.
    """
    with one_line(path):
        if path.suffix == ".safetensors":
            return checked(read_safetensors(path))
        value = read_by_head(path)
        encoder, left = None, ""
        try:
            encoder = find_style_encoder(value)
        except OtherEncoder as error:
            left = str(error)
        for family in FAMILIES:
            checkpoint = family(value)
            if checkpoint is not None:
                return replace(checked(checkpoint), encoder=encoder, left=left)
        raise CheckpointError(f"holds no StyleGAN2 generator; Latentbrush reads {KNOWN}")


def read_style_encoder(path: Path) -> StyleEncoder:
    """Read the encoder of a pSp or e4e file.

    Raises:
        UnsafeCheckpoint: the file asks for something that no model needs.
        OtherEncoder: it holds none, or one of another kind.
        CheckpointError: it is damaged, or of no known format.
    """
    with one_line(path):
        encoder = find_style_encoder(read_by_head(path))
        if encoder is None:
            raise OtherEncoder("holds no encoder of pSp or e4e")
        return encoder


@contextmanager
def one_line(path: Path) -> Iterator[None]:
    """Make whatever goes wrong in reading a file one line with its name."""
    if not path.exists() and not path.is_symlink():
        raise CheckpointError(f"{path}: there is no such file")
    if path.is_symlink() or not path.is_file():
        raise CheckpointError(f"{path.name}: not a file (links and folders are not followed)")
    try:
        yield
    except CheckpointError as error:
        raise type(error)(f"{path.name}: {error}") from error
    except Exception as error:  # a hostile file can make any step fail
        raise CheckpointError(f"{path.name}: damaged, or not a checkpoint") from error


def read_by_head(path: Path) -> Any:
    """The plain value of a pickle or of what torch.save wrote, told apart by the first bytes."""
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(0)
        budget = Budget()
        if head[:2] == b"PK":
            return read_zip(path, CONSTRUCTORS, budget)
        if head[:1] != b"\x80":
            raise CheckpointError(f"not a checkpoint; Latentbrush reads {KNOWN}")
        read = read_legacy if starts_legacy(file) else read_plain
    with closing(BoundedStream(lambda: path.open("rb"), budget)) as stream:
        return read(stream, CONSTRUCTORS)


def read_safetensors(path: Path) -> Checkpoint:
    """Read weights under our names."""
    with safe_open(path, framework="pt") as file:
        held = {name: file.get_tensor(name) for name in file.keys()}
        clamp = (file.metadata() or {}).get("conv_clamp")
    filters = {name for name in held if name.endswith("resample_filter")}
    if not all(is_usual_filter(held[name]) for name in filters):
        raise CheckpointError("its resampling filter is not StyleGAN2's [1, 3, 3, 1]")
    state = {name: tensor for name, tensor in held.items() if name not in filters}
    config = infer_config(state, None if clamp is None else float(clamp))
    return Checkpoint("safetensors", config, state)
