"""What only procedural data allow: the render that a latent stands for, to learn from.

The factors of a render are independent, so a normal z can stand for them: each of the first F
coordinates of the normalised z, through the normal distribution function, is a factor. So every
latent has a right answer. Ours; no data set of photos allows this (decision 50).
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from models.model import best_dtype
from models.ops import normalize_2nd_moment
from models.perceptual import PerceptualNet
from training.drawn import PORTRAITS, DrawnSet
from training.pyramid import laplacian
from training.texture import spread_loss, texture_loss

LEVELS = 4  # of the pyramid that pictures are compared on
FEATURES = ("eyes", "brows", "nose", "mouth")
FEATURES_WEIGHT = 4.0  # more than elsewhere: they are small, and where people look
PERCEPTUAL_WEIGHT = 0.2  # against the pyramid; decisions 53, 54 and 58
EMBEDDING_WEIGHT = 0.04
TEXTURE_WEIGHT = 0.3
SPREAD_WEIGHT = 0.15
USUAL_CHANGE = 0.005  # mean square of what one factor changes: few pairs may change by nothing


def factors_of(z: Tensor, drawn: DrawnSet = PORTRAITS) -> Tensor:
    """The factors [N, F] that a latent z [N, Z] stands for, Z ≥ F."""
    normal = normalize_2nd_moment(z)[:, : len(drawn.factors)]
    return drawn.from_uniform(0.5 * (1 + torch.erf(normal / math.sqrt(2))))


def pyramid_loss(img: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Weighted mean absolute difference, every octave of the Laplacian pyramid counting the same.

    Args:
        img: [N, 3, R, R].
        target: [N, 3, R, R].
        weight: of every place, [N, 1, R, R].
    """
    losses = []
    for level in laplacian(img - target, LEVELS):  # the pyramid is linear
        losses.append((level.abs() * weight).mean())
        weight = F.avg_pool2d(weight, 2)
    return torch.stack(losses).sum()


def perceptual_loss(net: PerceptualNet, img: Tensor, target: Tensor) -> Tensor:
    """How differently a network of the domain sees pictures [N, 3, R, R] and their targets: the
    perceptual distance, the share of the embedding's variance that is missed, and how much
    narrower the batch is than that of the targets.

    Strands, curls and freckles weigh little in a mean difference; this is where they count.
    """
    dtype = best_dtype(img.device)
    with torch.autocast(img.device.type, dtype, enabled=dtype != torch.float32):
        distance = net.distance(img, target).float().mean()
        wanted, found = net.embedding(target).float(), net.embedding(img).float()
    spread = (wanted - wanted.mean(dim=0)).square().sum(dim=1).mean().clamp(min=1e-6)
    missed = (found - wanted).square().sum(dim=1).mean() / spread
    weighed = PERCEPTUAL_WEIGHT * distance + EMBEDDING_WEIGHT * missed
    return weighed + SPREAD_WEIGHT * spread_loss(found, wanted)


def change_loss(img: Tensor, target: Tensor) -> Tensor:
    """How far the differences of two halves of a batch [2N, 3, R, R] are from those of the targets:
    squared, as a share of theirs, or of what they are on average where they are less."""
    ours, wanted = (first - second for first, second in (img.chunk(2), target.chunk(2)))
    return (ours - wanted).square().mean() / wanted.square().mean().clamp(min=USUAL_CHANGE)


def render_of(z: Tensor, size: int, drawn: DrawnSet = PORTRAITS) -> tuple[Tensor, Tensor]:
    """The renders [N, 3, R, R] that z [N, Z] stand for, and their places' weights [N, 1, R, R]."""
    factors = factors_of(z, drawn)
    features = [drawn.region_mask(factors, name, size) for name in FEATURES]
    weight = (1 + FEATURES_WEIGHT * torch.stack(features).amax(dim=0)).to(z.device)
    return drawn.render(factors, size, z.device), weight


def whole_loss(img: Tensor, target: Tensor, weight: Tensor, net: PerceptualNet | None) -> Tensor:
    """How far pictures are from their targets, place by place and as sets; as `net` sees them, too,
    if it is given."""
    loss = pyramid_loss(img, target, weight)
    loss = loss + TEXTURE_WEIGHT * texture_loss(img, target, weight)
    return loss if net is None else loss + perceptual_loss(net, img.clamp(-1, 1), target)


def teach(img: Tensor, z: Tensor, drawn: DrawnSet = PORTRAITS) -> Tensor:
    """How far pictures [N, 3, R, R] are from the renders that their z [N, Z] stand for."""
    return whole_loss(img, *render_of(z, img.shape[2], drawn), net=None)
