"""`latentbrush data`: procedural pictures with their factors."""

import csv
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from cli.output import say
from contracts.errors import InvalidRequest

SETS = ("portraits", "aerial")


def data(
    name: Annotated[str, typer.Argument(help="portraits or aerial")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder to write.")],
    count: Annotated[int, typer.Option(min=1, help="Pictures.")] = 64,
    seed: Annotated[int, typer.Option(min=0, help="Row i depends on (seed, i) alone.")] = 0,
    size: Annotated[int, typer.Option(min=16, max=2048, help="Pixels per side.")] = 128,
) -> None:
    """Draw a procedural data set: PNGs and factors.csv; of aerial, the factors' maps as well."""
    if name not in SETS:
        raise InvalidRequest(f"no data set {name!r}; there are: {', '.join(SETS)}")
    out.mkdir(parents=True, exist_ok=True)
    if name == "aerial":
        write_aerial(out, count, seed, size)
    else:
        write_portraits(out, count, seed, size)
    say(f"{out}: {count} pictures of {size}×{size} px and factors.csv")


def write_portraits(out: Path, count: int, seed: int, size: int) -> None:
    """Portraits `seed`, and what was drawn in each."""
    from PIL import Image

    from models.images import to_pixels
    from training.portraits import FACTORS, render, sample_factors

    with (out / "factors.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["image", *(factor.name for factor in FACTORS)])
        for start in track(range(0, count, 32), description="Drawing"):
            factors = sample_factors(seed, start, min(32, count - start))
            for i, img in enumerate(render(factors, size)):
                image = f"{start + i:06d}.png"
                Image.fromarray(to_pixels(img[None])).save(out / image)
                table.writerow([image, *(f"{value:.5f}" for value in factors[i].tolist())])


def write_aerial(out: Path, count: int, seed: int, size: int) -> None:
    """The origin of lands `seed`, `seed` + 1, …; the maps as safetensors, uint8 of 255; and their
    means."""
    import torch
    from PIL import Image
    from safetensors.torch import save_file

    from models.images import to_pixels
    from training.aerial import MAPS, view

    with (out / "factors.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["image", *MAPS])
        for i in track(range(count), description="Drawing"):
            land = view(seed + i, 0, 0, size, size)
            image = f"{seed + i:06d}"
            Image.fromarray(to_pixels(land.img[None])).save(out / f"{image}.png")
            maps = (land.maps * 255).round().to(torch.uint8)
            save_file(dict(zip(MAPS, maps.unbind(0), strict=True)), out / f"{image}.safetensors")
            means = land.maps.mean(dim=(1, 2)).tolist()
            table.writerow([f"{image}.png", *(f"{value:.5f}" for value in means)])
