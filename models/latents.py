"""Spatial latents: what they are, the family of spaces, and the way between spaces.

A latent gives every style layer l a map of w-vectors [N, D, h_l, w_l]. A space says how free that
is: one vector (`W`), one per layer (`W+`), one n×n grid for all layers (`S{n}`), an n×n grid per
layer (`S+{n}`), or each layer's own resolution up to the model's grid (`S+`). Each space contains
the ones before it. Source of the idea: Sypetkowski 2023; names and sizes are ours.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from models.errors import SpaceError
from models.region import Region
from models.resampling import resize_map

Cells = tuple[int, int]
"""Rows and columns of a grid."""

LAYER, PLAIN = "layer", "plain"
"""What the maps of a latent, and of its twin, are called in a file, before their number."""

SQUARE: Cells = (4, 4)
"""The base of a picture of the training size: StyleGAN2 begins at 4×4."""


WHOLE_CELLS = 4  # of the base: the cells of any map begin and end at multiples of so many

SAME_SHAPE = 1.25  # ratio of two aspects, rounded to cells, up to which they are of one shape


def is_same_shape(base: Cells, other: Cells) -> bool:
    """Whether two sizes, in any unit, may be of pictures of the same shape."""
    return 1 / SAME_SHAPE < base[0] * other[1] / (base[1] * other[0]) < SAME_SHAPE


@dataclass(frozen=True)
class Layout:
    """Where a generator's style layers live.

    Attributes:
        resolution: pixels per side of a square picture.
        w_dim: D.
        grid: the finest cells per side that a map may have.
    """

    resolution: int
    w_dim: int
    grid: int

    @property
    def layer_res(self) -> tuple[int, ...]:
        """The resolution of each style layer (a block's ToRGB shares the next layer's style)."""
        num_layers = 2 * (self.resolution.bit_length() - 1) - 2
        return tuple(min(self.resolution, 4 << ((i + 1) // 2)) for i in range(num_layers))


@dataclass(frozen=True)
class LatentMap:
    """A latent: one map of w-vectors per style layer.

    Attributes:
        layers: L tensors [N, D, h_l, w_l]; 1×1 stands for the whole picture.
        base: size of the picture's first feature map; (4, 4) is a picture of the training size,
            (4, 8) one twice as wide.
        cells: of the base, that the maps are of; None: all.
    """

    layers: tuple[Tensor, ...]
    base: Cells = SQUARE
    cells: Region | None = None

    @property
    def extent(self) -> Cells:
        """Rows and columns of the base that the maps are of."""
        return self.base if self.cells is None else (self.cells.height, self.cells.width)

    def map(self, change: Callable[[int, Tensor], Tensor]) -> "LatentMap":
        """Apply `change(layer index, map)` to every layer."""
        layers = tuple(change(i, wmap) for i, wmap in enumerate(self.layers))
        return LatentMap(layers, self.base, self.cells)

    def part(self, cells: Region) -> "LatentMap":
        """What is of some cells of the base: a region of `WHOLE_CELLS`, or up to the border."""
        rows, columns = self.base
        parts: dict[int, Tensor] = {}  # layers that share a map still do

        def cut(_: int, wmap: Tensor) -> Tensor:
            if tuple(wmap.shape[2:]) == (1, 1):
                return wmap
            down, across = wmap.shape[2], wmap.shape[3]
            top, bottom = (k * down // rows for k in (cells.top, cells.bottom))
            left, right = (k * across // columns for k in (cells.left, cells.right))
            return parts.setdefault(id(wmap), wmap[:, :, top:bottom, left:right])

        return LatentMap(self.map(cut).layers, self.base, cells)

    def picture(self, i: int) -> "LatentMap":
        """The latent of one picture of a batch."""
        return self.map(lambda _, wmap: wmap[i : i + 1])

    def to(self, device: torch.device | str, dtype: torch.dtype = torch.float32) -> "LatentMap":
        """Move every layer's map."""
        return self.map(lambda _, wmap: wmap.to(device=device, dtype=dtype))


@dataclass(frozen=True)
class Space:
    """One member of the family: do layers share a map, and how many cells has it at most."""

    shared: bool
    cells: int

    def layer_cells(self, layer_res: int) -> int:
        """Cells per side of the map of a layer of that resolution."""
        return self.cells if self.shared else min(self.cells, layer_res)


