"""How far pictures are from their renders as sets: of small patches, and of embeddings.

A mean difference is least for what is blurred and average. A set of sharp patches is only near
another such set. Patches are compared with those of the same region of all pictures, since over
whole pictures outlines that are too sharp make up for eyes that are too soft; and all together, as
what pictures are judged by does.
Ours, after the sliced Wasserstein distance (Rabin et al. 2011; as a loss of patches: Elnekave and
Weiss 2022).
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from training.pyramid import laplacian

PATCH = 7  # pixels, as the sliced Wasserstein distance of generated pictures has it
REGIONS = 4  # per side of a picture
PATCHES = 12  # of each picture, level and region, at the same places in picture and render
QUARTERS = 2  # regions per side of a picture that is compared by itself
OWN_PATCHES = 48  # of each of those
PROJECTIONS = 96
LEVELS = (2.0, 0.7, 0.4, 0.3)
"""Weights of the levels of the Laplacian pyramid, finest first: that is missed longest."""


def texture_loss(img: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
    """Sliced Wasserstein distance of the patches of two batches, region by region and all together,
    over the levels of the Laplacian pyramid, in deviations of the target's.

    Args:
        img: [N, 3, R, R].
        target: [N, 3, R, R].
        weight: of every place, [N, 1, R, R]; a region has that of its heaviest place.
    """
    heaviest = torch.ones(REGIONS**2, device=img.device)
    if weight is not None:
        heaviest = F.adaptive_max_pool2d(weight.mean(dim=0), REGIONS).flatten()

    def compare(ours: Tensor, theirs: Tensor) -> Tensor:
        a, b = _by_region(ours), _by_region(theirs)
        by_region = (sliced_distance(a, b, PROJECTIONS) * heaviest).mean()
        return by_region + sliced_distance(a.flatten(0, 1), b.flatten(0, 1), PROJECTIONS)

    return _over_levels(img, target, REGIONS, PATCHES, compare)


def texture_loss_apart(img: Tensor, target: Tensor) -> Tensor:
    """The same where every picture of a batch shows something else: the patches of each quarter of
    each picture are compared by themselves. The coarsest level is left out, of which a picture has
    too few patches.

    Args:
        img: [N, 3, R, R].
        target: [N, 3, R, R].
    """

    def compare(ours: Tensor, theirs: Tensor) -> Tensor:
        return sliced_distance(ours.flatten(0, 1), theirs.flatten(0, 1), PROJECTIONS).mean()

    return _over_levels(img, target, QUARTERS, OWN_PATCHES, compare, len(LEVELS) - 1)


def spread_loss(found: Tensor, wanted: Tensor) -> Tensor:
    """Sliced Wasserstein distance of two batches of embeddings [N, E], in the wanted one's root
    mean square deviation: a batch of averages is too narrow."""
    scale = wanted.var(dim=0).mean().sqrt().clamp(min=1e-6)
    return sliced_distance(found, wanted, PROJECTIONS) / scale


def sliced_distance(a: Tensor, b: Tensor, projections: int) -> Tensor:
    """Mean Wasserstein-1 distance, along random directions, of sets [..., M, F], two by two."""
    directions = torch.randn(a.shape[-1], projections, device=a.device)
    directions = directions / directions.norm(dim=0)
    ranked_a, ranked_b = ((each @ directions).sort(dim=-2)[0] for each in (a, b))
    distance: Tensor = (ranked_a - ranked_b).abs().mean(dim=(-2, -1))
    return distance


def _over_levels(
    img: Tensor,
    target: Tensor,
    regions: int,
    patches: int,
    compare: Callable[[Tensor, Tensor], Tensor],
    num_levels: int = len(LEVELS),
) -> Tensor:
    """The weighted sum over the finest levels of how far two sets of patches are apart.

    Args:
        regions: per side of a picture.
        patches: of each region.
    """
    levels = zip(laplacian(img, len(LEVELS)), laplacian(target, len(LEVELS)), LEVELS, strict=True)
    apart = [
        share * compare(*_patch_sets(ours, theirs, regions, patches))
        for ours, theirs, share in list(levels)[:num_levels]
    ]
    return torch.stack(apart).sum()


def _patch_sets(img: Tensor, target: Tensor, regions: int, patches: int) -> tuple[Tensor, Tensor]:
    """So many patches of every region of a level of two batches, at the same places of both, in the
    target's deviations: [N, regions², patches, F]."""
    n, _, height, width = img.shape
    side = min(PATCH, height)
    y, x = _corners((n, regions, patches), (height, width), side, img.device)
    a, b = (_patches(each, y, x, side) for each in (img, target))
    mean, deviation = b.mean(dim=(0, 1, 3), keepdim=True), b.std(dim=(0, 1, 3), keepdim=True)

    def sets(each: Tensor) -> Tensor:
        scaled = (each - mean) / deviation.clamp(min=1e-6)
        return scaled.reshape(n, regions**2, patches, -1)

    return sets(a), sets(b)


def _corners(
    num: tuple[int, int, int], size: tuple[int, int], side: int, device: torch.device
) -> Tensor:
    """Upper left corners y, x [2, N, regions² · patches] of patches in N pictures of that size,
    whose middles are random places, one region after the other."""
    n, regions, patches = num
    region = torch.arange(regions, device=device)
    place = torch.rand(2, n, regions, regions, patches, device=device)
    place = place + torch.stack(torch.meshgrid(region, region, indexing="ij"))[:, None, ..., None]
    whole = torch.tensor(size, device=device).view(2, 1, 1, 1, 1)
    corner = (place * (whole / regions)).long() - side // 2
    return corner.clamp(min=0).minimum(whole - side).flatten(2)


def _by_region(patches: Tensor) -> Tensor:
    """Patches [N, G, P, F] of every picture as one set for each region, [G, N · P, F]."""
    return patches.transpose(0, 1).flatten(1, 2)


def _patches(img: Tensor, y: Tensor, x: Tensor, side: int) -> Tensor:
    """Patches [N, P, 3, side²] of pictures [N, 3, H, W], at upper left corners [N, P]."""
    n, channels, _, width = img.shape
    reach = torch.arange(side, device=img.device)
    inside = (reach[:, None] * width + reach).flatten()
    places = ((y * width + x)[:, :, None] + inside).flatten(1)  # [N, P · side²], of H · W
    picked = img.float().flatten(2).gather(2, places[:, None].expand(-1, channels, -1))
    split: Tensor = picked.reshape(n, channels, -1, side * side).transpose(1, 2)
    return split
