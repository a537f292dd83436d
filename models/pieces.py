"""Drawings of any size, piece by piece: the same picture, in as much memory as a piece takes."""

from collections.abc import Callable, Iterator

import torch

from models.carry import compact, pooling
from models.generator import Drawing, level_of
from models.latents import LatentMap
from models.model import Model
from models.region import Region, Size, whole

PIECE_PX = 512  # per side
AT_ONCE = 4  # pieces: what is no larger is drawn in one go, which takes less time

Tell = Callable[[int, int], None]
"""Hears that so many pieces of so many are drawn."""


def silent(_piece: int, _pieces: int) -> None:
    """Tell nobody."""


def picture_size(model: Model, latent: LatentMap, resolution: int | None = None) -> Size:
    """Height and width of what a latent draws."""
    return level_of(resolution or model.layout.resolution, latent.base, 0).size


def draw(
    model: Model,
    latent: LatentMap,
    resolution: int | None = None,
    region: Region | None = None,
    tell: Tell = silent,
    piece_px: int = PIECE_PX,
) -> Drawing:
    """Draw a latent, or a region of it, as `Model.draw` does, with features to compare.

    Args:
        region: from `carry.reach`, or all.
        piece_px: per side of a piece.

    Returns:
        Pictures [N, 3, H, W], and features [N, C, h, w] no finer than they are compared.
    """
    size = picture_size(model, latent, resolution)
    region, step = region or whole(size), pooling(size)
    if region.area <= AT_ONCE * piece_px**2:
        return compact(model.draw(latent, resolution, region), step)
    img = features = None
    pieces = list(pieces_of(region, max(step, piece_px // step * step)))
    for k, piece in enumerate(pieces):
        tell(k, len(pieces))
        part = compact(model.draw(latent, resolution, piece), step)
        if img is None or features is None:
            img = part.img.new_empty(*part.img.shape[:2], region.height, region.width)
            coarse = (region.height // step, region.width // step)
            features = part.features.new_empty(*part.features.shape[:2], *coarse)
        put(img, part.img, piece.top - region.top, piece.left - region.left)
        top, left = (piece.top - region.top) // step, (piece.left - region.left) // step
        put(features, part.features, top, left)
    assert img is not None and features is not None
    return Drawing(img, features)


def pieces_of(region: Region, side: int) -> Iterator[Region]:
    """Squares of a region, from the top left; the last ones are what is left of it."""
    for top in range(region.top, region.bottom, side):
        for left in range(region.left, region.right, side):
            bottom, right = min(top + side, region.bottom), min(left + side, region.right)
            yield Region(top, bottom, left, right)


def put(x: torch.Tensor, part: torch.Tensor, top: int, left: int) -> None:
    """Write a part [N, C, h, w] into x [N, C, H, W]."""
    x[:, :, top : top + part.shape[2], left : left + part.shape[3]] = part
