"""Which amounts occur together, learnt as a transport from Gaussian ones. Ours."""

import math

import torch
from torch import Tensor

from models.transport import Transport, moved

WIDTH = 32  # of both hidden layers
STEPS = 800
BATCH = 1024
LR = 4e-3
DECIMALS = 5


def transport_to(amounts: Tensor, seed: int = 0) -> Transport:
    """The network that takes N(0, C) to the distribution of amounts [P, K] with the correlations C:
    the energy distance of the two (Székely and Rizzo 2013), descended from not moving at all."""
    rng = torch.Generator().manual_seed(seed)
    channels = amounts.shape[1]
    widths = (channels, WIDTH, WIDTH, channels)
    layers = []
    for inputs, outputs in zip(widths, widths[1:], strict=False):
        layer = torch.randn(outputs, inputs + 1, generator=rng) / math.sqrt(inputs)
        layer[:, -1] = 0
        layers.append(layer)
    layers[-1] *= 0.03
    for layer in layers:
        layer.requires_grad_()
    opt = torch.optim.Adam(layers, LR)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(opt, STEPS)
    root = torch.linalg.cholesky(torch.corrcoef(amounts.T) + 1e-4 * torch.eye(channels))
    for _ in range(STEPS):
        z = torch.randn(BATCH, channels, generator=rng) @ root.T
        chosen = torch.randint(len(amounts), (BATCH,), generator=rng)
        loss = energy_distance(moved(z[..., None, None], layers)[..., 0, 0], amounts[chosen])
        opt.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        opt.step()
        falling.step()
    rounded = [layer.detach().double().mul(10**DECIMALS).round() / 10**DECIMALS for layer in layers]
    return Transport(tuple(tuple(map(tuple, layer.tolist())) for layer in rounded))


def energy_distance(a: Tensor, b: Tensor) -> Tensor:
    """Of the distributions of two sets [M, K], less what of it does not depend on the first."""
    within = torch.cdist(a, a).sum() / (len(a) * (len(a) - 1))
    return 2 * torch.cdist(a, b).mean() - within
