"""Learning attributes: directions that move one reading and leave the others, where it belongs.

Every attribute gets a direction [L, D], moved so that one σ of strength changes the perceptual
network's reading of it by one σ over generated pictures and every other reading by nothing. Half
of the training edits are painted at the attribute's place and composited, as a person would do.
Ours; the idea of conditioning on the others follows InterFaceGAN (Shen et al. 2020).
"""

from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from models.attributes import Attribute, AttributeSet
from models.composite import feather
from models.edits import masked
from models.latents import LatentMap, embed
from models.model import Model
from training.errors import TrainingError
from training.generated import draw_latents
from training.labels import TARGETS
from training.portraits import FACTORS, region_mask, sample_factors
from training.runs import Run
from training.schedule import set_cosine_lr, timed

PLACE_CELLS = 32  # rows and columns of an attribute's usual place
OTHERS_WEIGHT = 3.0  # leaving the other readings alone, against moving one's own
SIZE_WEIGHT = 0.002  # on the squared length of a direction in whitened units
MAX_STRENGTH = 2.5  # σ


def usual_place(region: str, num: int = 256) -> Tensor:
    """Where a region usually lies: [1, 1, 32, 32], 1 where it covers most portraits."""
    return (region_mask(sample_factors(0, 0, num), region, PLACE_CELLS).mean(0)[None] > 0.5).float()


def readings_of(model: Model, img: Tensor) -> Tensor:
    """The perceptual network's readings [N, T]."""
    if model.perceptual is None:
        raise TrainingError("train the perceptual network first: latentbrush train perceptual")
    with torch.autocast(model.device.type, torch.bfloat16, enabled=model.dtype != torch.float32):
        readings: Tensor = model.perceptual(img)
    return readings.float()


@torch.no_grad()
def least_squares(model: Model, num: int = 2048) -> tuple[Tensor, Tensor]:
    """Start: directions [T, D] by regression of w on the readings of generated pictures, and the
    readings' standard deviations [T]."""
    rng = torch.Generator().manual_seed(7)
    latents, readings = [], []
    for _ in range(num // 64):
        latent = draw_latents(model, 64, rng)
        latents.append(latent.layers[0][:, :, 0, 0])
        readings.append(readings_of(model, model.render(latent)))
    w, seen = torch.cat(latents), torch.cat(readings)
    deviation = seen.std(dim=0)
    standard = (seen - seen.mean(dim=0)) / deviation
    centred = w - w.mean(dim=0)
    return torch.linalg.lstsq(standard, centred).solution, deviation


def train_attributes(
    model: Model, folder: Path, *, minutes: float, batch: int = 12, lr: float = 0.01, seed: int = 0
) -> Model:
    """Learn a direction for every target of the perceptual network, for `minutes`.

    Raises:
        TrainingError: the model has no perceptual network.
    """
    torch.manual_seed(seed)
    rng = torch.Generator().manual_seed(seed + 1)
    run = Run(folder, {"model": model.card.id, "batch": batch, "lr": lr}, resume=True)
    first, deviation = least_squares(model)
    num_ws = model.generator.num_ws
    directions = first[:, None].repeat(1, num_ws, 1).requires_grad_(True)  # [T, L, D]
    factors = [f for f in FACTORS if f.name in TARGETS]
    places = torch.cat([usual_place(f.region) for f in factors]).to(model.device)
    optimiser = torch.optim.Adam([directions], lr, betas=(0.9, 0.99))
    scale = w_scale(model)
    for step, passed in enumerate(timed(minutes, "Learning attributes")):
        set_cosine_lr(optimiser, lr, passed)
        chosen = torch.randint(len(TARGETS), (batch,), generator=rng)
        strength = (torch.rand(batch, generator=rng) * 2 - 1) * MAX_STRENGTH
        latent = draw_latents(model, batch, rng, mixing=0.5)
        painted = (torch.rand(batch, generator=rng) < 0.5).to(model.device)
        mask = torch.where(
            painted[:, None, None, None], places[chosen], torch.ones_like(places[:1])
        )
        step_by = strength.to(model.device)[:, None, None] * directions[chosen]
        moved = edited_readings(model, latent, step_by, mask) / deviation
        wanted = torch.zeros_like(moved)
        wanted[torch.arange(batch), chosen] = strength.to(model.device)
        error = F.smooth_l1_loss(moved, wanted, reduction="none")
        own = F.one_hot(chosen, len(TARGETS)).bool().to(model.device)
        loss = error[own].mean() + OTHERS_WEIGHT * error[~own].mean()
        loss = loss + SIZE_WEIGHT * (directions[chosen] / scale).square().mean(dim=(1, 2)).mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        if step % 25 == 0:
            run.log(step=step, loss=loss.item(), own=error[own].mean().item())
            run.save({"directions": directions.detach()})
    titles = [
        Attribute(id=f.name, title=f.title, place=rows_of(place))
        for f, place in zip(factors, places, strict=True)
    ]
    return replace(model, attributes=AttributeSet(tuple(titles), directions.detach()))


def edited_readings(model: Model, latent: LatentMap, step_by: Tensor, mask: Tensor) -> Tensor:
    """How the readings [N, T] change when latents move by `step_by` [N, L, D] inside `mask`."""
    with torch.no_grad():
        before = model.render(latent)
    spatial = embed(latent, "S+", model.layout)
    after = model.render(
        spatial.map(lambda i, wmap: wmap + masked(wmap, mask) * step_by[:, i, :, None, None])
    )
    soft = feather(mask, (before.shape[2], before.shape[3]))
    shown = before + soft * (after - before)
    with torch.no_grad():
        unchanged = readings_of(model, before)
    return readings_of(model, shown) - unchanged


@torch.no_grad()
def w_scale(model: Model, num: int = 4096) -> Tensor:
    """Standard deviation [D] of every coordinate of w, floored so that none is free."""
    z = torch.randn(num, model.generator.config.z_dim, generator=torch.Generator().manual_seed(3))
    deviation: Tensor = model.generator.mapping(z.to(model.device)).std(dim=0)
    return deviation.clamp(min=deviation.mean().item() * 0.1)


def rows_of(place: Tensor) -> tuple[tuple[float, ...], ...]:
    """A mask [1, h, w] as rows of numbers."""
    return tuple(tuple(float(value) for value in row) for row in place[0].cpu())
