"""Procedural land seen from above: an endless plane whose every factor is a known map."""

from training.aerial.render import MAPS, TITLES, View, view

__all__ = ["MAPS", "TITLES", "View", "view"]
