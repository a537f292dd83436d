"""The swap test: a latent with parts of generated ones should still make a picture of the domain.

A latent whose parts are distributed as generated ones can lend a few layers, or half of its cells,
to any other. Ours, after the regulariser's purpose in Sypetkowski 2023 (abstract).
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from models.latents import LatentMap, embed
from models.model import Model
from models.perceptual import PerceptualNet
from training.evaluation.distributions import frechet_distance
from training.generated import draw_latents

SWAPS_PER_LATENT = 4


@torch.inference_mode()
def swap_distances(
    model: Model,
    nets: Sequence[PerceptualNet],
    latents: Sequence[LatentMap],
    real: Sequence[Tensor],
    seed: int = 0,
) -> list[float]:
    """Fréchet distances of pictures with swapped parts to the domain, as each network sees them.

    Args:
        latents: encoded or generated, one picture each.
        real: what each network sees of the domain: embeddings [M, E].
        seed: of the swaps; the same for every set of latents that is compared.
    """
    rng = torch.Generator().manual_seed(seed)
    embedded: list[list[Tensor]] = [[] for _ in nets]
    for latent in latents:
        fine = embed(latent, "S+", model.layout)
        for _ in range(SWAPS_PER_LATENT):
            other = embed(draw_latents(model, 1, rng), "S+", model.layout)
            img = model.render(swapped(fine, other, rng)).clamp(-1, 1)
            for net, seen in zip(nets, embedded, strict=True):
                seen.append(net.embedding(img).float().cpu())
    return [
        frechet_distance(wanted, torch.cat(seen))
        for wanted, seen in zip(real, embedded, strict=True)
    ]


def swapped(latent: LatentMap, other: LatentMap, rng: torch.Generator) -> LatentMap:
    """Half of the time the layers past a random cut, else the right half of the cells, of another
    latent of the same space."""
    by_layers = bool(torch.rand((), generator=rng) < 0.5)
    cut = int(torch.randint(1, len(latent.layers), (), generator=rng))

    def mixed(i: int, wmap: Tensor) -> Tensor:
        theirs = other.layers[i]
        if by_layers:
            return theirs if i >= cut else wmap
        half = wmap.shape[3] // 2
        return torch.cat([wmap[..., :half], theirs[..., half:]], dim=3)

    return latent.map(mixed)
