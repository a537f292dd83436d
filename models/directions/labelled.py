"""Directions from labels: pictures with a value each, and the latents of those pictures."""

import torch
from torch import Tensor

from models.directions.direction import Direction, broadcast
from models.errors import ShapeError
from models.whitening import Whitening

MIN_LABELS = 8
RIDGE = 1.0  # variance of the labels' noise against that of a whitened coordinate's effect


def from_labels(
    name: str, w: Tensor, values: Tensor, whitening: Whitening, num_layers: int
) -> Direction:
    """The way in which labels rise: ridge regression of values [N] on whitened latents of w [N, D].

    Args:
        name: as a person reads it.
        w: of the labelled pictures.
        values: any scale; yes and no are 1 and 0.
        num_layers: L.

    Raises:
        ShapeError: there are too few labels, or all are the same.
    """
    if len(values) < MIN_LABELS or values.std() < 1e-6:
        raise ShapeError(f"{name}: needs at least {MIN_LABELS} labels that are not all the same")
    v = whitening.to_v(w)
    standard = (values - values.mean()) / values.std()
    centred = v - v.mean(dim=0)
    gram = centred @ centred.T + RIDGE * len(v) * torch.eye(len(v), device=v.device)
    slope = centred.T @ torch.linalg.solve(gram, standard)
    mean = v.mean(dim=0, keepdim=True)
    step = slope[None] / slope.norm()
    row = (whitening.to_w(mean + 0.5 * step) - whitening.to_w(mean - 0.5 * step))[0]
    return Direction(name, broadcast(row, num_layers), f"learnt from {len(values)} labels")
