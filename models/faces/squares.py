"""Squares in a picture, turned or not, and what they show.

A square is given by its corners [4, 2] in pixels of the picture, (x, y): top left, bottom left,
bottom right, top right. It may be turned, and may reach beyond the picture.
"""

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from torch import Tensor

from models.carry import averaged
from models.images import Pixels, to_img, to_pixels

Quad = Tensor

BORDER, FADED = 0.1, 0.3  # of a square's side: taken around it; faded into one colour, at least
BLUR = 0.02  # of its side: σ
DETAIL_PX, WINDOW_PX = 5, 9
ROUNDING = 1.0  # squared levels: a place without detail has lost none


def turned(vector: Tensor) -> Tensor:
    """A vector (x, y) turned by 90° from right to down."""
    return torch.stack([-vector[1], vector[0]])


def around(centre: Tensor, across: Tensor) -> Quad:
    """The square around a place whose half side to the right is `across`."""
    down = turned(across)
    return torch.stack(
        [
            centre - across - down,
            centre - across + down,
            centre + across + down,
            centre + across - down,
        ]
    )


def side_of(quad: Quad) -> float:
    """Its side in pixels."""
    return float((quad[3] - quad[0]).norm())


def cut(pixels: Pixels, quad: Quad, side: int) -> Pixels:
    """What a picture [H, W, 3] shows in a square, [side, side, 3]; beyond its borders its mirror
    image, which goes over into its blurred self and then into one colour, after the way the
    pictures of FFHQ were made (Karras et al. 2019, appendix A; there, all four sides fade once one
    is crossed)."""
    reach = side_of(quad)
    x0, y0, x1, y1 = bounds(grown(quad, BORDER), pixels)
    img = shrunk(to_img(pixels[y0:y1, x0:x1]), reach / side)
    height, width = img.shape[2:]
    scale = torch.tensor([width / (x1 - x0), height / (y1 - y0)])
    inside = (quad - torch.tensor([x0, y0])) * scale
    img, corner = mirrored(img, inside)
    return to_pixels(sampled(img, inside + corner, side))


def grown(quad: Quad, share: float) -> Quad:
    """A square with a border of so much of its side."""
    middle = quad.mean(dim=0)
    return middle + (quad - middle) * (1 + 2 * share)


def shrunk(img: Tensor, times: float) -> Tensor:
    """A picture made smaller before it is sampled at every `times`-th pixel."""
    if times <= 1:
        return img
    size = (max(1, round(img.shape[2] / times)), max(1, round(img.shape[3] / times)))
    return F.interpolate(img, size, mode="bilinear", antialias=True, align_corners=False)


def mirrored(img: Tensor, quad: Quad) -> tuple[Tensor, Tensor]:
    """A picture [1, 3, H, W] with as much around it as a square and its border reach beyond it; and
    where its top left corner is then (x, y)."""
    size = torch.tensor([img.shape[3], img.shape[2]])
    border = grown(quad, BORDER)
    before = (-border.amin(dim=0)).clamp(min=0).ceil().int()
    after = (border.amax(dim=0) - size).clamp(min=0).ceil().int()
    columns, rows = (
        mirrored_places(int(n), int(low), int(high))
        for n, low, high in zip(size, before, after, strict=True)
    )
    wide = img[:, :, rows][:, :, :, columns]
    return softened(wide, quad + before, before, size), before


def mirrored_places(num: int, before: int, after: int) -> Tensor:
    """Which of `num` pixels is seen at −`before` to `num + after − 1`, in mirrors at both ends."""
    at = torch.arange(-before, num + after) % (2 * num)
    return torch.where(at < num, at, 2 * num - 1 - at)


def softened(img: Tensor, quad: Quad, corner: Tensor, size: Tensor) -> Tensor:
    """A mirrored picture, where the square reaches beyond the border: blurred, from a third of that
    depth before the border on, and of its median colour at the far end.

    Args:
        quad: in what is mirrored.
        corner: where the picture itself begins in it: x, y.
        size: of the picture itself: width, height.
    """
    side = (quad[3] - quad[0]).norm()
    ends = []  # 0 at a border, 1 at its far end, negative inside
    for axis in (0, 1):
        at = torch.arange(img.shape[3 - axis]) + 0.5
        first, last = corner[axis], corner[axis] + size[axis]
        low, high = quad[:, axis].amin(), quad[:, axis].amax()
        if low < first - 0.5:
            ends.append((axis, (first - at) / torch.maximum(first - low, FADED * side)))
        if high > last + 0.5:
            ends.append((axis, (at - last) / torch.maximum(high - last, FADED * side)))
    if not ends:
        return img
    depth = torch.full(img.shape[2:], -1.0)
    for axis, end in ends:
        depth = torch.maximum(depth, end[None] if axis == 0 else end[:, None])
    blurred = Image.fromarray(to_pixels(img)).filter(ImageFilter.GaussianBlur(BLUR * float(side)))
    img = img.lerp(to_img(np.asarray(blurred)), (3 * depth + 1).clamp(0, 1))
    median = img.flatten(2).median(dim=2).values[:, :, None, None]
    return img.lerp(median.expand_as(img), depth.clamp(0, 1))


