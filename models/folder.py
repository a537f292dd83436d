"""A model's folder: `config.json`, and the safetensors files that it lists with their SHA-256.

Whoever reads finds the old model or the new one, never a mixture: a part that changes gets a new
file, which counts from the moment when `config.json`, written in one step, lists it. Nothing in a
file is run.
"""

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from models.description import CONFIG, read_config, scratch, write_config
from models.errors import CheckpointError

PARTS = ("generator", "whitening", "encoder", "perceptual", "attributes", "reader")
PART = re.compile(r"([a-z]+)(-[a-z0-9-]+)?\.safetensors")
"""What a file of weights is called, never a path: its part, and what tells it from older ones."""
MISFITS = (LookupError, TypeError, ValueError, AttributeError, SafetensorError, RuntimeError)
"""What building a model from another's configuration raises."""

Weights = dict[str, Tensor]
"""Contiguous tensors of the CPU by their name, in the types that they are kept in."""
Parts = dict[str, Weights]
"""Weights by the part of a model that has them."""


def read_folder(folder: Path) -> tuple[dict[str, Any], Parts]:
    """The configuration and the weights of a model.

    Raises:
        CheckpointError: a file is missing, damaged, or no file of a model.
    """
    config = read_config(folder)
    while True:
        try:
            return config, read_parts(folder, config)
        except CheckpointError:
            newer = read_config(folder)
            if newer == config:
                raise
            config = newer  # what it listed was replaced while it was read


def read_parts(folder: Path, config: Mapping[str, Any]) -> Parts:
    """The weights that a configuration lists.

    Raises:
        CheckpointError: one is missing, or not the one that is listed.
    """
    try:
        listed = dict(config["files"])
        return {part_of(folder, name): read_part(folder, name, listed[name]) for name in listed}
    except CheckpointError:
        raise
    except OSError as error:
        raise CheckpointError(f"{folder.name}: {error.strerror}: {error.filename}") from error
    except MISFITS as error:
        raise CheckpointError(f"{folder.name}: the model does not fit its {CONFIG}") from error


def read_part(folder: Path, name: str, expected: str) -> Weights:
    """One file of weights. Their numbers are read from the file when they are used.

    Raises:
        CheckpointError: it is missing, or it has not the SHA-256 that is expected.
    """
    path = folder / name
    if not path.is_file():
        raise CheckpointError(f"{folder.name}: {name} is missing")
    if sha256(path) != expected:
        raise CheckpointError(f"{folder.name}: {name} is damaged (wrong SHA-256)")
    return load_file(path)


def write_folder(folder: Path, config: Mapping[str, Any], parts: Mapping[str, Weights]) -> None:
    """Make a folder hold this model: its configuration without the list of files, and its parts as
    safetensors."""
    folder.mkdir(parents=True, exist_ok=True)
    files = dict(write_part(folder, part, weights) for part, weights in parts.items())
    write_config({**config, "files": files}, folder)
    for path in folder.glob("*.safetensors"):
        found = PART.fullmatch(path.name)
        if found is not None and found[1] in PARTS and path.name not in files:
            path.unlink()  # of the model that was here before


def write_part(folder: Path, part: str, weights: Weights) -> tuple[str, str]:
    """Write a part beside what is there; the name of its file, and the SHA-256."""
    path = folder / f"{part}.safetensors"
    with scratch(path) as temporary:
        write_weights(temporary, weights)
        digest = sha256(temporary)
        if path.exists() and sha256(path) != digest:
            path = folder / f"{part}-{digest[:12]}.safetensors"
        temporary.replace(path)
    return path.name, digest


def write_weights(path: Path, weights: Weights, metadata: dict[str, str] | None = None) -> None:
    """Write weights as safetensors, with no second copy of them in memory.

    Raises:
        OSError: the file cannot be written.
    """
    try:
        save_file(weights, path, metadata)
    except SafetensorError as error:
        if (code := re.search(r"os error (\d+)", str(error))) is not None:
            raise OSError(int(code[1]), os.strerror(int(code[1])), str(path)) from error
        raise


def part_of(folder: Path, name: str) -> str:
    """The part that a file of weights holds.

    Raises:
        CheckpointError: it cannot be a name of one.
    """
    found = PART.fullmatch(name)
    if found is None:
        raise CheckpointError(f"{folder.name}: {name!r} cannot be a file of its weights")
    return found[1]


def sha256(path: Path) -> str:
    """The checksum of a file's contents."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
