"""Directions made elsewhere: `.npy`, `.npz` and `.pt` files, as `docs/models.md` lists them."""

import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.checkpoints.reader import one_line, read_by_head
from models.checkpoints.tensors import Array, View
from models.directions.direction import Direction, Layers, broadcast
from models.directions.ganspace import named_edits
from models.errors import CheckpointError, OtherGenerator
from models.latents import Layout

SUFFIXES = (".npy", ".npz", ".pt", ".pth", ".pkl")
MAX_SET = 128  # directions of one file
MAX_BYTES = 2**26  # of its arrays, once they are unpacked

SPREADS = {"comp": "std", "lat_comp": "lat_stdev"}
"""GANSpace's components and their σ, as copies of its files have them, and as its own do."""

OTHERS = {"stylegan": "StyleGAN (1)", "stylegan1": "StyleGAN (1)", "pggan": "a progressive GAN"}
OTHER_GENERATORS = re.compile(rf"(?<![a-z0-9])({'|'.join(OTHERS)})(?![a-z0-9]|[-_. ]?v?[23])")


def read_directions(path: Path, layout: Layout, layers: Layers | None = None) -> list[Direction]:
    """Read one direction or a set of them.

    A file holds one w [D], one per layer [L, D] or [L·D], or a set [N, D] or [N, L, D]; a dict of
    such with names; GANSpace's `comp` or `lat_comp`; or rosinality's SeFa `eigvec`, whose columns
    are directions. L rows are taken for one direction. Components that GANSpace's authors named
    come as their edits.

    Args:
        path: its name tells whose directions they are, where their numbers do not.
        layers: that they shall move; their authors' if None. Names that hold for certain layers
            are not given to others.

    Raises:
        OtherGenerator: they are of another kind of generator.
        CheckpointError: it is damaged, or of another generator's size.
    """
    with one_line(path):
        check_generator(path.stem)
        value = load(path)
        source = f"imported from {path.name}"
        directions = [
            Direction(name, rows, source, layers or suggested_layers(path, tensor))
            for title, tensor in named(path.stem, value)
            for name, rows in shaped(title, tensor.float(), layout)
        ]
        if not directions:
            raise CheckpointError("holds no direction")
        components = components_key(value)
        if layers or components is None:
            return directions
        return named_edits(path.stem, directions, spread_of(value, components)) or directions


def check_generator(title: str) -> None:
    """Look whether the name of a file says that it is for no StyleGAN2. Shapes do not tell: a w of
    StyleGAN has 512 numbers, too.

    Raises:
        OtherGenerator: it does, as the boundaries of genforce/interfacegan do.
    """
    if found := OTHER_GENERATORS.search(title.lower()):
        raise OtherGenerator(
            f"a direction of {OTHERS[found[1]]}, by its name: it means nothing to a StyleGAN2, "
            "whose w is another space. If it is one of StyleGAN2, give the file another name"
        )


def suggested_layers(path: Path, tensor: Tensor) -> Layers | None:
    """The layers that their author moves with a direction, where its form tells.

    A `.npy` of 18 equal rows is one of the set of a312863063/generators-with-stylegan2@54615db,
    whose `edit_photo.py` moves the first 8 layers.
    """
    is_repeated = tensor.ndim == 2 and len(tensor) == 18 and bool((tensor == tensor[0]).all())
    return (0, 8) if path.suffix == ".npy" and is_repeated else None


def components_key(value: Any) -> str | None:
    """Where a file of GANSpace's has its components; None, if it is none."""
    return next((key for key in SPREADS if isinstance(value, dict) and key in value), None)


def spread_of(value: dict[str, Any], components: str) -> Tensor | None:
    """σ of the coordinates [N] that a file of GANSpace's gives with its components [N, 1, D].

    Raises:
        CheckpointError: it is not one length for each.
    """
    key = SPREADS[components]
    if key not in value:
        return None
    spread = tensor_of(value[key]).float()
    is_long = bool(((spread > 0) & spread.isfinite()).all())
    if spread.shape != tensor_of(value[components]).shape[:1] or not is_long:
        raise CheckpointError(f"damaged: {key!r} is not one length for each component")
    return spread


def load(path: Path) -> Any:
    """The value of a file: numbers and containers only.

    Raises:
        CheckpointError: it is of a kind that directions are not kept in.
    """
    if path.suffix not in SUFFIXES:
        raise CheckpointError(f"directions are in {', '.join(SUFFIXES)} files")
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
    if "eigvec" in value:
        return [("SeFa", tensor_of(value["eigvec"]).T)]
    if key := components_key(value):
        return [("Component", tensor_of(value[key]))]
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
    if tensor.ndim in (1, 2) and tensor.shape[-1] == num_layers * width:
        tensor = tensor.reshape(-1, num_layers, width)
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
