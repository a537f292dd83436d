"""3×3 convolutions tile by tile, with a quarter of the products: Toom and Cook's, known as
Winograd's.

A convolution is a product of polynomials, and a polynomial is known from its values at as many
points as it has coefficients. Six values of a tile of six places, times six of the three taps, say
all about the four places between: 36 products for 16 places, where 144 are made directly. Places
of a tile and their values are rows of matrices, so that all there is to it are three products.
Source: Lavin and Gray 2016; the points are ours (decision 43).
"""

import functools

import torch
import torch.nn.functional as F
from torch import Tensor

TILE = 4  # places of the output per side of a tile
POINTS = (0.0, 0.625, -0.625, 1.5, -1.5)  # and infinity; these round least
CHANNELS = 64  # with fewer, making values of tiles takes longer than the products that are saved
PLACES = 256  # with fewer, reading the values of the weights does


def pays(x: Tensor, weight: Tensor) -> bool:
    """Whether a convolution of x [N, I, H, W] by a weight [O, I, 3, 3] is faster so."""
    return (
        x.device.type == "cpu"
        and x.dtype.itemsize >= 4
        and not torch.is_grad_enabled()
        and min(weight.shape[:2]) >= CHANNELS
        and x[:, 0].numel() >= PLACES
    )


def values_of(weight: Tensor) -> Tensor:
    """A weight [O, I, 3, 3] by its values at the points: [36, I, O]."""
    taps = weight.permute(2, 3, 1, 0)
    table = matrices()[1].to(weight)
    return torch.matmul(table, taps.reshape(9, -1)).reshape(len(table), *taps.shape[2:])


def tiled_conv2d(x: Tensor, values: Tensor, zeros: tuple[int, int, int, int]) -> Tensor:
    """Convolve x [N, I, H, W] with the weight of those values: [N, O, H', W'].

    Args:
        zeros: around x, to its left and right, above and below: H' and W' are two less than H and
            W with them.
    """
    left, right, top, bottom = zeros
    height, width = x.shape[2] + top + bottom - 2, x.shape[3] + left + right - 2
    x = F.pad(x, [left, right + -width % TILE, top, bottom + -height % TILE])
    x = x.permute(0, 2, 3, 1).contiguous()
    n, down, across = len(x), -(-height // TILE), -(-width // TILE)
    side, channels = TILE + 2, x.shape[3]
    nth, row, column, _ = x.stride()
    tiles = x.as_strided(
        (side, side, n, down, across, channels), (row, column, nth, TILE * row, TILE * column, 1)
    )
    of_tiles, _, of_products = (each.to(x) for each in matrices())
    known = torch.matmul(of_tiles, tiles.reshape(side**2, -1))
    products = torch.bmm(known.reshape(side**2, -1, channels), values)
    made = torch.matmul(of_products, products.reshape(side**2, -1))
    made = made.reshape(TILE, TILE, n, down, across, -1).permute(2, 3, 0, 4, 1, 5)
    made = made.reshape(n, TILE * down, TILE * across, -1)
    return made[:, :height, :width].permute(0, 3, 1, 2)


@functools.lru_cache(maxsize=1)
def matrices() -> tuple[Tensor, Tensor, Tensor]:
    """From 36 places of a tile to their values, from 9 taps to theirs, and from 36 products of both
    to 16 places."""
    with torch.inference_mode(False):
        points = torch.tensor(POINTS, dtype=torch.float64)
        tile, taps, made = (points.new_zeros(len(points) + 1, k) for k in (TILE + 2, 3, TILE))
        for k, point in enumerate(points):
            others = torch.cat([points[:k], points[k + 1 :]])
            tile[k, :-1] = polynomial(others)
            taps[k] = point ** torch.arange(3) / (point - others).prod()
            made[k] = point ** torch.arange(TILE)
        tile[-1] = polynomial(points)
        taps[-1, -1] = made[-1, -1] = 1  # the value at infinity is the last coefficient
        return torch.kron(tile, tile), torch.kron(taps, taps), torch.kron(made.T, made.T)


def polynomial(roots: Tensor) -> Tensor:
    """The coefficients of the product of (x - root), the constant one first."""
    found = roots.new_ones(1)
    for root in roots:
        found = F.pad(found, [1, 0]) - root * F.pad(found, [0, 1])
    return found
