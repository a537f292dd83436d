"""Directions made elsewhere: `.npy`, `.npz` and `.pt` files, as `docs/models.md` lists them."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.checkpoints import read_value
from models.checkpoints.tensors import Array, View
from models.directions.direction import Direction, Layers, broadcast
from models.errors import CheckpointError
from models.latents import Layout

MAX_SET = 512  # directions of one file


def read_directions(path: Path, layout: Layout, layers: Layers | None = None) -> list[Direction]:
    """Read one direction or a set of them.

    A file holds one w [D], one per layer [L, D], or a set [N, D] or [N, L, D]; a dict of such with
    names; GANSpace's `{comp, …}`; or rosinality's SeFa `{eigvec}`, whose columns are directions.

    Raises:
        CheckpointError: it is damaged, or of another generator's size.
    """
    found = named(path.stem, load(path))
    directions = [
        Direction(name, rows, f"imported from {path.name}", layers)
        for title, tensor in found
        for name, rows in shaped(title, tensor.float(), layout)
    ]
    if not 0 < len(directions) <= MAX_SET:
        raise CheckpointError(f"{path.name}: holds {len(directions)} directions")
    return directions


def load(path: Path) -> Any:
    """The value of a file: numbers and containers only."""
    if path.suffix not in (".npy", ".npz"):
        return read_value(path)
    try:
        data = np.load(io.BytesIO(path.read_bytes()), allow_pickle=False)
        return dict(data) if isinstance(data, np.lib.npyio.NpzFile) else data
    except (ValueError, EOFError, OSError, zipfile.BadZipFile) as error:
        raise CheckpointError(f"{path.name}: not an array of numbers") from error


def named(title: str, value: Any) -> list[tuple[str, Tensor]]:
    """The tensors in a value, with names."""
    if isinstance(value, Array | View):
        return [(title, value.tensor())]
    if isinstance(value, np.ndarray):
        return [(title, torch.from_numpy(np.ascontiguousarray(value)))]
    if not isinstance(value, dict):
        raise CheckpointError(f"{title}: holds no direction")
    if "eigvec" in value:
        return [("SeFa", named("", value["eigvec"])[0][1].T)]
    if "comp" in value:
        return [("Component", named("", value["comp"])[0][1])]
    return [
        (str(name), tensor)
        for name, part in value.items()
        if isinstance(part, Array | View | np.ndarray)
        for _, tensor in named("", part)
    ]


def shaped(title: str, tensor: Tensor, layout: Layout) -> list[tuple[str, Tensor]]:
    """One or more directions [L, D] out of a tensor.

    Raises:
        CheckpointError: its shape is not that of a direction of this generator.
    """
    num_layers, width = len(layout.layer_res), layout.w_dim
    if tensor.ndim > 3 or tensor.shape[-1] != width or not bool(tensor.isfinite().all()):
        raise CheckpointError(
            f"{title}: an array of shape {list(tensor.shape)} is no direction of this model, "
            f"whose w has {width} numbers"
        )
    if tensor.ndim == 1 or tuple(tensor.shape) == (num_layers, width):
        return [(title, broadcast(tensor, num_layers))]
    several = tensor if tensor.ndim == 3 else tensor[:, None]
    if several.shape[1] not in (1, num_layers):
        raise CheckpointError(
            f"{title}: it has {several.shape[1]} layers, the model has {num_layers}"
        )
    rows = [broadcast(part[0], num_layers) if len(part) == 1 else part for part in several]
    if len(rows) == 1:
        return [(title, rows[0])]
    return [(f"{title} {k + 1}", part) for k, part in enumerate(rows)]
