"""How long does encoding take in coarse drawings, against a search that draws all in full?

    python -m benchmarks.encoding [--resolution 1024] [--steps 60] [--json OUT.json]

Time does not depend on the weights, so random ones do: of the official size, with the colours of
each block reduced until a drawing at half the size is as far from the picture shrunk as with the
released model of portraits (34 dB). The picture is the model's own, of a latent that differs from
cell to cell, with noise. Both searches start from the mean latent, the
coarse one with the steps that imported models of that size have; what is reported is processor
time, with a matrix product of 1024³ beside it, and PSNR of the whole. Then the released model, on
portraits that it has not seen, with half of its size as the coarse one, which it does not use:
how near that comes. 1024 px take a quarter of an hour, 512 px eight minutes.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from benchmarks.drawing import build
from cli.pick import open_model
from models.coarse import sizes_of
from models.inversion import Inversion, invert, pooled
from models.latents import LatentMap
from models.metrics import psnr_db
from models.model import Model
from training.portraits import render, sample_factors

COLOURS, FALL = 0.3, 0.35  # of the first block, and the power of the resolution that they fall by
NOISE = 0.05  # of the range from −1 to 1
CELLS = 8  # a side that the latent of the picture differs among
APART = 0.5  # σ, from cell to cell and layer to layer
UNSEEN_SEED = 950_000
FINISH = 6  # steps in full of sixty, of the released model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resolution", type=int, default=1024)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    figures = {"steps": options.steps, "released": released(options.steps)}
    figures |= {f"{options.resolution} px": compared(options.resolution, options.steps)}
    text = json.dumps(figures, indent=1)
    if options.json:
        options.json.write_text(text + "\n")
    print(text)  # noqa: T201


def compared(resolution: int, steps: int) -> dict[str, Any]:
    """A search in coarse drawings and one in full, of the same picture."""
    model = with_falling_colours(build(resolution, torch.float32))
    img = picture_of(model)
    half = half_drawn_db(model)
    full = [resolution] * steps
    coarse = sizes_of(resolution, model.encoding.steps, shared=False)
    products = [product_ms()]
    told: dict[str, Any] = {}
    for name, sizes in (("coarse", coarse), ("full", full)):
        found, seconds = timed(partial(searched, model, img, sizes))
        told |= {f"{name}_s": round(seconds, 1), f"{name}_db": round(found.psnr_db.item(), 2)}
        products.append(product_ms())
    return told | {
        "full / coarse": round(told["full_s"] / told["coarse_s"], 2),
        "lost_db": round(told["full_db"] - told["coarse_db"], 2),
        "drawn_at": {size: coarse.count(size) for size in dict.fromkeys(coarse)},
        "half_drawn_db": round(half, 1),
        "matmul_ms": round(statistics.median(products), 1),
    }


def released(steps: int, count: int = 4) -> dict[str, float]:
    """The released model of portraits, on unseen ones: what coarse steps lose."""
    model = replace(open_model("portraits", "cpu"), dtype=torch.float32)
    size = model.layout.resolution
    img = render(sample_factors(UNSEEN_SEED, 0, count), size)
    finish = steps * FINISH // 60
    told: dict[str, float] = {}
    coarse = [size // 2] * (steps - finish) + [size] * finish
    for name, sizes in (("coarse", coarse), ("full", [size] * steps)):
        found, seconds = timed(partial(searched, model, img, sizes))
        told |= {f"{name}_s": round(seconds, 1)}
        told |= {f"{name}_db": round(found.psnr_db.median().item(), 2)}
        told |= {f"{name}_perceptual": round(found.perceptual.median().item(), 4)}
    return told


def searched(model: Model, img: Tensor, sizes: list[int]) -> Inversion:
    """What a search with steps of those sizes finds."""
    return invert(model, img, space="S+", steps=len(sizes), sizes=sizes)


def with_falling_colours(model: Model) -> Model:
    """Random weights whose fine blocks add less, as those of trained networks do."""
    with torch.no_grad():
        for block in model.generator.synthesis.blocks():
            block.torgb.weight.mul_(COLOURS * (4 / block.res) ** FALL)
    return model


@torch.no_grad()
def picture_of(model: Model) -> Tensor:
    """A picture [1, 3, R, R] that the model can nearly draw."""
    rng = torch.Generator().manual_seed(0)
    k, grid = model.whitening.num_live, model.layout.grid
    whole = torch.randn(1, k, 1, 1, generator=rng)
    maps = []
    for res in model.layout.layer_res:
        side, cells = min(res, CELLS), min(res, grid)
        v = whole + APART * torch.randn(1, k, side, side, generator=rng)
        maps.append(model.whitening.to_w(pooled(v, (cells, cells))))
    drawn = model.render(LatentMap(tuple(maps)))
    return (drawn + NOISE * torch.randn(drawn.shape, generator=rng)).clamp(-1, 1)


@torch.no_grad()
def half_drawn_db(model: Model) -> float:
    """How near a drawing at half the size is to the picture, shrunk."""
    z = torch.randn(1, model.generator.config.z_dim, generator=torch.Generator().manual_seed(1))
    latent = model.generator.broadcast(model.generator.mapping(z))
    size = model.layout.resolution // 2
    shrunk = torch.nn.functional.avg_pool2d(model.render(latent), 2)
    return psnr_db(model.render(latent, size), shrunk).item()


def timed(do: Callable[[], Inversion]) -> tuple[Inversion, float]:
    """What comes of doing something, and the processor time of it."""
    begun = time.process_time()
    found = do()
    return found, time.process_time() - begun


def product_ms() -> float:
    """Milliseconds of a product of matrices of 1024²."""
    square = torch.randn(1024, 1024)
    times = []
    for _ in range(9):
        begun = time.process_time()
        square @ square
        times.append(1000 * (time.process_time() - begun))
    return statistics.median(times)


if __name__ == "__main__":
    main()
