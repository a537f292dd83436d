"""Colours of the land, as linear mixtures of a few; RGB in [0, 1]."""

import torch
from torch import Tensor

Colour = tuple[float, float, float]

DEEP, SHALLOW, ICE = (0.06, 0.16, 0.22), (0.16, 0.33, 0.34), (0.62, 0.70, 0.74)
SAND, REEDS = (0.70, 0.64, 0.50), (0.36, 0.42, 0.22)
ASPHALT, TRACK = (0.40, 0.40, 0.42), (0.62, 0.56, 0.46)
LEAVES, BROAD, CONIFER = (0.20, 0.36, 0.13), (0.29, 0.44, 0.16), (0.09, 0.23, 0.14)
AUTUMN = ((0.72, 0.38, 0.10), (0.62, 0.22, 0.10), (0.76, 0.58, 0.16))
SNOW = (0.93, 0.95, 0.99)
DRY_GRASS, LUSH_GRASS = (0.60, 0.56, 0.34), (0.34, 0.50, 0.20)
GARDEN = (0.38, 0.50, 0.24)

YOUNG = torch.tensor(  # crops before they ripen
    [
        (0.36, 0.54, 0.20),
        (0.30, 0.47, 0.17),
        (0.46, 0.58, 0.24),
        (0.52, 0.40, 0.29),
        (0.24, 0.42, 0.20),
        (0.42, 0.55, 0.30),
    ]
)
RIPE = torch.tensor(
    [
        (0.82, 0.70, 0.38),
        (0.74, 0.62, 0.36),
        (0.88, 0.80, 0.24),
        (0.44, 0.31, 0.21),
        (0.60, 0.60, 0.28),
        (0.78, 0.68, 0.48),
    ]
)
ROOF = torch.tensor(
    [
        (0.66, 0.27, 0.18),
        (0.56, 0.30, 0.22),
        (0.45, 0.33, 0.28),
        (0.50, 0.50, 0.53),
        (0.84, 0.82, 0.78),
    ]
)


def paint(colour: Colour, like: Tensor) -> Tensor:
    """One colour everywhere: [3, H, W]."""
    return torch.tensor(colour)[:, None, None].expand(3, *like.shape)


def picked(colours: Tensor, which: Tensor) -> Tensor:
    """The row of `colours` [K, 3] that `which` [H, W] names: [3, H, W]."""
    return colours[which].permute(2, 0, 1)


def over(below: Tensor, above: Tensor, amount: Tensor) -> Tensor:
    """`above` laid on `below` [3, H, W], covering `amount` [H, W] of it."""
    return torch.lerp(below, above, amount.clamp(0, 1)[None])
