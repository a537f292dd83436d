"""What covers the land: how wet, wooded and built-up it is, its season, and its sun."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from models.counter import uniform
from training.aerial.noise import Window, fractal, ramp, share_below, smooth

LAKES = 0.10  # share of the land
RIVER_M = 9.0  # half the width of the widest
ROAD_M = 4.0  # half the width of a main road
MAX_DISTANCE_M = 60.0  # to a river's or a road's middle; further counts as this


@dataclass(frozen=True)
class Cover:
    """Slowly varying amounts on every place [H, W].

    Attributes:
        relief: metres; gentle.
        shore: metres to the water's edge, negative in the water.
        road: metres to the middle of the nearest main road.
        wood: 0 to 1, how densely trees stand.
        town: 0 to 1, how densely houses stand.
        ripeness: 0 to 1, from green to straw.
        autumn: 0 to 1, from green leaves to red and brown.
        snow: 0 to 1.
        lushness: 0 to 1, from dry to well watered.
    """

    relief: Tensor
    shore: Tensor
    road: Tensor
    wood: Tensor
    town: Tensor
    ripeness: Tensor
    autumn: Tensor
    snow: Tensor
    lushness: Tensor


@dataclass(frozen=True)
class Sun:
    """Where the light comes from: one for a whole land.

    Attributes:
        direction: radians from east to south, towards the sun.
        elevation: radians above the horizon.
    """

    direction: float
    elevation: float

    @staticmethod
    def of(seed: int) -> "Sun":
        """The sun of a land: in the southern half of the sky."""
        east, high = (uniform(seed, torch.tensor(k)).item() for k in (1, 2))
        return Sun(direction=math.pi * (0.1 + 0.8 * east), elevation=math.radians(28 + 37 * high))


AMOUNTS = ("dryness", "wood", "town", "ripeness", "autumn", "snow", "lushness")
"""What a land has more or less of; each a map of N(0, 1)."""

COURSES = ("river", "flow", "main_road", "side_road")
"""Maps of N(0, 1) too: rivers and roads run where these are 0, and a river is wide where it flows
much."""

Amounts = dict[str, Tensor]


def amounts_of(seed: int, window: Window) -> Amounts:
    """The amounts and courses that a seed gives a land: [H, W] each."""
    return {
        "dryness": fractal(seed + 100, window, 420.0, 5),
        "wood": fractal(seed + 200, window, 300.0, 4, gain=0.6),
        "town": fractal(seed + 300, window, 520.0, 2),
        "ripeness": smooth(seed + 800, window, 500.0),
        "autumn": smooth(seed + 900, window, 900.0),
        "snow": smooth(seed + 1000, window, 1100.0),
        "lushness": smooth(seed + 1100, window, 350.0),
        "river": fractal(seed + 400, window, 560.0, 2, gain=0.25),
        "flow": smooth(seed + 450, window, 400.0),
        "main_road": fractal(seed + 500, window, 480.0, 2, gain=0.25),
        "side_road": fractal(seed + 600, window, 720.0, 2, gain=0.25),
    }


def cover_of(amounts: Amounts, seed: int, window: Window, step: float) -> Cover:
    """What covers a land with these amounts and courses; its hills are the seed's.

    Args:
        step: metres between samples.
    """
    share = {name: share_below(amounts[name]) for name in AMOUNTS}
    built = ramp(share["town"], 0.74, 0.86)
    lake = (share["dryness"] - LAKES) * 160.0
    river = contour_distance(amounts["river"], step)
    width = RIVER_M * ramp(amounts["flow"], -1.2, 1.0)
    roads = [contour_distance(amounts[name], step) for name in ("main_road", "side_road")]
    return Cover(
        relief=8.0 * fractal(seed + 700, window, 300.0, 3),
        shore=torch.minimum(lake, river - width),
        road=torch.stack(roads).amin(dim=0),
        wood=ramp(share["wood"], 0.56, 0.66) * (1 - built),
        town=built,
        ripeness=share["ripeness"],
        autumn=ramp(share["autumn"], 0.5, 1.0),
        snow=ramp(share["snow"], 0.8, 0.98),
        lushness=share["lushness"],
    )


def contour_distance(height: Tensor, step: float) -> Tensor:
    """Metres to the contour line at 0 of smooth heights [H, W]: a line that winds over the plane
    and never ends.

    To first order: the height over the slope.

    Args:
        step: metres between samples.
    """
    south, east = torch.gradient(height, spacing=step)
    slope = torch.hypot(south, east)
    return (height.abs() / slope.clamp(min=1e-4)).clamp(max=MAX_DISTANCE_M)
