"""`latentbrush data`: procedural pictures and squares of the Earth, with what is in them."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import track

from cli.output import say
from contracts.errors import InvalidRequest

if TYPE_CHECKING:
    from torch import Tensor

SETS = ("portraits", "people", "aerial", "planet")
SHEET_ROWS = 12
MAX_PLANET_PX = 256  # of what lies further from the middle a plane shows less than there is


def data(
    name: Annotated[str, typer.Argument(help="portraits, people, aerial or planet")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder to write.")],
    count: Annotated[int, typer.Option(min=1, help="Pictures.")] = 64,
    seed: Annotated[int, typer.Option(min=0, help="Row i depends on (seed, i) alone.")] = 0,
    size: Annotated[int, typer.Option(min=16, max=2048, help="Pixels per side.")] = 128,
    held_out: Annotated[
        bool, typer.Option("--held-out", help="planet: the parts that are held out for figures.")
    ] = False,
) -> None:
    """Draw a data set: PNGs and factors.csv; of aerial and planet, the factors' maps as well."""
    if name not in SETS:
        raise InvalidRequest(f"no data set {name!r}; there are: {', '.join(SETS)}")
    if name == "planet" and size > MAX_PLANET_PX:
        raise InvalidRequest(f"planet: at most {MAX_PLANET_PX} px, which are 2,560 km")
    out.mkdir(parents=True, exist_ok=True)
    if name == "aerial":
        write_aerial(out, count, seed, size)
    elif name == "planet":
        write_planet(out, count, seed, size, held_out)
    else:
        write_people(name, out, count, seed, size)
    say(f"{out}: {count} pictures of {size}×{size} px and factors.csv")


def write_people(name: str, out: Path, count: int, seed: int, size: int) -> None:
    """People of a drawn set and a seed, and what was drawn in each."""
    from PIL import Image

    from models.images import to_pixels
    from training.drawn import DRAWN

    drawn = DRAWN[name]
    with (out / "factors.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["image", *drawn.names])
        for start in track(range(0, count, 32), description="Drawing"):
            factors = drawn.sample(seed, start, min(32, count - start))
            for i, img in enumerate(drawn.render(factors, size)):
                image = f"{start + i:06d}.png"
                Image.fromarray(to_pixels(img[None])).save(out / image)
                table.writerow([image, *(f"{value:.5f}" for value in factors[i].tolist())])


def write_aerial(out: Path, count: int, seed: int, size: int) -> None:
    """The origin of lands `seed`, `seed` + 1, …; the maps as safetensors, uint8 of 255; and their
    means."""
    from training.aerial import MAPS, view

    drawn = ((f"{seed + i:06d}", view(seed + i, 0, 0, size, size)) for i in range(count))
    write_views(out, MAPS, ((name, land.img, land.maps) for name, land in drawn), count)


def write_planet(out: Path, count: int, seed: int, size: int, is_held_out: bool) -> None:
    """Squares 0, 1, … of a seed, as aerial has them; where each lies, and a sheet of the first
    with their maps beside them."""
    import torch
    from PIL import Image

    from models.images import to_pixels
    from training.planet import MAPS, PARTS, PIXEL_KM, open_earth, place_of, view

    earth, within = open_earth(), PARTS if is_held_out else ()
    places = [place_of(earth, seed, i, size * PIXEL_KM, within) for i in range(count)]
    drawn = ((f"{i:06d}", view(earth, place, size)) for i, place in enumerate(places))
    write_views(out, MAPS, ((name, seen.img, seen.maps) for name, seen in drawn), count)
    with (out / "places.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["image", "latitude", "longitude", "turn", "is_mirrored"])
        for i, place in enumerate(places):
            table.writerow([f"{i:06d}.png", *vars(place).values()])
    rows = []
    for place in places[:SHEET_ROWS]:
        seen = view(earth, place, size)
        rows.append(torch.cat([seen.img, *(2 * m.expand(3, -1, -1) - 1 for m in seen.maps)], dim=2))
    Image.fromarray(to_pixels(torch.cat(rows, dim=1)[None])).save(out / "sheet.png")


def write_views(
    out: Path, names: Sequence[str], views: Iterable[tuple[str, "Tensor", "Tensor"]], count: int
) -> None:
    """Pictures [3, H, W] as PNGs, their maps [M, H, W] as safetensors, and the means of these."""
    import torch
    from PIL import Image
    from safetensors.torch import save_file

    from models.images import to_pixels

    with (out / "factors.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["image", *names])
        for image, img, maps in track(views, description="Drawing", total=count):
            Image.fromarray(to_pixels(img[None])).save(out / f"{image}.png")
            levels = (maps * 255).round().to(torch.uint8)
            save_file(dict(zip(names, levels.unbind(0), strict=True)), out / f"{image}.safetensors")
            means = maps.mean(dim=(1, 2)).tolist()
            table.writerow([f"{image}.png", *(f"{value:.5f}" for value in means)])
