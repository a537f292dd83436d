"""The pictures that show a model: samples of it, and what a direction does, from weak to strong."""

import torch
import torch.nn.functional as F
from torch import Tensor

from models.attributes import shift
from models.land import Land
from models.latents import LatentMap
from models.model import Model
from models.region import Region
from models.sampling import seed_w

STRENGTHS = (-3.0, -1.5, 0.0, 1.5, 3.0)
TRUNCATION = 0.6
SIZE = 96  # pixels of a picture in a strip
NEAR = 256  # pixels that are drawn at most: a strip of a large model takes no longer than that
DRAWN = 128  # pixels that it is drawn at: what a generator has by then is enough to see


@torch.no_grad()
def strip(model: Model, direction: Tensor, seed: int = 0) -> Tensor:
    """One picture at rising strengths, side by side: [1, 3, S, 5·S], S at most 96; of a direction
    that moves fine layers alone, the middle of the picture."""
    latent = model.generator.broadcast(seed_w(model.generator, seed, TRUNCATION))
    first = int(direction.abs().amax(dim=1).nonzero()[0])
    size = max(DRAWN, 2 * model.layout.layer_res[first])  # what moves fine layers shows at none
    size = min(size, model.layout.resolution)
    middle = Region(0, size, 0, size).grown(-max(0, size - NEAR) // 2)
    pictures = [model.draw(shift(latent, direction, s), size, middle).img for s in STRENGTHS]
    return torch.cat([small(img, SIZE) for img in pictures], dim=3)


@torch.no_grad()
def preview(model: Model, size: int = 128, side: int = 2) -> Tensor:
    """Side × side samples as one picture [1, 3, side·size, side·size]; a window of land, of a
    spatially trained model."""
    if model.prior is not None:
        return Land(model, 0).draw(0, 0, side * size, side * size).clamp(-1, 1)
    pictures = []
    for seed in range(side * side):
        latent = model.generator.broadcast(seed_w(model.generator, seed, TRUNCATION))
        pictures.append(small(drawn(model, latent, 2 * size), size))
    rows = [torch.cat(pictures[i * side : (i + 1) * side], dim=3) for i in range(side)]
    return torch.cat(rows, dim=2)


def drawn(model: Model, latent: LatentMap, size: int) -> Tensor:
    """A latent's picture at that size, or at the model's own if that is less."""
    return model.render(latent, min(size, model.layout.resolution))


def small(img: Tensor, size: int) -> Tensor:
    """A picture at most `size` pixels wide."""
    if img.shape[3] <= size:
        return img.clamp(-1, 1)
    return F.interpolate(img, size=(size, size), mode="bilinear", antialias=True).clamp(-1, 1)
