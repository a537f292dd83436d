"""Directions made elsewhere: `.npy`, `.npz` and `.pt` files, as `docs/models.md` lists them."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.checkpoints.reader import one_line, read_by_head
from models.checkpoints.tensors import Array, View
from models.directions.direction import Direction, Layers, broadcast
from models.errors import CheckpointError
from models.latents import Layout

MAX_SET = 128  # directions of one file
MAX_BYTES = 2**26  # of its arrays, once they are unpacked


def read_directions(path: Path, layout: Layout, layers: Layers | None = None) -> list[Direction]:
    """Read one direction or a set of them.

    A file holds one w [D], one per layer [L, D], or a set [N, D] or [N, L, D]; a dict of such with
    names; GANSpace's `comp` or `lat_comp`; or rosinality's SeFa `eigvec`, whose columns are
    directions. L rows are taken for one direction.

    Raises:
        CheckpointError: it is damaged, or of another generator's size.
    """
    with one_line(path):
        found = named(path.stem, load(path))
        directions = [
            Direction(name, rows, f"imported from {path.name}", layers)
            for title, tensor in found
            for name, rows in shaped(title, tensor.float(), layout)
        ]
        if not directions:
            raise CheckpointError("holds no direction")
        return directions


def load(path: Path) -> Any:
    """The value of a file: numbers and containers only."""
    if path.suffix == ".npy":
        return np.load(path, allow_pickle=False, mmap_mode="r")
    if path.suffix != ".npz":
        return read_by_head(path)
    with zipfile.ZipFile(path) as archive:
        if sum(info.file_size for info in archive.infolist()) > MAX_BYTES:
            raise CheckpointError("larger inside than any set of directions")
    with np.load(path, allow_pickle=False) as arrays:
        return dict(arrays)


def named(title: str, value: Any) -> list[tuple[str, Tensor]]:
    """The tensors in a value, with names."""
    if not isinstance(value, dict):
        return [(title, tensor_of(value))]
    for key, name, transposed in (
        ("eigvec", "SeFa", True),
        ("comp", "Component", False),
        ("lat_comp", "Component", False),
    ):
        if key in value:
            tensor = tensor_of(value[key])
            return [(name, tensor.T if transposed else tensor)]
    arrays = {str(k): v for k, v in value.items() if isinstance(v, Array | View | np.ndarray)}
    return [(name, tensor_of(array)) for name, array in arrays.items()]


def tensor_of(value: Any) -> Tensor:
    """An array of numbers as a tensor."""
    if isinstance(value, Array | View):
        return value.tensor()
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiu":
        return torch.from_numpy(value.astype(np.float32))
    raise CheckpointError("holds no direction")


def shaped(title: str, tensor: Tensor, layout: Layout) -> list[tuple[str, Tensor]]:
    """One or more directions [L, D] out of a tensor.

    Raises:
        CheckpointError: its shape is not that of a direction of this generator.
    """
    num_layers, width = len(layout.layer_res), layout.w_dim
    fits = 1 <= tensor.ndim <= 3 and tensor.shape[-1] == width
    if not fits or not bool(tensor.isfinite().all()):
        raise CheckpointError(
            f"an array of shape {list(tensor.shape)} is no direction of this model, whose w has "
            f"{width} numbers"
        )
    if tensor.ndim == 1 or tuple(tensor.shape) == (num_layers, width):
        return [(title, broadcast(tensor, num_layers))]
    several = tensor if tensor.ndim == 3 else tensor[:, None]
    if several.shape[1] not in (1, num_layers):
        raise CheckpointError(f"it has {several.shape[1]} layers, the model has {num_layers}")
    kept = several[:MAX_SET]  # of a whole basis, the first ones matter
    rows = [broadcast(part[0], num_layers) if len(part) == 1 else part for part in kept]
    if len(rows) == 1:
        return [(title, rows[0])]
    return [(f"{title} {k + 1}", part) for k, part in enumerate(rows)]
