"""Inversion: find the latent of a picture by optimisation, starting from the encoder.

The unknowns are whitened coordinates, so one learning rate fits every direction and the
regulariser is a plain square. Noise stays constant: optimised noise would be a second latent that
hides what the space can do. Ours; schedule after Karras et al. 2020 (projector).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from models.errors import NoEncoder
from models.latents import LatentMap, Layout, cells_of, find_space
from models.metrics import psnr_db
from models.model import Model
from models.shapes import check_shape

PEAK_LR = 0.2  # in whitened units per step
PERCEPTUAL_WEIGHT = 0.05  # against the mean squared error in [-1, 1]
PREVIEW_EVERY = 10  # steps

OnStep = Callable[[int, int, Tensor | None], None]
"""(step, steps, picture [1, 3, R, R] now and then); may raise to stop."""


@dataclass(frozen=True)
class Inversion:
    """What was found.

    Attributes:
        plausibility: mean squared whitened coordinate; 1 for generated latents.
    """

    latent: LatentMap
    img: Tensor
    psnr_db: float
    perceptual: float
    plausibility: float


def invert(
    model: Model,
    img: Tensor,
    *,
    space: str | None = None,
    steps: int | None = None,
    regulariser: float | None = None,
    on_step: OnStep = lambda step, steps, preview: None,
) -> Inversion:
    """Find the latent of one picture.

    Args:
        img: [1, 3, R, R] in [-1, 1].
        space: where to look; the model's default if None.
        steps: optimisation steps; 0 is the encoder alone.
        regulariser: weight of mean |v|².

    Raises:
        ShapeError: the picture is not of the model's size.
        SpaceError: no such space.
        NoEncoder: there are no steps, and no encoder.
    """
    size = model.layout.resolution
    check_shape("img", img, [1, 3, size, size])
    settings = model.encoding
    space = space or settings.space
    steps = settings.steps if steps is None else steps
    weight = settings.regulariser if regulariser is None else regulariser
    if steps == 0 and model.encoder is None:
        raise NoEncoder(f"{model.card.id} has no encoder: it needs steps")
    coordinates = start(model, img, space)
    for v in coordinates:
        v.requires_grad_(steps > 0)
    optimiser = torch.optim.Adam(coordinates, lr=PEAK_LR, betas=(0.9, 0.99))
    for step in range(steps):
        set_lr(optimiser, step / steps)
        drawn = model.render(to_latent(model, coordinates, space))
        loss = F.mse_loss(drawn, img) + PERCEPTUAL_WEIGHT * model.distance(drawn, img).mean()
        loss = loss + weight * mean_square(coordinates)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        on_step(step + 1, steps, drawn.detach() if step % PREVIEW_EVERY == 0 else None)
    with torch.no_grad():
        return measured(model, img, [v.detach() for v in coordinates], space)


def measured(model: Model, img: Tensor, coordinates: list[Tensor], space: str) -> Inversion:
    """The latent of whitened coordinates, with its figures."""
    latent = to_latent(model, coordinates, space)
    drawn = model.render(latent)
    return Inversion(
        latent=latent,
        img=drawn,
        psnr_db=psnr_db(drawn, img).item(),
        perceptual=model.distance(drawn, img).item(),
        plausibility=mean_square(coordinates).item(),
    )


def mean_square(coordinates: list[Tensor]) -> Tensor:
    """Mean squared whitened coordinate, every layer counting the same."""
    return torch.stack([v.square().mean() for v in coordinates]).mean()


@torch.no_grad()
def start(model: Model, img: Tensor, space: str) -> list[Tensor]:
    """Where to begin: the encoder's answer averaged into the space, or the mean latent.

    Returns:
        Whitened maps [1, K, h_l, w_l]: one for shared spaces, else L.
    """
    layout = model.layout
    found = find_space(space, layout)
    if model.encoder is not None:
        maps = model.predict(img, model.encoder)
    else:
        mean = model.whitening.to_v(model.generator.mapping.w_avg[None, :, None, None])
        maps = [mean] * len(layout.layer_res)
    if found.shared:
        cells = cells_of(found.cells, (4, 4))
        return [torch.stack([pooled(v, cells) for v in maps]).mean(dim=0)]
    sizes = [cells_of(found.layer_cells(res), (4, 4)) for res in layout.layer_res]
    return [pooled(v, cells).clone() for v, cells in zip(maps, sizes, strict=True)]


def pooled(v: Tensor, cells: tuple[int, int]) -> Tensor:
    """Average a map into `cells`, or spread it over more."""
    if v.shape[2] >= cells[0]:
        return F.adaptive_avg_pool2d(v, cells)
    return F.interpolate(v, size=cells, mode="bilinear", align_corners=False)


def to_latent(model: Model, coordinates: list[Tensor], space: str) -> LatentMap:
    """The latent of whitened maps in a space."""
    layout: Layout = model.layout
    maps = [model.whitening.to_w(v) for v in coordinates]
    if find_space(space, layout).shared:
        maps = maps * len(layout.layer_res)
    return LatentMap(tuple(maps))


def set_lr(optimiser: torch.optim.Optimizer, passed: float) -> None:
    """Rise over the first 5 %, fall along a cosine over the last half."""
    rise = min(1.0, (passed + 0.02) / 0.05)
    fall = min(1.0, 2 * (1 - passed))
    for group in optimiser.param_groups:
        group["lr"] = PEAK_LR * rise * 0.5 * (1 - math.cos(math.pi * fall))
