"""Pictures that a trained generator draws, with the latents they come from."""

import torch
from torch import Tensor

from models.latents import LatentMap
from models.model import Model
from models.whitening import Whitening, fit_whitening


@torch.no_grad()
def draw_latents(model: Model, num: int, rng: torch.Generator, mixing: float = 0.0) -> LatentMap:
    """Draw `num` plain latents, a share `mixing` of them with two w at a random layer cut."""
    config = model.generator.config

    def w() -> Tensor:
        z = torch.randn(num, config.z_dim, generator=rng).to(model.device)
        mapped: Tensor = model.generator.mapping(z)
        return mapped

    num_ws = model.generator.num_ws
    first, second = w(), w()
    cuts = torch.randint(1, num_ws, (num,), generator=rng)
    mixed = torch.rand(num, generator=rng) < mixing
    cuts = torch.where(mixed, cuts, num_ws)
    layers = []
    for i in range(num_ws):
        late = (cuts <= i).to(model.device)[:, None]
        layers.append(torch.where(late, second, first))
    return model.generator.broadcast(torch.stack(layers, dim=1))


@torch.no_grad()
def measure_whitening(mapping: torch.nn.Module, z_dim: int, num: int = 50_000) -> Whitening:
    """Fit the whitened coordinates on `num` draws of w."""
    rng = torch.Generator().manual_seed(0)
    device = next(mapping.parameters()).device
    z = torch.randn(num, z_dim, generator=rng).to(device)
    return fit_whitening(torch.cat([mapping(chunk) for chunk in torch.split(z, 5000)]).cpu())
