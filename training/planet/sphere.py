"""Places on the Earth, and the plane that touches it at one of them.

Azimuthal equidistant projection (Snyder 1987, section 25): distances from the middle are true, and
900 km away, at the corners of a training picture, those across are too long by a third of a
percent.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from training.planet.earth import Earth

RADIUS_KM = 6371.0


@dataclass(frozen=True)
class Place:
    """Where a picture has its middle, and how it lies there.

    Attributes:
        latitude, longitude: degrees north and east.
        turn: radians by which the picture's right side is turned from east to south.
        is_mirrored: left and right are exchanged, before it is turned.
    """

    latitude: float
    longitude: float
    turn: float = 0.0
    is_mirrored: bool = False


def to_vectors(latitude: Tensor, longitude: Tensor) -> Tensor:
    """Unit vectors [..., 3] of places in radians."""
    level = latitude.cos()
    return torch.stack([level * longitude.cos(), level * longitude.sin(), latitude.sin()], dim=-1)


def seen_from(place: Place, size: tuple[int, int], pixel_km: float) -> Tensor:
    """Unit vectors [H, W, 3] of the middles of the pixels of a picture around a place."""
    height, width = size
    down = (torch.arange(height) - (height - 1) / 2) * pixel_km / RADIUS_KM
    across = (torch.arange(width) - (width - 1) / 2) * pixel_km / RADIUS_KM
    y, x = torch.meshgrid(down, -across if place.is_mirrored else across, indexing="ij")
    cos, sin = math.cos(place.turn), math.sin(place.turn)
    to_east, to_south = x * cos - y * sin, x * sin + y * cos
    latitude, longitude = math.radians(place.latitude), math.radians(place.longitude)
    middle = to_vectors(torch.tensor(latitude), torch.tensor(longitude))
    east = torch.tensor([-math.sin(longitude), math.cos(longitude), 0.0])
    south = torch.linalg.cross(middle, east).neg()
    angle = torch.hypot(to_east, to_south)[..., None]
    away = to_east[..., None] * east + to_south[..., None] * south
    found: Tensor = angle.cos() * middle + torch.special.sinc(angle / math.pi) * away
    return found


def looked_up(layers: Tensor, vectors: Tensor) -> Tensor:
    """Layers of the Earth, uint8 [C, H, W], at places [h, w, 3]: float [C, h, w], bilinear."""
    _, height, width = layers.shape
    north = vectors[..., 2].clamp(-1, 1).asin()
    east = torch.atan2(vectors[..., 1], vectors[..., 0])
    row = ((0.5 - north / math.pi) * height - 0.5).clamp(0, height - 1)
    column = (east / (2 * math.pi) + 0.5) * width - 0.5
    top, left = row.floor(), column.floor()
    down, across = row - top, column - left
    rows = [top.long(), (top.long() + 1).clamp(max=height - 1)]
    columns = [left.long() % width, (left.long() + 1) % width]
    flat = layers.flatten(1)
    found = torch.zeros(len(layers), *row.shape)
    for each_row, by_row in zip(rows, (1 - down, down), strict=True):
        for each_column, by_column in zip(columns, (1 - across, across), strict=True):
            found += flat[:, each_row * width + each_column] * (by_row * by_column)
    return found


def seen(earth: Earth, place: Place, size: tuple[int, int], pixel_km: float) -> Tensor:
    """The layers around a place, 0 to 255: [3 + M, H, W].

    From the coarse layers where a pixel shows more than one of theirs, which are then fine enough.
    """
    layers_km = 2 * math.pi * RADIUS_KM / earth.coarse.shape[2]
    layers = earth.coarse if pixel_km >= layers_km else earth.layers
    return looked_up(layers, seen_from(place, size, pixel_km))
