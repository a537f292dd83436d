"""A search in coarse drawings: how large every step draws, and what it is to reach there.

A step at 1024 px costs as much as ten at 64 px, and most of what a latent says is seen there. But a
skip generator's picture at 64 px is not the whole one shrunk: its finer blocks add colours of their
own. So now and then the whole is drawn, without gradients, and the coarse drawing is to move by
what the whole is off by, shrunk: the correction of multigrid methods (Brandt 1977, "full
approximation scheme"; its use here is ours, decision 15).
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from models.images import resize_img
from models.latents import SQUARE, LatentMap
from models.model import Model

OWN_PX = 256  # models of up to that are searched at their own size: there is little to gain
LARGE_STEPS = 48  # of larger ones: decision 16
SHARES = {64: 0.25, 128: 0.25, 256: 0.475}  # of the steps, by size; the rest is in full
PLAIN_SHARES = {64: 0.5, 128: 0.3}  # where all layers share a map: the rest is at 256 px
CORRECT_EVERY = 10  # steps


def sizes_of(resolution: int, steps: int, shared: bool) -> list[int]:
    """The resolution that each step of a search draws at, from coarse to fine.

    Args:
        resolution: the model's own.
        shared: whether all layers of the latent share one map.
    """
    if resolution <= OWN_PX:
        return [resolution] * steps
    sizes: list[int] = []
    for size, share in (PLAIN_SHARES if shared else SHARES).items():
        sizes += [size] * int(share * steps)
    rest = OWN_PX if shared else resolution
    return sizes + [rest] * (steps - len(sizes))


def begins(sizes: list[int]) -> list[int]:
    """The steps before which a coarse search is to be corrected: as a size begins, and regularly
    from then on."""
    found: list[int] = []
    for step, size in enumerate(sizes):
        if step == 0 or size != sizes[step - 1] or step - found[-1] == CORRECT_EVERY:
            found.append(step)
    return found


class Targets:
    """What each step of a search is to draw: the picture in full, or what stands for it in coarse.

    Attributes:
        sizes: the resolution that each step draws at.
    """

    def __init__(self, model: Model, img: Tensor, sizes: Sequence[int]) -> None:
        """
        Args:
            img: [N, 3, H, W], the picture.
        """
        self.sizes = list(sizes)
        self._model = model
        self._img = img
        self._corrected = frozenset(begins(self.sizes))
        self._coarse = img

    def at(self, step: int, latent: Callable[[], LatentMap]) -> tuple[Tensor, Tensor | None]:
        """What a step is to draw, and the drawing in full where one was made to tell.

        Args:
            latent: where the search is.
        """
        size = self.sizes[step]
        if size == self._model.layout.resolution:
            return self._img, None
        if step not in self._corrected:
            return self._coarse, None
        with torch.no_grad():
            here = latent()
            whole = self._model.render(here)
            off = resize_img(self._img - whole, sides_at(here, size))
            self._coarse = self._model.render(here, size) + off
        return self._coarse, whole


def sides_at(latent: LatentMap, size: int) -> tuple[int, int]:
    """Rows and columns of a drawing at a coarse resolution."""
    rows, columns = (cells * size // SQUARE[0] for cells in latent.base)
    return rows, columns
