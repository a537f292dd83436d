"""Fit: whether a picture is like what a model knows. Ours.

The nearest picture that a plain latent draws (`models/twins.py`) is compared with the picture
itself, as the model sees both, and measured by how far the model's own pictures are from each
other. PSNR does not tell: a faithful latent draws a cat at 28 dB, and a grey wall is nearer to
every face than another face is (decision 8).
"""

from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from models.latents import LatentMap
from models.metrics import pyramid_distance
from models.model import Model
from models.sampling import random_map

Verdict = Literal["close", "rough", "stranger"]

COMPARED = 16  # of the model's pictures, each with the next 8
SEED = 0
MAX_SIDE_PX = 256
COARSE = 8  # pixels per side of a training picture of land that nothing but colours is seen of


@dataclass(frozen=True)
class Fit:
    """How a picture fits a model.

    Attributes:
        share: the distance to the nearest plain drawing, over that of two of the model's own
            pictures: 0 is the same picture, 1 is any other one.
    """

    verdict: Verdict
    share: float


def fit_of(model: Model, img: Tensor, drawn: Tensor, apart: float) -> Fit:
    """The fit of one picture.

    Args:
        img: [1, 3, H, W] in [-1, 1].
        drawn: what its twin draws, of the same size.
        apart: `distance_apart` of the model.
    """
    share = likeness(model, img, drawn).item() / apart
    bounds = model.fit
    if share < bounds.close:
        return Fit("close", share)
    return Fit("rough" if share < bounds.stranger else "stranger", share)


@torch.no_grad()
def distance_apart(model: Model) -> float:
    """The mean distance of two of the model's own pictures."""
    rng = torch.Generator().manual_seed(SEED)
    own = torch.cat([small_drawing(model, rng) for _ in range(COMPARED)])
    pairs = [likeness(model, own, own.roll(k, dims=0)) for k in range(1, COMPARED // 2 + 1)]
    return max(torch.stack(pairs).mean().item(), 1e-6)


def small_drawing(model: Model, rng: torch.Generator) -> Tensor:
    """A picture of the model's own; of places, of up to `MAX_SIDE_PX`."""
    wmap = random_map(model.generator, model.prior, 1, rng)
    latent = LatentMap((wmap,) * model.generator.num_ws)
    side = model.layout.resolution
    finest = min(side, MAX_SIDE_PX) if model.prior is None else side
    return model.render(latent, finest).clamp(-1, 1)


@torch.no_grad()
def likeness(model: Model, img: Tensor, other: Tensor) -> Tensor:
    """How unlike two pictures [N, 3, H, W] are, [N]: place by place; of land, in which no tree
    stands where another did, by what is in it."""
    if model.prior is None:
        shrink = max(1, min(img.shape[2:]) // MAX_SIDE_PX)
        return model.distance(F.avg_pool2d(img, shrink), F.avg_pool2d(other, shrink))
    if model.perceptual is not None:
        return model.perceptual.distance_of_contents(img, other)
    coarse = max(1, model.layout.resolution // COARSE)
    return pyramid_distance(F.avg_pool2d(img, coarse), F.avg_pool2d(other, coarse))
