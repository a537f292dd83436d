"""Carrying an edit to the user's picture, leaving every other pixel as it was.

result = original + feather(mask) · (G(edited) − G(base)): what the encoder missed is kept, but for
where content was replaced: there it belongs to what is gone.
Source: DESIGN of this project (ours); see docs/architecture.md, "The life of one edit".
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from models.edits import fit_mask
from models.images import Pixels, to_img, to_pixels

FEATHER_CELLS = 1.0  # radius of the soft edge, in cells of 1/32 of the picture's short side

Box = tuple[int, int, int, int]
"""x, y, width, height in pixels."""


def feather(mask: Tensor, size: tuple[int, int]) -> Tensor:
    """Give a mask [1, 1, h, w] soft edges at `size` (height, width).

    The painted part keeps its strength; the edge falls to exactly 0 within two feather radii.
    """
    return softened(fit_mask(mask, size), max(1, round(FEATHER_CELLS * min(size) / 32)))


def softened(fine: Tensor, radius: int) -> Tensor:
    """A mask [1, 1, H, W] that is as strong as before, and falls to 0 within two radii (pixels)."""
    side = 2 * radius + 1
    soft = F.max_pool2d(fine, side, stride=1, padding=radius)
    for window in ((1, side), (side, 1)):
        padding = (window[0] // 2, window[1] // 2)
        soft = F.avg_pool2d(soft, window, stride=1, padding=padding, count_include_pad=False)
    return torch.maximum(soft, fine).clamp(0, 1)


def composite(
    original: Pixels, base: Tensor, edited: Tensor, mask: Tensor, replaced: Tensor | None = None
) -> Pixels:
    """Add what an edit changed, inside the feathered mask, to the original.

    Args:
        original: [H, W, 3], the crop that was encoded, at its own size.
        base: [1, 3, h, w], what the generator makes of the latent.
        edited: [1, 3, h, w], what it makes of the edited latent.
        mask: [1, 1, ?, ?] in [0, 1], feathered here.
        replaced: [1, 1, ?, ?] in [0, `mask`], how much of the content is another's, feathered too.

    Returns:
        [H, W, 3]; pixels where the feathered mask is 0 are those of `original`, bit for bit.
    """
    size = original.shape[:2]
    soft = feather(mask, (base.shape[2], base.shape[3]))
    change = resize_change((edited - base) * soft, (size[0], size[1]))
    touched = resize_change(soft, (size[0], size[1])) > 0
    shown = to_img(original).to(change.device)
    if replaced is not None:
        missed = shown - resize_change(base, (size[0], size[1]))
        gone = feather(replaced, (base.shape[2], base.shape[3]))
        change = change - resize_change(gone, (size[0], size[1])) * missed
    result = to_pixels(shown + change)
    inside = touched[0, 0].cpu().numpy()[:, :, None]
    return np.where(inside, result, original)


def resize_change(change: Tensor, size: tuple[int, int]) -> Tensor:
    """Resample without overshoot, so that what is 0 stays 0 beyond a pixel's reach."""
    if tuple(change.shape[2:]) == size:
        return change
    return F.interpolate(change, size=size, mode="bilinear", align_corners=False, antialias=True)


def changed_box(before: Pixels, after: Pixels) -> Box | None:
    """The smallest box that holds every changed pixel; None when there is none."""
    differs = (before != after).any(axis=2)
    rows, columns = differs.any(axis=1).nonzero()[0], differs.any(axis=0).nonzero()[0]
    if not len(rows):
        return None
    x, y = int(columns[0]), int(rows[0])
    return x, y, int(columns[-1]) - x + 1, int(rows[-1]) - y + 1
