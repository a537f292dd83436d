"""Procedural people: drawn with a known value for every attribute; see `render.py`."""

from training.people.factors import FACTORS, Factor, from_uniform, sample_factors
from training.people.render import render

__all__ = [
    "FACTORS",
    "Factor",
    "from_uniform",
    "render",
    "sample_factors",
]
