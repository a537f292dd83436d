"""The canvas: pictures in the making, their coordinates, and how a shape gets onto them.

Coordinates are those of the drawing board, x to the right and y down; the picture shows the part
of it that `EXTENT` and `CENTRE_Y` name. Shapes are signed distances in these units (negative
inside), so the same code draws at every resolution.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

EXTENT = 0.81  # half the side of the picture
CENTRE_Y = -0.035  # the height of its middle
NOD, TURN = 0.11, 0.16  # how far the face's coordinates may lie from the picture's


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
    first_row: int = 0
    first_column: int = 0

    def slices(self, top: float, bottom: float, left: float, right: float) -> tuple[slice, slice]:
        """Rows and columns between these coordinates, enlarged to whole pixels."""
        edge_y, edge_x = CENTRE_Y - EXTENT, -EXTENT
        rows = [int((y - edge_y) / self.px) - self.first_row for y in (top, bottom)]
        columns = [int((x - edge_x) / self.px) - self.first_column for x in (left, right)]
        return (
            slice(max(0, rows[0]), max(1, rows[1] + 1)),
            slice(max(0, columns[0]), max(1, columns[1] + 1)),
        )

    def window(self, top: float, bottom: float, left: float = -1.0, right: float = 1.0) -> Canvas:
        """The part between these coordinates."""
        rows, columns = self.slices(top, bottom, left, right)
        return Canvas(
            img=self.img[:, :, rows, columns],
            x=self.x[:, :, :, columns],
            y=self.y[:, :, rows],
            hx=self.hx[:, :, rows, columns],
            hy=self.hy[:, :, rows, columns],
            fx=self.fx[:, :, rows, columns],
            fy=self.fy[:, :, rows, columns],
            px=self.px,
            first_row=self.first_row + rows.start,
            first_column=self.first_column + columns.start,
        )

    def face_window(self, top: float, bottom: float, left: float, right: float) -> Canvas:
        """The part that may hold these coordinates of the face, however the head is turned."""
        return self.window(top - NOD, bottom + NOD, left - TURN, right + TURN)

    def layer(self, color: Tensor) -> Layer:
        """Flat material of a colour [N, 3, 1, 1] over the whole of this canvas."""
        albedo = torch.empty_like(self.img).copy_(color.expand_as(self.img))
        plane = self.hx.new_zeros(self.hx.shape)
        part = Canvas(albedo, self.x, self.y, self.hx, self.hy, self.fx, self.fy, self.px,
                      self.first_row, self.first_column)  # fmt: skip
        return Layer(part, plane, torch.zeros_like(plane), torch.zeros_like(plane))

    def paint(self, color: Tensor, cover: Tensor) -> None:
        """Lay `color` [N, 3, 1, 1] or [N, 3, H, W] over the picture where `cover` is 1."""
        self.img.lerp_(color, cover)

    def darken(self, tint: Tensor, amount: Tensor) -> None:
        """Multiply the picture by `tint` [N, 3, 1, 1] where `amount` [N, 1, H, W] is 1."""
        self.img.mul_(torch.addcmul(torch.ones_like(tint), amount, tint - 1.0))

    def cover(self, distance: Tensor, soft: Tensor | float = 0.0) -> Tensor:
        """How much of each pixel lies inside: 1 inside, 0 outside, a ramp of px + `soft` between.

        `distance` is overwritten.
        """
        return distance.mul_(-1.0 / (self.px + soft)).add_(0.5).clamp_(0.0, 1.0)

    def stroke(self, distance: Tensor, half_width: Tensor | float) -> Tensor:
        """Coverage of a line of `half_width` around the zero of `distance` (overwritten).

        A line thinner than a pixel fades instead of breaking up.
        """
        if not isinstance(half_width, Tensor):
            half_width = distance.new_full((1, 1, 1, 1), half_width)
        edge = half_width / self.px + 0.5
        cover = distance.abs_().mul_(-1.0 / self.px) + edge
        return torch.minimum(cover.clamp_(min=0.0), (half_width * (2.0 / self.px)).clamp(max=1.0))

    def shown(self, wavelength: Tensor | float) -> Tensor | float:
        """How much of a wave of this length a picture can hold: 1 from 3.4 pixels on, 0 to 1.8."""
        if isinstance(wavelength, Tensor):
            return (wavelength * (0.62 / self.px) - 1.1).clamp(0.0, 1.0)
        return min(1.0, max(0.0, wavelength * 0.62 / self.px - 1.1))


@dataclass(frozen=True)
class Layer:
    """Material that waits for its light: what `lighting.compose` lays onto a canvas.

    `part.img` is its colour; `height` [N, 1, H, W] its relief towards the viewer, in the units of
    the board; `gloss` how much it shines; `dark` how much of the light is kept from it.
    """

    part: Canvas
    height: Tensor
    gloss: Tensor
    dark: Tensor

    def window(self, top: float, bottom: float, left: float = -1.0, right: float = 1.0) -> Layer:
        """The part between these coordinates; writes through."""
        rows, columns = self.part.slices(top, bottom, left, right)
        return Layer(
            self.part.window(top, bottom, left, right),
            self.height[:, :, rows, columns],
            self.gloss[:, :, rows, columns],
            self.dark[:, :, rows, columns],
        )

    def face_window(self, top: float, bottom: float, left: float, right: float) -> Layer:
        """The part that may hold these coordinates of the face, however the head is turned."""
        return self.window(top - NOD, bottom + NOD, left - TURN, right + TURN)


def pixel_centres(resolution: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Coordinates of the pixels: x [1, 1, 1, resolution] and y [1, 1, resolution, 1]."""
    place = (torch.arange(resolution, device=device) + 0.5) * (2.0 * EXTENT / resolution) - EXTENT
    return place[None, None, None, :], place[None, None, :, None] + CENTRE_Y
