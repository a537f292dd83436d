"""Training the perceptual network of a domain: read the factors of its renders.

Each target is standardised, so the loss is the share of variance not read. The same code trains
the judge of the evaluation, with other widths and another seed.
"""

from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import mse_loss

from models.perceptual import PerceptualConfig, PerceptualNet
from training.labels import TARGETS, standardise
from training.portraits import render, sample_factors
from training.runs import Run
from training.schedule import set_cosine_lr, timed

JUDGE_WIDTHS = (16, 32, 64, 96, 96)


def train_perceptual(
    folder: Path,
    *,
    resolution: int,
    minutes: float,
    seed: int = 1_000_000,
    widths: tuple[int, ...] = (24, 48, 64, 96, 128),
    batch: int = 48,
    lr: float = 1e-3,
    device: str = "cpu",
) -> PerceptualNet:
    """Train on fresh renders for `minutes`; returns the network.

    Args:
        folder: the run's folder.
        resolution: pixels per side.
        widths: channels of the stages.
    """
    torch.manual_seed(seed)
    config = PerceptualConfig(resolution, TARGETS, widths)
    net = PerceptualNet(config).to(device)
    run = Run(folder, {"resolution": resolution, "seed": seed, "widths": widths}, resume=True)
    optimiser = torch.optim.Adam(net.parameters(), lr)
    seen = 0
    for passed in timed(minutes, "Training the perceptual network"):
        set_cosine_lr(optimiser, lr, passed)
        factors = sample_factors(seed, seen, batch).to(device)
        img = disturb(render(factors, resolution, device))
        with torch.autocast(torch.device(device).type, torch.bfloat16):
            loss = mse_loss(net(img).float(), standardise(factors))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        seen += batch
        if seen % (50 * batch) == 0:
            run.log(nimg=seen, loss=loss.item())
            run.save({"net": net.state_dict(), "nimg": seen})
    run.save({"net": net.state_dict(), "nimg": seen})
    return net


def disturb(img: Tensor) -> Tensor:
    """Make pictures less perfect, as generated ones are: contrast, brightness, blur and noise."""
    n = img.shape[0]
    gain = 1 + 0.05 * torch.randn(n, 1, 1, 1, device=img.device)
    offset = 0.03 * torch.randn(n, 3, 1, 1, device=img.device)
    soft = torch.nn.functional.avg_pool2d(img, 3, 1, 1, count_include_pad=False)
    blur = torch.rand(n, 1, 1, 1, device=img.device) * 0.8
    noise = torch.randn_like(img) * (0.04 * torch.rand(n, 1, 1, 1, device=img.device))
    return img.lerp(soft, blur) * gain + offset + noise
