"""Procedural portraits: drawn people with a known value for every attribute; see `render.py`."""

from training.portraits.factors import FACTORS, from_uniform, sample_factors
from training.portraits.regions import REGIONS, region_mask
from training.portraits.render import render

__all__ = [
    "FACTORS",
    "REGIONS",
    "from_uniform",
    "region_mask",
    "render",
    "sample_factors",
]