def sampled(img: Tensor, quad: Quad, side: int) -> Tensor:
    """A picture [1, C, H, W] at the middles of the pixels of a square: [1, C, side, side]."""
    at = (torch.arange(side) + 0.5) / side
    across, down = quad[3] - quad[0], quad[1] - quad[0]
    places = quad[0] + at[None, :, None] * across + at[:, None, None] * down
    size = torch.tensor([img.shape[3], img.shape[2]])
    grid = (2 * places / size - 1)[None]
    return F.grid_sample(img, grid, "bicubic", padding_mode="reflection", align_corners=False)


def pasted(pixels: Pixels, quad: Quad, before: Pixels, after: Pixels) -> Pixels:
    """A picture [H, W, 3] with what has changed in its square: the change itself, not the square's
    pixels, is brought back, so that what did not change stays, bit for bit, and sharp. What of the
    picture's detail the square has lost goes where the square's own has gone: hair under a hat does
    not show through.

    Args:
        before, after: the square [side, side, 3] as it was cut, and edited.
    """
    changed = (before != after).any(axis=2)
    if not changed.any():
        return pixels
    x0, y0, x1, y1 = bounds(quad, pixels)
    grid = places_in(quad, (x0, y0, x1, y1))

    def back(x: Tensor) -> Tensor:
        return F.grid_sample(x, grid, "bilinear", padding_mode="zeros", align_corners=False)

    was, now = (
        torch.from_numpy(x.astype(np.float32)).permute(2, 0, 1)[None] for x in (before, after)
    )
    inside: NDArray[np.bool_] = (
        back(torch.from_numpy(changed).float()[None, None])[0, 0] > 0
    ).numpy()
    part = pixels[y0:y1, x0:x1]
    shown = F.grid_sample(was, grid, "bilinear", padding_mode="border", align_corners=False)
    lost = torch.from_numpy(part.astype(np.float32)).permute(2, 0, 1)[None] - shown
    change = back(now - was) - back(detail_gone(was, now)) * lost
    moved = (part + change[0].permute(1, 2, 0).numpy()).round().clip(0, 255).astype(np.uint8)
    result = pixels.copy()
    result[y0:y1, x0:x1] = np.where(inside[:, :, None], moved, part)
    return result


def detail_gone(before: Tensor, after: Tensor) -> Tensor:
    """How much of its detail a picture [1, 3, h, w] has no more afterwards: [1, 1, h, w] in [0, 1].

    Detail is what is off the mean of a few pixels around; afterwards it is regressed on before, in
    a window. Ours.
    """
    was, now = (x - averaged(x, DETAIL_PX) for x in (before, after))
    both, own = (averaged((was * x).sum(dim=1, keepdim=True), WINDOW_PX) for x in (now, was))
    return (1 - (both + ROUNDING) / (own + ROUNDING)).clamp(0, 1)


def bounds(quad: Quad, pixels: Pixels) -> tuple[int, int, int, int]:
    """x0, y0, x1, y1 of the part of a picture that a square reaches."""
    height, width = pixels.shape[:2]
    low, high = quad.amin(dim=0).floor().int().tolist(), quad.amax(dim=0).ceil().int().tolist()
    x0, y0 = (min(max(0, v), most) for v, most in zip(low, (width, height), strict=True))
    x1, y1 = (min(max(0, v), most) for v, most in zip(high, (width, height), strict=True))
    return x0, y0, max(x0, x1), max(y0, y1)


def places_in(quad: Quad, box: tuple[int, int, int, int]) -> Tensor:
    """Where the pixels of a box lie in a square, from −1 to 1: [1, h, w, 2]."""
    x0, y0, x1, y1 = box
    across, down = quad[3] - quad[0], quad[1] - quad[0]
    x, y = torch.arange(x0, x1) + 0.5, torch.arange(y0, y1) + 0.5
    away = torch.stack(torch.meshgrid(x, y, indexing="xy"), dim=2) - quad[0]
    length = across.square().sum()
    shares = torch.stack([away @ across, away @ down], dim=2) / length
    return (2 * shares - 1)[None]
