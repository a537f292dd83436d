"""Training the perceptual network of a domain: read the factors of its renders.

Each target is standardised, so the loss is the share of variance not read. The same code trains
the judge of the evaluation, with other widths and another seed.
"""

from dataclasses import asdict
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import mse_loss

from models.model import best_dtype
from models.perceptual import PerceptualConfig, PerceptualNet
from training.domains.base import Domain, Labelled
from training.runs import Run
from training.schedule import OVER, Length, Progress, set_cosine_lr

WIDTHS = (24, 48, 64, 96, 128)
JUDGE_WIDTHS = (16, 32, 64, 96, 96)


def train_perceptual(
    folder: Path,
    length: Length,
    *,
    domain: Domain,
    resolution: int,
    seed: int = 1_000_000,
    widths: tuple[int, ...] = WIDTHS,
    batch: int = 48,
    lr: float = 1e-3,
    device: str = "cpu",
    resume: bool = False,
) -> PerceptualNet:
    """Train on fresh renders; returns the network.

    Args:
        folder: the run's folder.
        resolution: pixels per side.
        widths: channels of the stages; of small pictures only the first ones are used.
    """
    torch.manual_seed(seed)
    widths = widths[: resolution.bit_length() - 3]  # down to 4 px
    config = PerceptualConfig(resolution, tuple(t.id for t in domain.targets), widths)
    where = torch.device(device)
    dtype = best_dtype(where)
    net = PerceptualNet(config).to(where)
    run = Run(folder, {"resolution": resolution, "seed": seed, "widths": widths}, resume=resume)
    optimiser = torch.optim.Adam(net.parameters(), lr)
    seen = 0
    if (state := run.load()) is not None:
        net.load_state_dict(state["net"])
        optimiser.load_state_dict(state["optimiser"])
        seen = state["nimg"]

    def save(at: Progress) -> None:
        kept = {"net": net.state_dict(), "optimiser": optimiser.state_dict(), "nimg": seen}
        run.save(kept | {"place": asdict(at)})

    source: Labelled | None = None
    for now in length.watch("Training the perceptual network", Progress.of(state).left):
        set_cosine_lr(optimiser, now.passed, lr)
        source = source or domain.labelled(resolution, seed, seen, where)
        img, wanted = source.batch(batch)
        with torch.autocast(where.type, dtype, enabled=dtype != torch.float32):
            loss = mse_loss(net(disturb(img)).float(), wanted)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        seen += batch
        if seen % (50 * batch) == 0:
            run.log(nimg=seen, loss=loss.item())
            save(now.after)
    save(OVER)
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
