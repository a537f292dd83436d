"""`latentbrush data`: procedural pictures with their factors."""

import csv
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from cli.output import say
from contracts.errors import InvalidRequest

SETS = ("portraits",)


def data(
    name: Annotated[str, typer.Argument(help="portraits")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder to write.")],
    count: Annotated[int, typer.Option(min=1, help="Pictures.")] = 64,
    seed: Annotated[int, typer.Option(min=0, help="Row i depends on (seed, i) alone.")] = 0,
    size: Annotated[int, typer.Option(min=16, max=2048, help="Pixels per side.")] = 128,
) -> None:
    """Draw a procedural data set: PNGs and factors.csv."""
    from PIL import Image

    from models.images import to_pixels
    from training.portraits import FACTORS, render, sample_factors

    if name not in SETS:
        raise InvalidRequest(f"no data set {name!r}; there are: {', '.join(SETS)}")
    out.mkdir(parents=True, exist_ok=True)
    with (out / "factors.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["image", *(factor.name for factor in FACTORS)])
        for start in track(range(0, count, 32), description="Drawing"):
            factors = sample_factors(seed, start, min(32, count - start))
            for i, img in enumerate(render(factors, size)):
                image = f"{start + i:06d}.png"
                Image.fromarray(to_pixels(img[None])).save(out / image)
                table.writerow([image, *(f"{value:.5f}" for value in factors[i].tolist())])
    say(f"{out}: {count} pictures of {size}×{size} px and factors.csv")
