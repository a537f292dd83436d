"""What no field of cells can say of a square, as the noise that its generator would draw it from.

A generator's noise inputs are there for what its latent leaves open: where a coast winds, where a
ridge runs. What they come to mean is up to the training, and left to a critic alone that takes
very long. So in the lesson they say it: the noise of every layer is what is new in the square at
that layer's sharpness, brought to N(0, 1). Of the two layers of a resolution the first has
the coast and the second light and dark. Ours.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from models.land import overlap
from models.noise import Place, fresh_noise
from training.planet.fields import inland

MARGIN = 8  # pixels of noise around the picture at every resolution: twice what a block keeps
WINDOW = 17  # places, down and across, over which what is new is brought to a deviation of 1
FAINT = torch.tensor([0.004, 0.02])
"""Deviations of what is new in coast and light below which it is rather left to chance."""
MOST = 3.5  # deviations
SEA_LIGHT, LAND_LIGHT = (0.12, 0.09), (0.30, 0.18)
"""Mean and deviation of how light the sea and the land are, of 1; over 60 squares."""
HAAR = 0.5 * torch.tensor([[1.0, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]])
"""Of four pixels: their sum, and what is new. Orthonormal, and its own inverse."""


def sheet_of(layers: Tensor) -> Tensor:
    """Coast and light of a square with as much around it as half of its side: [2, 2R, 2R].

    Args:
        layers: [4, 2R, 2R] in [0, 1]: colours and water.
    """
    dry, light = 1 - layers[3], layers[:3].mean(dim=0)
    at_sea, on_land = ((light - mean) / deviation for mean, deviation in (SEA_LIGHT, LAND_LIGHT))
    return torch.stack([inland(dry), torch.lerp(at_sea, on_land, dry)])


def told(sheet: Tensor, rng: torch.Generator) -> list[Tensor]:
    """The noise of each resolution from 8 px on, with `MARGIN` pixels around the picture, or half
    its side: [2, r + 2m, r + 2m].

    Args:
        sheet: [2, 2R, 2R].
    """
    levels = []
    while (res := sheet.shape[1] // 2) >= 8:
        coarser = F.avg_pool2d(sheet[None], 2)
        guessed = F.interpolate(coarser, scale_factor=2, mode="bilinear")[0]
        new = F.pixel_unshuffle((sheet - guessed)[:, None], 2)  # [2, 4, r, r]
        noise = F.pixel_shuffle(haar(evened(haar(new), rng)), 2)[:, 0]
        edge = res // 2 - min(MARGIN, res // 2)
        levels.append(noise[:, edge : 2 * res - edge, edge : 2 * res - edge])
        sheet = coarser[0]
    return levels[::-1]


def haar(blocks: Tensor) -> Tensor:
    """Haar's transform of blocks of four pixels [C, 4, h, w]."""
    return torch.einsum("kp,cpyx->ckyx", HAAR, blocks)


def evened(parts: Tensor, rng: torch.Generator) -> Tensor:
    """Haar's parts [2, 4, r, r] as about N(0, 1) everywhere: over what varies in its surroundings,
    with chance in place of the sum, which is known already, and where hardly anything varies."""
    chance = torch.randn(parts.shape, generator=rng)
    reach = min(WINDOW, parts.shape[2] - 1) // 2
    around = F.avg_pool2d(parts.square(), 2 * reach + 1, 1, reach, count_include_pad=False)
    deviation = around.sqrt()
    heard = deviation / (deviation + FAINT[:, None, None, None])
    said = (parts / deviation.clamp(min=1e-6)).clamp(-MOST, MOST)
    mixed = heard * said + (1 - heard.square()).sqrt() * chance
    return torch.cat([chance[:, :1], mixed[:, 1:]], dim=1)


@dataclass(frozen=True)
class ToldNoise:
    """The noise of a batch of squares (`models.noise.Noise`), and chance further out.

    Attributes:
        levels: of 8, 16, … px: [N, 2, r + 2m, r + 2m].
    """

    levels: tuple[Tensor, ...]

    def __call__(self, constant: Tensor, place: Place) -> Tensor:
        """The noise of a layer; the first layer's, of 4 px, says nothing."""
        noise = fresh_noise(constant, place)
        if place.layer == 0:
            return noise
        level = self.levels[(place.layer - 1) // 2]
        side = level.shape[2]
        begin = (constant.shape[0] - side) // 2
        rows, from_rows = overlap(begin, side, place.top, place.height)
        columns, from_columns = overlap(begin, side, place.left, place.width)
        kind = (place.layer - 1) % 2
        noise[:, 0, rows, columns] = level[:, kind, from_rows, from_columns].to(noise)
        return noise
