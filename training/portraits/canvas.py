"""The canvas: pictures in the making, their coordinates, and how a shape gets onto them.

Coordinates are those of the drawing board, x to the right and y down; the picture shows the part
of it that `EXTENT` and `CENTRE_Y` name. Shapes are signed distances in these units (negative
inside), so the same code draws at every resolution.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

EXTENT = 0.84  # half the side of the picture
CENTRE_Y = -0.025  # the height of its middle


@dataclass(frozen=True)
class Canvas:
    """A batch of pictures, or a window of it that writes through to the whole.

    `img` is [N, 3, H, W] in [0, 1]; `x` [1, 1, 1, W] and `y` [1, 1, H, 1] are the picture's
    coordinates; `hx`, `hy` [N, 1, H, W] those of the tilted head; `fx`, `fy` those of the face,
    which also turns and nods; `px` is the size of a pixel.
    """

    img: Tensor
    x: Tensor
    y: Tensor
    hx: Tensor
    hy: Tensor
    fx: Tensor
    fy: Tensor
    px: float

    def window(self, top: float, bottom: float, left: float = -1.0, right: float = 1.0) -> Canvas:
        """The part between these coordinates, enlarged to whole pixels."""
        rows = slice(self.row(top), self.row(bottom) + 1)
        cols = slice(self.column(left), self.column(right) + 1)
        return Canvas(
            img=self.img[:, :, rows, cols],
            x=self.x[:, :, :, cols],
            y=self.y[:, :, rows],
            hx=self.hx[:, :, rows, cols],
            hy=self.hy[:, :, rows, cols],
            fx=self.fx[:, :, rows, cols],
            fy=self.fy[:, :, rows, cols],
            px=self.px,
        )

    def row(self, y: float) -> int:
        """The row of a canvas (not of a window) that holds this height, or the nearest."""
        return max(0, int((y - CENTRE_Y + EXTENT) / self.px))

    def column(self, x: float) -> int:
        """The column of a canvas (not of a window) that holds this x, or the nearest."""
        return max(0, int((x + EXTENT) / self.px))

    def paint(self, color: Tensor, cover: Tensor) -> None:
        """Lay `color` [N, 3, 1, 1] or [N, 3, H, W] over the picture where `cover` is 1."""
        self.img.lerp_(color, cover)

    def cover(self, distance: Tensor, soft: float = 0.0) -> Tensor:
        """How much of each pixel lies inside: 1 inside, 0 outside, a ramp of px + `soft` between.

        `distance` is overwritten.
        """
        return distance.mul_(-1.0 / (self.px + soft)).add_(0.5).clamp_(0.0, 1.0)

    def stroke(self, distance: Tensor, half_width: Tensor) -> Tensor:
        """Coverage of a line of `half_width` around the zero of `distance` (overwritten).

        A line thinner than a pixel fades instead of breaking up.
        """
        edge = (half_width / self.px + 0.5).expand_as(distance)
        cover = torch.addcmul(edge, distance.abs_(), distance.new_tensor(-1.0 / self.px))
        return torch.minimum(cover.clamp_(min=0.0), (half_width * (2.0 / self.px)).clamp(max=1.0))


def pixel_centres(resolution: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Coordinates of the pixels: x [1, 1, 1, resolution] and y [1, 1, resolution, 1]."""
    place = (torch.arange(resolution, device=device) + 0.5) * (2.0 * EXTENT / resolution) - EXTENT
    return place[None, None, None, :], place[None, None, :, None] + CENTRE_Y
