"""Pictures that a trained generator draws, with the latents they come from."""

import torch
from torch import Tensor

from models.latents import SQUARE, LatentMap
from models.model import Model
from models.prior import sample_fields
from models.sampling import random_w


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
    first, second = (draw_map(model, num, rng) for _ in range(2))
    cuts = torch.randint(1, num_ws, (num,), generator=rng)
    mixed = torch.rand(num, generator=rng) < mixing
    cuts = torch.where(mixed, cuts, num_ws)
    layers = []
    for i in range(num_ws):
        late = (cuts <= i).to(model.device)[:, None, None, None]
        layers.append(torch.where(late, second, first))
    return LatentMap(tuple(layers))


def draw_map(model: Model, num: int, rng: torch.Generator) -> Tensor:
    """Maps of w for all layers: one vector [num, D, 1, 1], or a field [num, D, 4, 4]."""
    if model.prior is None:
        return random_w(model.generator, num, rng)[:, :, None, None]
    z_dim = model.generator.config.z_dim
    z = sample_fields(model.prior, num, z_dim, *SQUARE, model.device, rng)
    return model.generator.mapping.cells(z)
