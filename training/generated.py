"""Pictures that a trained generator draws, with the latents they come from."""

import torch
from torch import Tensor

from models.latents import LatentMap
from models.model import Model
from models.sampling import random_map


class GeneratedPictures:
    """What a model itself draws, as a source of pictures for the training of its encoder."""

    def __init__(self, model: Model, seed: int = 11) -> None:
        self.model = model
        self.rng = torch.Generator().manual_seed(seed)

    def batch(self, num: int) -> Tensor:
        """Draw pictures [num, 3, R, R] in [-1, 1]."""
        return drawn_from(self.model, draw_latents(self.model, num, self.rng, mixing=0.5))


@torch.no_grad()
def drawn_from(model: Model, known: LatentMap) -> Tensor:
    """Pictures of known latents, clamped to what a picture can hold."""
    return model.render(known).clamp(-1, 1)


@torch.no_grad()
def draw_latents(model: Model, num: int, rng: torch.Generator, mixing: float = 0.0) -> LatentMap:
    """Draw `num` latents of the generator's own distribution, a share `mixing` of them of two
    draws, with a random layer cut. Fields cover the picture; around it their border is repeated."""
    num_ws = model.generator.num_ws
    first, second = (random_map(model.generator, model.prior, num, rng) for _ in range(2))
    cuts = torch.randint(1, num_ws, (num,), generator=rng)
    mixed = torch.rand(num, generator=rng) < mixing
    cuts = torch.where(mixed, cuts, num_ws)
    layers = []
    for i in range(num_ws):
        late = (cuts <= i).to(model.device)[:, None, None, None]
        layers.append(torch.where(late, second, first))
    return LatentMap(tuple(layers))