def find_space(name: str, layout: Layout) -> Space:
    """Look up `W`, `W+`, `S{n}`, `S+{n}` or `S+`.

    Raises:
        SpaceError: no such space, or n is not a power of two within the model's grid.
    """
    if name in ("W", "W+"):
        return Space(shared=name == "W", cells=1)
    match = re.fullmatch(r"S(\+?)(\d{0,4})", name)
    if match is None or name == "S":
        raise SpaceError(f"no latent space {name!r}; there are W, W+, S{{n}}, S+{{n}} and S+")
    plus, digits = match.groups()
    cells = int(digits) if digits else layout.grid
    if cells < 2 or cells > layout.grid or cells & (cells - 1):
        raise SpaceError(f"{name}: n must be a power of two from 2 to {layout.grid}")
    return Space(shared=not plus, cells=cells)


def is_within(name: str, other: str, layout: Layout) -> bool:
    """Whether a space contains all of another: `W` is within every one, and all within `S+`."""
    inner, outer = find_space(name, layout), find_space(other, layout)
    return inner.cells <= outer.cells and (inner.shared or not outer.shared)


def space_names(layout: Layout) -> list[str]:
    """Every space of a model, from the least to the most free."""
    sizes = [1 << k for k in range(1, layout.grid.bit_length())]
    return ["W", "W+", *(f"S{n}" for n in sizes), *(f"S+{n}" for n in sizes[:-1]), "S+"]


def constant(w: Tensor, num_layers: int, base: Cells = SQUARE) -> LatentMap:
    """The latent of plain StyleGAN2: one w [N, D], or one per layer [N, L, D]."""
    if w.ndim == 2:
        return LatentMap((w[:, :, None, None],) * num_layers, base)
    if w.shape[1] != num_layers:
        raise SpaceError(f"expected {num_layers} layers, got {w.shape[1]}")
    return LatentMap(tuple(v[:, :, None, None] for v in w.unbind(1)), base)


def cells_of(num: int, base: Cells) -> Cells:
    """Rows and columns of a map with `num` cells per training-size side, for a picture of `base`.

    Raises:
        SpaceError: the picture's proportions do not divide into that many cells.
    """
    if num == 1:
        return (1, 1)
    rows, columns = num * base[0], num * base[1]
    if rows % SQUARE[0] or columns % SQUARE[1]:
        raise SpaceError(f"a base of {base[0]}×{base[1]} does not divide into {num} cells per side")
    return rows // SQUARE[0], columns // SQUARE[1]


def embed(latent: LatentMap, name: str, layout: Layout) -> LatentMap:
    """Write a latent in a space that contains its own: the same picture, more freedom.

    Raises:
        SpaceError: the space is coarser than the latent.
    """
    space = find_space(name, layout)
    if space.shared and len({id(wmap) for wmap in latent.layers}) > 1:
        raise SpaceError(f"{name} has one map for all layers; this latent has one per layer")

    made: dict[tuple[int, Cells], Tensor] = {}  # layers that share a map share what becomes of it

    def refine(layer: int, wmap: Tensor) -> Tensor:
        size = cells_of(space.layer_cells(layout.layer_res[layer]), latent.extent)
        at_layer = size == cells_of(layout.layer_res[layer], latent.extent)
        if wmap.shape[2] > size[0] and not at_layer:
            raise SpaceError(f"{name} is coarser than this latent")
        if tuple(wmap.shape[2:]) == (1, 1):
            return wmap.expand(-1, -1, *size)
        key = (id(wmap), size)
        if key not in made:
            made[key] = resize_map(wmap, size)
        return made[key]

    if space.shared:
        shared = refine(0, latent.layers[0])
        return latent.map(lambda _, _wmap: shared)
    return latent.map(refine)


def is_even(wmap: Tensor) -> bool:
    """Whether a map [N, D, h, w] is known to be one cell, repeated: no memory is behind the others.

    Such a map is drawn at the cost of a vector. A map that merely has equal cells is not one.
    """
    rows, columns = wmap.shape[2:]
    return (rows == 1 or wmap.stride(2) == 0) and (columns == 1 or wmap.stride(3) == 0)


@dataclass(frozen=True)
class Stored:
    """What a latent's file holds.

    Attributes:
        latent: of one picture or several.
        space: the name of its space.
        plain: its twin (`models/twins.py`); None where the latent is plain itself, and in files
            from before there were any.
    """

    latent: LatentMap
    space: str
    plain: LatentMap | None = None


