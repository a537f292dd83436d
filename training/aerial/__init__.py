"""Procedural land seen from above: an endless plane whose every factor is a known map."""

from training.aerial.cover import AMOUNTS, COURSES, Amounts, Sun
from training.aerial.noise import Window
from training.aerial.render import MAPS, PIXEL_M, TITLES, View, view

__all__ = [
    "AMOUNTS",
    "COURSES",
    "MAPS",
    "PIXEL_M",
    "TITLES",
    "Amounts",
    "Sun",
    "View",
    "Window",
    "view",
]
