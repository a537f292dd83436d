"""How far pictures are from their renders as sets: of small patches, and of embeddings.

A mean difference is least for what is blurred and average. A set of sharp patches is only near
another such set. No critic takes part. Ours, after the sliced Wasserstein distance (Rabin et al.
2011; as a loss of patches: Elnekave and Weiss 2022).
"""

import torch
from torch import Tensor

from training.pyramid import laplacian

PATCH = 7  # pixels, as the sliced Wasserstein distance of generated pictures has it
PATCHES = 192  # of each picture and level, at the same places in picture and render
PROJECTIONS = 96


def texture_loss(img: Tensor, target: Tensor, levels: int) -> Tensor:
    """Sliced Wasserstein distance of the patches of two batches, summed over the levels of the
    Laplacian pyramid, in deviations of the target's.

    Args:
        img: [N, 3, R, R].
        target: [N, 3, R, R].
    """
    pairs = zip(laplacian(img, levels), laplacian(target, levels), strict=True)
    return torch.stack([_patch_distance(*pair) for pair in pairs]).sum()


def spread_loss(found: Tensor, wanted: Tensor) -> Tensor:
    """Sliced Wasserstein distance of two batches of embeddings [N, E], in the wanted one's root
    mean square deviation: a batch of averages is too narrow."""
    scale = wanted.var(dim=0).mean().sqrt().clamp(min=1e-6)
    return sliced_distance(found, wanted, PROJECTIONS) / scale


def sliced_distance(a: Tensor, b: Tensor, projections: int) -> Tensor:
    """Mean Wasserstein-1 distance of two sets [M, F] along random directions."""
    directions = torch.randn(a.shape[1], projections, device=a.device)
    directions = directions / directions.norm(dim=0)
    ranked_a, ranked_b = ((each @ directions).sort(dim=0)[0] for each in (a, b))
    distance: Tensor = (ranked_a - ranked_b).abs().mean()
    return distance


def _patch_distance(img: Tensor, target: Tensor) -> Tensor:
    n, _, height, width = img.shape
    side = min(PATCH, height)
    y = torch.randint(height - side + 1, (n, PATCHES), device=img.device)
    x = torch.randint(width - side + 1, (n, PATCHES), device=img.device)
    a, b = (_patches(each, y, x, side) for each in (img, target))
    mean, deviation = b.mean(dim=(0, 2), keepdim=True), b.std(dim=(0, 2), keepdim=True)
    a, b = ((each - mean) / deviation.clamp(min=1e-6) for each in (a, b))
    return sliced_distance(a.flatten(1), b.flatten(1), PROJECTIONS)


def _patches(img: Tensor, y: Tensor, x: Tensor, side: int) -> Tensor:
    """Patches [N · P, 3, side²] of pictures [N, 3, H, W], at upper left corners [N, P]."""
    n, channels, _, width = img.shape
    reach = torch.arange(side, device=img.device)
    inside = (reach[:, None] * width + reach).flatten()
    places = ((y * width + x)[:, :, None] + inside).flatten(1)  # [N, P · side²], of H · W
    picked = img.float().flatten(2).gather(2, places[:, None].expand(-1, channels, -1))
    split: Tensor = picked.reshape(n, channels, -1, side * side).transpose(1, 2)
    return split.flatten(0, 1)
