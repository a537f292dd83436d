"""Where the noise inputs of a generator's layers come from."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from models.counter import normal


@dataclass(frozen=True)
class Place:
    """What a layer's noise is for.

    Attributes:
        layer: index of the style layer.
        top, left: first row and column, counted from the picture's own; negative around it.
        height, width: at the layer's resolution.
        num: pictures.
    """

    layer: int
    top: int
    left: int
    height: int
    width: int
    num: int


NOISE = 1 << 20

Noise = Callable[[Tensor, Place], Tensor | None]
"""(noise constant [r, r] of the layer, place) → [N or 1, 1, height, width], or None for none."""


def constant_noise(constant: Tensor, place: Place) -> Tensor:
    """The layer's own, repeated over larger pictures: a picture is a function of its latent."""
    rows = torch.arange(place.top, place.top + place.height, device=constant.device)
    columns = torch.arange(place.left, place.left + place.width, device=constant.device)
    tiled = constant[rows % constant.shape[0]][:, columns % constant.shape[1]]
    return tiled[None, None]


def fresh_noise(constant: Tensor, place: Place) -> Tensor:
    """Drawn anew for every picture, as in training."""
    return torch.randn(place.num, 1, place.height, place.width, device=constant.device)


def noise_from(noise: Noise, row: int, column: int) -> Noise:
    """What a noise is of a part that begins at that base cell of the picture."""

    def there(constant: Tensor, place: Place) -> Tensor | None:
        scale = constant.shape[0] // 4  # pixels of this layer per base cell
        top, left = place.top + row * scale, place.left + column * scale
        return noise(constant, replace(place, top=top, left=left))

    return there


def no_noise(_constant: Tensor, _place: Place) -> None:
    """None: the mean of what is drawn."""
    return None


@dataclass(frozen=True)
class PlaneNoise:
    """Noise of an endless plane: a function of the seed, the layer and the absolute place.

    Attributes:
        row, column: base cells from the plane's origin to the picture's top left corner.
        around: base cells after which the plane comes round to where it began, across; None: never.
    """

    seed: int
    row: int
    column: int
    around: int | None = None

    def __call__(self, constant: Tensor, place: Place) -> Tensor:
        """The noise at a place."""
        scale = constant.shape[0] // 4  # pixels of this layer per base cell
        top, left = self.row * scale + place.top, self.column * scale + place.left
        rows = torch.arange(top, top + place.height)[:, None]
        columns = torch.arange(left, left + place.width)
        if self.around is not None:
            columns %= self.around * scale
        layer = torch.tensor(NOISE + place.layer)  # apart from the channels of z
        found = normal(self.seed, layer, rows, columns)
        return found.float().to(constant.device)[None, None]
