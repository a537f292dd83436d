"""Everything that is drawn with, and how some pictures of a batch are drawn on alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from torch import Tensor

from training.people.canvas import Canvas
from training.people.factors import Columns
from training.people.hair import Hair, grow_hair
from training.people.lighting import Light, set_light
from training.people.palette import Colors, choose_colors
from training.people.pose import Body, blank_canvas, measure


@dataclass(frozen=True)
class Scene:
    """A batch of people before they are painted, and the pictures that they are painted on."""

    canvas: Canvas
    f: Columns
    body: Body
    colors: Colors
    light: Light
    hair: Hair

    def draw_where(self, amount: Tensor, draw: Callable[[Scene], None]) -> None:
        """Draw on those pictures alone whose `amount` [N, 1, 1, 1] is above none."""
        rows = (amount.flatten() > 0).nonzero().flatten()
        if len(rows) == len(amount):
            draw(self)
        elif len(rows):
            some = picked(self, rows)
            draw(some)
            self.canvas.img[rows] = some.canvas.img


def set_scene(f: Columns, resolution: int) -> Scene:
    """Measure everybody, put up the lamps and grow the hair."""
    body, colors, light = measure(f), choose_colors(f), set_light(f)
    canvas = blank_canvas(f, body, resolution)
    return Scene(canvas, f, body, colors, light, grow_hair(canvas, f, body, colors, light))


def picked(value: Any, rows: Tensor) -> Any:
    """Some rows of every tensor in a value; what all pictures share stays as it is."""
    if isinstance(value, Tensor):
        return value if len(value) == 1 else value.index_select(0, rows)
    if isinstance(value, Columns):
        return value.rows(rows)
    if isinstance(value, tuple):
        return tuple(picked(part, rows) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        parts = {part.name: picked(getattr(value, part.name), rows) for part in fields(value)}
        return type(value)(**parts)
    return value
