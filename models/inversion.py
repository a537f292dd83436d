"""Inversion: find the latent of a picture by optimisation, starting from the encoder.

The unknowns are whitened coordinates, so one learning rate fits every direction, and generated
latents are N(0, 1), which the regulariser compares them with. Noise stays constant: optimised noise
would be a second latent that hides what the space can do. Ours; schedule after Karras et al. 2020
(projector).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from models.coarse import Targets, sizes_of
from models.errors import NoEncoder, ShapeError
from models.latents import SQUARE, Cells, LatentMap, Layout, cells_of, embed, find_space
from models.metrics import psnr_db
from models.model import Model
from models.regularisers import Regulariser, like_generated, mean_square
from models.windows import predict_windows

PEAK_LR = 0.1  # in whitened units per step, of so many steps or more; of fewer, less
LONG = 20  # steps
PERCEPTUAL_WEIGHT = 0.05  # against the mean squared error in [-1, 1]
PREVIEW_EVERY = 10  # steps

OnStep = Callable[[int, int, Tensor | None], None]
"""(step, steps, pictures [N, 3, H, W] now and then); may raise to stop."""


@dataclass(frozen=True)
class Inversion:
    """What was found for N pictures.

    Attributes:
        img: [N, 3, H, W], what the generator makes of it.
        psnr_db, perceptual: [N], against the pictures.
        plausibility: [N], mean squared whitened coordinate; 1 for generated latents.
    """

    latent: LatentMap
    img: Tensor
    psnr_db: Tensor
    perceptual: Tensor
    plausibility: Tensor


def invert(
    model: Model,
    img: Tensor,
    *,
    space: str | None = None,
    steps: int | None = None,
    regulariser: float | None = None,
    measure: Regulariser = like_generated,
    begin: LatentMap | None = None,
    sizes: Sequence[int] | None = None,
    on_step: OnStep = lambda step, steps, preview: None,
) -> Inversion:
    """Find the latents of pictures, each by itself; of large ones in coarse drawings first.

    Args:
        img: [N, 3, H, W] in [-1, 1]; H and W are multiples of a quarter of the model's resolution.
        space: where to look; the model's default if None.
        steps: optimisation steps; 0 is the encoder alone.
        regulariser: weight of `measure`; the model's default if None.
        begin: where to start; what the encoder says if None, or the mean latent without one.
        sizes: the resolution that each step draws at; those of `models/coarse.py` if None.

    Raises:
        ShapeError: the pictures are not of a size that the model draws, or `begin` is of another.
        SpaceError: no such space.
        NoEncoder: there are no steps, and no encoder.
    """
    base = base_of(model.layout, img)
    settings = model.encoding
    space = space or settings.space
    steps = settings.steps if steps is None else steps
    weight = settings.regulariser if regulariser is None else regulariser
    if begin is None and steps == 0 and model.encoder is None:
        raise NoEncoder(f"{model.card.id} has no encoder: it needs steps")
    coordinates = averaged(model, begin_maps(model, img, base, begin), space, base)

    def latent() -> LatentMap:
        return to_latent(model, coordinates, space, base)

    for v in coordinates:
        v.requires_grad_(steps > 0)
    optimiser = torch.optim.Adam(coordinates, lr=PEAK_LR, betas=(0.9, 0.99))
    resolution, shared = model.layout.resolution, find_space(space, model.layout).shared
    targets = Targets(model, img, sizes or sizes_of(resolution, steps, shared))
    for step, size in enumerate(targets.sizes):
        set_lr(optimiser, peak_lr(steps), step / steps)
        target, whole = targets.at(step, latent)
        drawn = model.render(latent(), size)
        error = (drawn - target).square().mean(dim=(1, 2, 3))
        loss = error + PERCEPTUAL_WEIGHT * model.distance(drawn, target)
        if weight > 0:
            loss = loss + weight * measure(seen(coordinates, model.layout, size))
        optimiser.zero_grad(set_to_none=True)
        loss.sum().backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        if size == resolution and step % PREVIEW_EVERY == 0:
            whole = drawn.detach()
        on_step(step + 1, steps, whole)
    with torch.no_grad():
        return measured(model, img, latent())


@torch.no_grad()
def measured(model: Model, img: Tensor, latent: LatentMap) -> Inversion:
    """A latent with its figures."""
    drawn = model.render(latent)
    return Inversion(
        latent=latent,
        img=drawn,
        psnr_db=psnr_db(drawn, img),
        perceptual=model.distance(drawn, img),
        plausibility=mean_square([model.whitening.to_v(wmap) for wmap in latent.layers]),
    )


def base_of(layout: Layout, img: Tensor) -> Cells:
    """The base of pictures [N, 3, H, W]: coarsest cells down and across, (4, 4) for R × R.

    Raises:
        ShapeError: a side is not a multiple of the coarsest cell, or smaller than the model's.
    """
    cell = layout.resolution // SQUARE[0]
    if img.ndim != 4 or img.shape[1] != 3:
        raise ShapeError(f"img: expected [N, 3, H, W], got {list(img.shape)}")
    height, width = img.shape[2:]
    if height % cell or width % cell:
        raise ShapeError(f"img: sides are multiples of {cell} px, got {list(img.shape)}")
    if min(height, width) < layout.resolution:
        raise ShapeError(f"img: no side is under {layout.resolution} px, got {list(img.shape)}")
    return height // cell, width // cell


@torch.no_grad()
def begin_maps(model: Model, img: Tensor, base: Cells, begin: LatentMap | None) -> list[Tensor]:
    """L whitened maps to begin with, of any number of cells."""
    if begin is not None:
        if begin.base != base or begin.layers[0].shape[0] != len(img):
            raise ShapeError("begin: that latent is of a picture of another shape")
        fine = embed(begin, "S+", model.layout)
        return [model.whitening.to_v(wmap) for wmap in fine.layers]
    if model.encoder is not None:
        return predict_windows(model, model.encoder, img, base)
    mean = model.whitening.to_v(model.generator.mapping.w_avg[None, :, None, None])
    return [mean.expand(len(img), -1, -1, -1)] * model.generator.num_ws


def averaged(model: Model, maps: list[Tensor], space: str, base: Cells) -> list[Tensor]:
    """Whitened maps [N, K, h_l, w_l] averaged into a space: one for shared spaces, else L."""
    layout = model.layout
    found = find_space(space, layout)
    if found.shared:
        cells = cells_of(found.cells, base)
        return [torch.stack([pooled(v, cells) for v in maps]).mean(dim=0)]
    sizes = [cells_of(found.layer_cells(res), base) for res in layout.layer_res]
    return [pooled(v, cells).clone() for v, cells in zip(maps, sizes, strict=True)]


def pooled(v: Tensor, cells: Cells) -> Tensor:
    """Average a map into `cells`, or spread it over more."""
    if v.shape[2] >= cells[0]:
        return F.adaptive_avg_pool2d(v, cells)
    return F.interpolate(v, size=cells, mode="bilinear", align_corners=False)


def to_latent(model: Model, coordinates: list[Tensor], space: str, base: Cells) -> LatentMap:
    """The latent of whitened maps in a space."""
    maps = [model.whitening.to_w(v) for v in coordinates]
    if find_space(space, model.layout).shared:
        maps = maps * len(model.layout.layer_res)
    return LatentMap(tuple(maps), base)


def seen(coordinates: list[Tensor], layout: Layout, size: int) -> list[Tensor]:
    """The maps that a drawing at that resolution depends on: the others rest."""
    if len(coordinates) == 1:
        return coordinates
    pairs = zip(coordinates, layout.layer_res, strict=True)
    return [v for v, res in pairs if res <= size]


def peak_lr(steps: int) -> float:
    """The highest rate of a search of so many steps: with few, large ones leave no time to settle.

    Measured at 3 to 60 steps (decision 13).
    """
    return PEAK_LR * min(1.0, math.sqrt(steps / LONG))


def set_lr(optimiser: torch.optim.Optimizer, peak: float, passed: float) -> None:
    """Rise over the first 5 %, fall along a cosine over the last half."""
    rise = min(1.0, (passed + 0.02) / 0.05)
    fall = min(1.0, 2 * (1 - passed))
    for group in optimiser.param_groups:
        group["lr"] = peak * rise * 0.5 * (1 - math.cos(math.pi * fall))
