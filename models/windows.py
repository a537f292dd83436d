"""The encoder on pictures of any size: square windows, blended where they overlap."""

import torch
from torch import Tensor

from models.latents import SQUARE, Cells
from models.model import AnyEncoder, Model


def predict_windows(model: Model, encoder: AnyEncoder, img: Tensor, base: Cells) -> list[Tensor]:
    """Encode pictures [N, 3, H, W] by as few square windows as cover them.

    Args:
        base: coarsest cells down and across; none is fewer than the model's own.

    Returns:
        L whitened maps [N, K, h_l, w_l], of a picture of that base.
    """
    cell = model.layout.resolution // SQUARE[0]
    if base == SQUARE:
        return model.predict(img, encoder)
    sums: list[Tensor] = []
    weights: list[Tensor] = []
    for row in offsets(base[0], SQUARE[0]):
        for column in offsets(base[1], SQUARE[1]):
            side = model.layout.resolution
            top, left = row * cell, column * cell
            maps = model.predict(img[:, :, top : top + side, left : left + side], encoder)
            if not sums:
                sizes = [wide(v, base) for v in maps]
                sums = [
                    v.new_zeros(*v.shape[:2], *size) for v, size in zip(maps, sizes, strict=True)
                ]
                weights = [v.new_zeros(size) for v, size in zip(maps, sizes, strict=True)]
            for v, total, weight in zip(maps, sums, weights, strict=True):
                inside = place(v, row, column)
                share = tent(v.shape[2], v.shape[3]).to(v)
                total[:, :, *inside] += v * share
                weight[inside] += share
    return [total / weight for total, weight in zip(sums, weights, strict=True)]


def offsets(length: int, window: int) -> list[int]:
    """Where windows begin: evenly spaced, the first at the start and the last at the end."""
    num = -(-length // window)
    if num < 2:
        return [0]
    return [round(i * (length - window) / (num - 1)) for i in range(num)]


def wide(v: Tensor, base: Cells) -> Cells:
    """The size of a layer's map on the whole picture, given a window's."""
    return v.shape[2] * base[0] // SQUARE[0], v.shape[3] * base[1] // SQUARE[1]


def place(v: Tensor, row: int, column: int) -> tuple[slice, slice]:
    """Where a window's map lies that begins at a coarsest cell."""
    top, left = v.shape[2] * row // SQUARE[0], v.shape[3] * column // SQUARE[1]
    return slice(top, top + v.shape[2]), slice(left, left + v.shape[3])


def tent(height: int, width: int) -> Tensor:
    """Weights [h, w] that fall from a window's middle to its border."""

    def side(n: int) -> Tensor:
        return 1 - ((torch.arange(n) + 0.5) / n * 2 - 1).abs() * (1 - 0.5 / n)

    return side(height)[:, None] * side(width)[None]
