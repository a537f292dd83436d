"""Procedural people: drawn with a known value for every attribute; see `render.py`."""

from training.people.factors import FACTORS, GROUPS, from_uniform, sample_factors
from training.people.regions import REGIONS, region_mask
from training.people.render import render

__all__ = [
    "FACTORS",
    "GROUPS",
    "REGIONS",
    "from_uniform",
    "region_mask",
    "render",
    "sample_factors",
]