def to_bytes(stored: Stored, model: str = "") -> bytes:
    """Serialise as safetensors: `layer{l}` float32 per layer, `plain{l}` of the twin; space, base
    and model as metadata."""
    tensors = tensors_of(stored.latent, LAYER)
    if stored.plain is not None:
        tensors |= tensors_of(stored.plain, PLAIN)
    base = "x".join(str(side) for side in stored.latent.base)
    about = {"format": "latentbrush-latent/1", "space": stored.space, "base": base, "model": model}
    return in_one_order(save(tensors, about))


def in_one_order(data: bytes) -> bytes:
    """Safetensors with the header sorted, so that the same latent is the same bytes: `save` writes
    metadata in another order each time."""
    header = json.dumps(header_of(data), sort_keys=True).encode()
    header += b" " * (-len(header) % 8)  # tensors begin at a multiple of 8 bytes
    return len(header).to_bytes(8, "little") + header + data[tensors_at(data) :]


def header_of(data: bytes) -> dict[str, Any]:
    """What a safetensors file says of its tensors, and its metadata."""
    header: dict[str, Any] = json.loads(data[8 : tensors_at(data)])
    return header


def tensors_at(data: bytes) -> int:
    """Where the numbers of a safetensors file begin: its first 8 bytes are its header's length."""
    return 8 + int.from_bytes(data[:8], "little")


def tensors_of(latent: LatentMap, prefix: str) -> dict[str, Tensor]:
    """The maps of a latent by their names in a file."""
    return {
        f"{prefix}{i:02d}": wmap.detach().float().cpu().contiguous().clone()
        for i, wmap in enumerate(latent.layers)
    }


def from_bytes(data: bytes, layout: Layout) -> Stored:
    """Read what `to_bytes` wrote.

    Raises:
        SpaceError: not a latent, or not one of this model's.
    """
    try:
        tensors = load(data)
        header = header_of(data)
        metadata = header["__metadata__"]
        space = metadata["space"]
        rows, columns = (int(side) for side in metadata["base"].split("x"))
    except (SafetensorError, KeyError, ValueError) as error:
        raise SpaceError("this file is not a Latentbrush latent") from error
    if rows < 1 or columns < 1:
        raise SpaceError(f"a latent's base has cells, this one {rows}×{columns}")
    has_twin = any(name.startswith(PLAIN) for name in tensors)
    num = len(layout.layer_res) * (1 + has_twin)
    if len(tensors) != num or any(t.ndim != 4 for t in tensors.values()):
        raise SpaceError(f"another model's latent: {len(tensors)} maps, where this one has {num}")
    known = find_space(space, layout)
    latent = read_map(tensors, LAYER, layout, (rows, columns))
    for res, wmap in zip(layout.layer_res, latent.layers, strict=True):
        wanted = cells_of(known.layer_cells(res), (rows, columns))
        if tuple(wmap.shape[2:]) not in ((1, 1), wanted):
            raise SpaceError(f"a latent in {space} has {wanted[0]}×{wanted[1]} cells in a layer")
    if known.shared:
        latent = LatentMap((latent.layers[0],) * len(latent.layers), latent.base)
    plain = read_map(tensors, PLAIN, layout, (rows, columns)) if has_twin else None
    return Stored(latent, space, plain)


def read_map(tensors: dict[str, Tensor], prefix: str, layout: Layout, base: Cells) -> LatentMap:
    """A latent out of a file's tensors.

    Raises:
        SpaceError: they are not of this model's layers, or no layer has so many cells.
    """
    layers = []
    sides = [1 << k for k in range(layout.grid.bit_length())]
    grids = {(n * base[0], n * base[1]) for n in sides}
    for i in range(len(layout.layer_res)):
        wmap = tensors.get(f"{prefix}{i:02d}")
        if wmap is None or wmap.shape[1] != layout.w_dim:
            raise SpaceError(
                f"another model's latent: its layers are not {len(layout.layer_res)} maps of "
                f"{layout.w_dim} numbers a cell"
            )
        rows, columns = wmap.shape[2:]
        if (rows, columns) != (1, 1) and (SQUARE[0] * rows, SQUARE[1] * columns) not in grids:
            raise SpaceError(f"no map of {rows}×{columns} cells fits this picture")
        layers.append(wmap.float())
    return LatentMap(tuple(layers), base)
