"""What there is at every place of the Earth, read off its picture and its heights. Ours.

The picture shows neither clouds nor light from one side, so a colour says what covers a place.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

MAPS = ("water", "height", "depth", "warmth", "green", "sand", "ice", "relief")
"""What is known of a place, each from 0 to 1."""
HIGHEST_KM = 6.4  # what the picture of heights shows in white
COLDEST_C, WARMEST_C = -30.0, 30.0  # where warmth is 0 and 1
EQUATOR_C, POLE_C = 27.0, -23.0  # yearly means at sea level
LAPSE_C_KM = 6.5  # the international standard atmosphere's
BLUE = (5.0, 12.0)  # levels that blue is above the others, on land and in the sea
BLACK = (20.0, 12.0)  # mean level of land and of lakes, which are nearly black
SHELF, ABYSS = 70.0, 1.0  # level of green in the shallowest sea and in the deepest
TRENCH_PX = 5  # half the width of what is black in the sea; lakes are black, and of no known depth
ICE = (60.0, 170.0)  # levels of white that are left when colour is taken off, bare and covered
SAND = (28.0, 78.0)  # levels that red is above blue
GREEN = (0.06, 0.5)  # of twice green less red and blue, over their sum
HUE_PX = 2  # over which hues are smoothed: the picture's JPEG has fewer of them than pixels
RELIEF_PX = 5  # of the picture of heights, over which they are compared
ROUGHEST = 24.0  # levels of deviation among these


def maps_of(colours: Tensor, heights: Tensor, water: Tensor) -> Tensor:
    """The maps of the whole Earth.

    Args:
        colours: [3, H, W], in levels of 255; plate carrée from 90° N, 180° W on.
        heights: [H, W], in levels of 255.
        water: [H, W] in [0, 1]: seas, lakes and rivers, coarser than the picture.

    Returns:
        [M, H, W] in [0, 1], in the order of `MAPS`.
    """
    red, green, blue = colours.unbind(0)
    level = colours.mean(dim=0)
    sea = ramp(blue - torch.maximum(red, green), *BLUE)
    lake = ramp(level, *BLACK) * ramp(opened(water), 0.3, 0.6)
    wet = torch.maximum(sea, lake)
    dry = 1 - wet
    coloured = colours.amax(dim=0) - colours.amin(dim=0)
    ice = ramp(colours.amin(dim=0) - coloured, *ICE) * dry
    bare = dry * (1 - ice)
    leaves = smoothed((2 * green - red - blue) / (3 * level + 12))  # a black pixel has no hue
    dryness = smoothed(red - blue)
    rows = torch.arange(len(level)).add(0.5) / len(level)
    latitude = torch.pi * (0.5 - rows)
    at_sea_level = POLE_C + (EQUATOR_C - POLE_C) * latitude.cos().square()
    celsius = at_sea_level[:, None] - LAPSE_C_KM * HIGHEST_KM * heights / 255
    return torch.stack(
        [
            wet,
            heights / 255 * dry,
            ramp(green, SHELF, ABYSS) * wet * widened(opened(sea), TRENCH_PX),
            ((celsius - COLDEST_C) / (WARMEST_C - COLDEST_C)).clamp(0, 1),
            ramp(leaves, *GREEN) * bare,
            ramp(dryness, *SAND) * bare,
            ice,
            (deviation(heights, RELIEF_PX) / ROUGHEST).clamp(0, 1) * dry,
        ]
    )


def ramp(x: Tensor, low: float, high: float) -> Tensor:
    """0 at `low`, 1 at `high`, straight between; `low` may be the larger."""
    return ((x - low) / (high - low)).clamp(0, 1)


def opened(water: Tensor, reach: int = 2) -> Tensor:
    """Water [H, W] without what is narrower than `reach` pixels on either side: rivers, which the
    picture does not show."""
    return widened(-widened(-water, reach), reach)


def widened(layer: Tensor, reach: int) -> Tensor:
    """The most [H, W] within `reach` pixels down and across."""
    return F.max_pool2d(layer[None, None], 2 * reach + 1, 1, reach)[0, 0]


def deviation(heights: Tensor, reach: int) -> Tensor:
    """The standard deviation [H, W] of heights within `reach` pixels down and across."""
    mean = smoothed(heights, reach)
    return (smoothed(heights.square(), reach) - mean.square()).clamp(min=0).sqrt()


def smoothed(layer: Tensor, reach: int = HUE_PX) -> Tensor:
    """The mean [H, W] within `reach` pixels down and across."""
    side = 2 * reach + 1
    return F.avg_pool2d(layer[None, None], side, 1, reach, count_include_pad=False)[0, 0]
