"""Drawing the land: any window of an endless plane, from a seed alone."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from models.counter import bits
from training.aerial import palette as colours
from training.aerial.cover import ROAD_M, Amounts, Cover, Sun, amounts_of, cover_of
from training.aerial.fields import Fields, fields_of
from training.aerial.frames import frame_of
from training.aerial.light import AMBIENT, facing, shadow
from training.aerial.noise import Window, fractal, ramp
from training.aerial.palette import over, paint, picked
from training.aerial.town import STREET_M, Town, town_of
from training.aerial.trees import crowns

PIXEL_M = 2.0  # metres of land that a pixel shows, where nothing else is said
SAMPLES = 2  # per pixel and axis
SHADOW_M = 16.0  # longest shadow
MAPS = (
    "water",
    "wood",
    "buildings",
    "roads",
    "ripeness",
    "autumn",
    "snow",
    "lushness",
    "sun_from_east",
    "sun_height",
)
"""The factors of a land, each a map over it."""
TITLES = dict(
    zip(
        MAPS,
        (
            "Water",
            "Forest",
            "Houses",
            "Roads",
            "Ripe fields",
            "Autumn leaves",
            "Snow",
            "Lush grass",
            "Sun from the east",
            "High sun",
        ),
        strict=True,
    )
)
"""What a person calls them."""


@dataclass(frozen=True)
class View:
    """A window of a land as it is seen, with what is there.

    Attributes:
        img: [3, H, W] in [-1, 1].
        maps: [F, H, W] in [0, 1], in the order of `MAPS`.
    """

    img: Tensor
    maps: Tensor


AmountsOf = Callable[[int, Window], Amounts]
"""(seed, window) → how much of everything there is."""


def view(
    seed: int,
    top: int,
    left: int,
    height: int,
    width: int,
    amounts: AmountsOf = amounts_of,
    sun: Sun | None = None,
    pixel_m: float = PIXEL_M,
) -> View:
    """Draw the pixels [top, top + height) × [left, left + width) of the land of a seed.

    Rows count south and columns east from the land's origin; either may be negative. A window is
    the same as that part of any larger one.

    Args:
        amounts: what the land has more or less of; the seed's own if not given.
        sun: the seed's own if None.
        pixel_m: metres that a pixel shows; the land is the same at every sharpness.
    """
    step = pixel_m / SAMPLES
    margin = round(SHADOW_M / step) + 2
    window = Window.of(
        top * pixel_m, left * pixel_m, height * SAMPLES, width * SAMPLES, step
    ).grown(margin)
    key = int(bits(seed))  # so that the layers of neighbouring seeds share no noise
    img, maps = draw(key, window, step, amounts(key, window), sun or Sun.of(key))
    inside = torch.cat([img * 2 - 1, maps])[:, margin:-margin, margin:-margin]
    seen = F.avg_pool2d(inside, SAMPLES)
    return View(seen[:3], seen[3:])


def draw(
    seed: int, window: Window, step: float, amounts: Amounts, sun: Sun
) -> tuple[Tensor, Tensor]:
    """Colours [3, H, W] in [0, 1] and maps [F, H, W] at every sample."""
    cover = cover_of(amounts, seed, window, step)
    frame = frame_of(seed + 10, window)
    land, town = fields_of(frame), town_of(frame)
    grain = fractal(seed + 40, window, 7.0, 3, gain=0.8)
    in_town = ramp(cover.town, 0.25, 0.45)
    dry = cover.shore > 0
    track = ramp(frame.border, 3.2, 2.0) * (1 - in_town) * (1 - cover.wood) * dry
    street = ramp(town.street, STREET_M / 2 + 0.6, STREET_M / 2 - 0.6) * in_town * dry
    road = ramp(cover.road, ROAD_M + 0.6, ROAD_M - 0.6)
    wet = ramp(-cover.shore, -0.8, 0.8)
    paved = torch.maximum(road, street)

    # What lies flat on the ground, from the lowest upwards.
    ground = soil(cover, land, town, grain)
    ground = over(ground, paint(colours.TRACK, grain), 0.85 * track)
    ground = over(ground, paint(colours.ASPHALT, grain), street)
    ground = over(ground, water_of(cover, grain), wet)
    ground = over(ground, paint(colours.ASPHALT, grain) * 1.12, road)
    ground = over(ground, paint(colours.SNOW, grain), ramp(cover.road, 0.9, 0.3) * 0.35)

    # What stands on it.
    crown, tree_tint, tree_rank = crowns(seed + 30, window)
    free = dry & (paved < 0.1) & (cover.shore > 4.0)
    house = torch.where(free & (town.rank < cover.town) & (in_town > 0), town.height, 0.0)
    built = (house > 0).float()
    hedge = ramp(land.edge, 4.5, 3.0) * land.hedged * (1 - in_town) * (track < 0.1)
    density = torch.maximum(cover.wood, torch.maximum(0.75 * hedge, 0.22 * cover.town))
    tree = torch.where(free & (tree_rank < density) & (built == 0), crown, 0.0)
    wooded = (tree > 0).float()
    surface = over(ground, leaves_of(cover, tree_tint, grain), wooded)
    surface = over(surface, roofs_of(cover, town, grain), built)

    relief = cover.relief * ramp(cover.shore, 0.0, 30.0)
    img = lit_by(sun, surface, house + tree, relief, step)
    return img, maps_of(cover, sun, wet * (1 - road), wooded, built, paved)


def soil(cover: Cover, land: Fields, town: Town, grain: Tensor) -> Tensor:
    """Fields, grass, gardens, sand and snow: [3, H, W]."""
    ripe = (cover.ripeness + 0.35 * (land.tint - 0.5)).clamp(0, 1)
    ground = over(picked(colours.YOUNG, land.crop), picked(colours.RIPE, land.crop), ripe)
    ground = ground * (0.82 + 0.3 * land.tint)[None]
    ground = ground * (1 + 0.09 * land.furrow * ramp(land.edge, 2.0, 6.0))[None]
    grass = over(paint(colours.DRY_GRASS, grain), paint(colours.LUSH_GRASS, grain), cover.lushness)
    ground = over(ground, grass, ramp(land.edge, 3.2, 1.8))
    ground = over(ground, grass, torch.maximum(cover.wood, ramp(cover.shore, 26.0, 14.0)))
    garden = over(grass, paint(colours.GARDEN, grain), 0.4 + 0.5 * town.tint)
    ground = over(ground, garden, cover.town)
    ground = over(ground, paint(colours.SAND, grain), ramp(cover.shore, 6.0, 1.5))
    ground = ground * (1 + 0.07 * grain)[None]
    return over(ground, paint(colours.SNOW, grain), cover.snow * (0.86 + 0.1 * grain))


def water_of(cover: Cover, grain: Tensor) -> Tensor:
    """Water, deeper further from the shore, and ice: [3, H, W]."""
    depth = ramp(-cover.shore, 0.0, 22.0)
    water = over(paint(colours.SHALLOW, grain), paint(colours.DEEP, grain), depth)
    return over(water * (1 + 0.03 * grain)[None], paint(colours.ICE, grain), 0.75 * cover.snow)


def leaves_of(cover: Cover, tint: Tensor, grain: Tensor) -> Tensor:
    """Crowns of broad-leaved trees and conifers of a tint [H, W] each: [3, H, W]."""
    broad = over(paint(colours.LEAVES, grain), paint(colours.BROAD, grain), tint)
    turning = picked(torch.tensor(colours.AUTUMN), (tint * 2.999).long())
    leaves = over(broad, turning, cover.autumn * (0.5 + tint).clamp(max=1))
    conifer = paint(colours.CONIFER, grain) * (0.85 + 0.4 * tint)[None]
    leaves = over(leaves, conifer, (tint * 7.3 % 1 < 0.35).float())
    return over(leaves, paint(colours.SNOW, grain), 0.55 * cover.snow)


def roofs_of(cover: Cover, town: Town, grain: Tensor) -> Tensor:
    """Roofs, under snow where there is some: [3, H, W]."""
    roof = picked(colours.ROOF, town.roof) * (0.85 + 0.3 * town.tint)[None]
    return over(roof, paint(colours.SNOW, grain), 0.8 * cover.snow)


def lit_by(sun: Sun, surface: Tensor, tall: Tensor, relief: Tensor, step: float) -> Tensor:
    """Colours [3, H, W] in the sun, and in the shadows of what is tall ([H, W], metres)."""
    dark = shadow(tall, sun, step, SHADOW_M)
    lit = facing(tall + relief, sun, step).clamp(max=1.5)
    light = AMBIENT + (1 - AMBIENT) * lit * (1 - dark)
    tinted = light[None] * torch.tensor([1.02, 1.0, 0.97])[:, None, None]
    tinted = tinted + dark[None] * torch.tensor([-0.02, 0.0, 0.04])[:, None, None]
    return (surface * tinted).clamp(0, 1)


def maps_of(
    cover: Cover, sun: Sun, wet: Tensor, wooded: Tensor, built: Tensor, paved: Tensor
) -> Tensor:
    """The factors at every sample, in the order of `MAPS`."""
    everywhere = torch.ones_like(wet)
    east = 0.5 + 0.5 * math.cos(sun.direction)
    high = math.sin(sun.elevation)
    return torch.stack(
        [
            wet,
            wooded,
            built,
            paved,
            cover.ripeness,
            cover.autumn,
            cover.snow,
            cover.lushness,
            east * everywhere,
            high * everywhere,
        ]
    )
