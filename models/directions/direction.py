"""What a direction is, and its length: one σ of its own coordinate over generated latents."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from models.errors import ShapeError

Layers = tuple[int, int]
"""Style layers [from, to)."""


@dataclass(frozen=True)
class Direction:
    """A way to move a latent.

    Attributes:
        name: as a person reads it.
        rows: [L, D], what one step adds to w in every style layer.
        source: how it came to be.
        layers: the style layers it moves; all if None.
        sigmas: how long strength 1 shall be; negative to turn around.
        spread: σ of its coordinate in lengths of it, where its source says so; else measured.
        group: what of the picture it belongs to; "" if nobody said.
    """

    name: str
    rows: Tensor
    source: str
    layers: Layers | None = None
    sigmas: float = 1.0
    spread: float | None = None
    group: str = ""


def in_sigma(direction: Direction, w: Tensor) -> Direction:
    """Scale a direction so that strength 1 moves its coordinate by `sigmas` σ over generated
    w [N, D], and leave only the layers that it moves.

    The coordinate of w is its projection on the direction, t = Σ_l ⟨w, d_l⟩ / Σ_l |d_l|², over the
    layers that the direction moves; so t · d is what the direction explains of w. Ours.

    Raises:
        ShapeError: the direction is zero, or generated latents never move along it.
    """
    start, stop = direction.layers or (0, len(direction.rows))
    moved = direction.rows[start:stop].to(w.device)
    length = moved.square().sum()
    sigma = ((w @ moved.sum(dim=0)) / length).std()
    if not torch.isfinite(sigma) or sigma * length.sqrt() < 1e-6:
        raise ShapeError(f"the direction {direction.name!r} leads nowhere in this model")
    rows = torch.zeros_like(direction.rows, device=w.device)
    step = sigma if direction.spread is None else direction.spread
    rows[start:stop] = moved * (step * direction.sigmas)
    return replace(direction, rows=rows)


def broadcast(rows: Tensor, num_layers: int) -> Tensor:
    """One direction [D] for all layers, or one for each, as [L, D]."""
    return rows.repeat(num_layers, 1) if rows.ndim == 1 else rows
