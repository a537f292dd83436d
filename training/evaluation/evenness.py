"""Whether a picture without places has a checkerboard all the same. Ours."""

import torch
from torch import Tensor


def unevenness(img: Tensor) -> float:
    """The mean step from an even pixel to the next, or from an odd one, whichever is larger, over
    the mean of all, down or across: 1 where every pixel is like every other one.

    Args:
        img: [N, C, H, W].
    """
    shares = []
    for axis in (2, 3):
        steps = img.diff(dim=axis).abs()
        places = torch.arange(steps.shape[axis], device=img.device)
        shares += [steps.index_select(axis, places[k::2]).mean() / steps.mean() for k in (0, 1)]
    return float(torch.stack(shares).max())
