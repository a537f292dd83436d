"""Is a land one picture? Seams, differences between tile sizes, and how far places go together."""

from collections.abc import Iterable
from dataclasses import replace

import torch
from torch import Tensor

from models.land import Land
from models.model import Model

SEAM_CHUNKS = 4  # side of the window whose seams are looked at: six borders
WINDOW = 6  # side in pictures of the window of a land that is looked at as a whole
TILES = (96, 256, 512)  # pixels; the same window is drawn in each


def side_of(land: Land) -> int:
    """Side in pixels of the windows that are looked at."""
    return WINDOW * land.model.layout.resolution


def correlation(window: Tensor, distance: int) -> float:
    """Of the values [H, W] of places so far apart, along both axes."""
    pairs = (
        (window[:, distance:], window[:, :-distance]),
        (window[distance:], window[:-distance]),
    )
    found = [torch.corrcoef(torch.stack([a.flatten(), b.flatten()]))[0, 1] for a, b in pairs]
    return float(torch.stack(found).mean())


def tile_difference(land: Land) -> float:
    """The largest difference between a window drawn in tiles of several sizes, of 255."""
    drawn, side = [], side_of(land)
    for tile in TILES:
        rows = [
            torch.cat([land.draw(top, left, tile, tile) for left in range(0, side, tile)], 3)
            for top in range(0, side, tile)
        ]
        drawn.append(torch.cat(rows, dim=2)[:, :, :side, :side])
    return max(float((img - drawn[0]).abs().max()) * 127.5 for img in drawn[1:])


def seam_ratio(land: Land) -> float:
    """How much larger steps between pixels are where chunks meet, across and down."""
    side = SEAM_CHUNKS * land.chunk_cells * land.cell_px
    window = land.draw(0, 0, side, side)
    across = (window[..., 1:] - window[..., :-1]).abs().mean(dim=(0, 1, 2))
    down = (window[..., 1:, :] - window[..., :-1, :]).abs().mean(dim=(0, 1, 3))
    at_cells = torch.stack([across, down])[:, land.cell_px - 1 :: land.cell_px]
    at_chunks = at_cells[:, land.chunk_cells - 1 :: land.chunk_cells]
    others = (at_cells.sum() - at_chunks.sum()) / (at_cells.numel() - at_chunks.numel())
    return float(at_chunks.mean() / others)


def round_seam_ratio(model: Model, seeds: Iterable[int]) -> float:
    """How much larger steps between pixels are where the maps of round lands meet themselves, than
    across the borders of cells beside. Of all lands together: of one it is uncertain by a seventh,
    since one border has few pixels."""
    at_edges, beside = 0.0, 0.0
    for seed in seeds:
        land = Land(model, seed)
        side = SEAM_CHUNKS * land.chunk_cells * land.cell_px
        found = edge_steps(replace(land, around=side).draw(0, 0, side, side), land)
        at_edges += found[0]
        beside += found[1]
    return at_edges / beside


def edge_steps(window: Tensor, land: Land) -> tuple[float, float]:
    """The mean step between pixels from a picture's right edge to its left one, and across the
    borders of cells beside. [1, 3, H, W], of whole chunks."""
    steps = (torch.roll(window, -1, dims=3) - window).abs().mean(dim=(0, 1, 2))
    at_cells = steps[land.cell_px - 1 :: land.cell_px]
    beside = at_cells[[-3, -2, 0, 1]]  # further away there may be other country
    return float(at_cells[-1]), float(beside.mean())
