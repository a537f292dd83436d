"""Pictures that a trained generator draws, with the latents they come from."""

import torch

from models.latents import LatentMap
from models.model import Model
from models.sampling import random_w


@torch.no_grad()
def draw_latents(model: Model, num: int, rng: torch.Generator, mixing: float = 0.0) -> LatentMap:
    """Draw `num` plain latents, a share `mixing` of them with two w at a random layer cut."""
    num_ws = model.generator.num_ws
    first, second = (random_w(model.generator, num, rng) for _ in range(2))
    cuts = torch.randint(1, num_ws, (num,), generator=rng)
    mixed = torch.rand(num, generator=rng) < mixing
    cuts = torch.where(mixed, cuts, num_ws)
    layers = []
    for i in range(num_ws):
        late = (cuts <= i).to(model.device)[:, None]
        layers.append(torch.where(late, second, first))
    return model.generator.broadcast(torch.stack(layers, dim=1))
