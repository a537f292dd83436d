"""Draw the pictures of docs/results.md from the shipped weights: `make results`."""

from pathlib import Path

import torch
from PIL import Image, ImageDraw
from torch import Tensor
from tqdm import tqdm

from contracts.settings import SHIPPED_MODELS_DIR
from models.carry import composite
from models.edits import move, transplant
from models.images import to_img, to_pixels
from models.inversion import Inversion
from models.latents import embed
from models.model import Model, load_model
from training.evaluation.editing import place_of, unseen
from training.evaluation.inversion import Setting, encode
from training.evaluation.out_of_sample import CASES
from training.portraits import region_mask, sample_factors

OUT = Path(__file__).resolve().parent.parent / "docs" / "pictures"
SEED = 910_000  # of `latentbrush evaluate inversion`
STRANGE_SEED = 930_000
PEOPLE = 5
EDITED = ("hair_lightness", "mouth_open")
LABEL_PX = 22
CELLS = 64


def main() -> None:
    """Draw them all; the first is README's."""
    torch.set_num_threads(1)  # the same pictures on every machine
    model = load_model(SHIPPED_MODELS_DIR / "portraits")
    spaces(model).save(OUT / "results-spaces.png", optimize=True)
    out_of_sample(model).save(OUT / "results-out-of-sample.png", optimize=True)
    transplants(model).save(OUT / "results-transplants.png", optimize=True)


def settings_of(model: Model) -> dict[str, Setting]:
    """The columns: the spaces at equal steps, and the regularised default."""
    steps, weight = model.encoding.steps, model.encoding.regulariser
    plain = {name: Setting(name, "encoder", steps) for name in ("W", "W+", "S8", "S+")}
    return plain | {"S+, regularised": Setting("S+", "encoder", steps, weight)}


def spaces(model: Model) -> Image.Image:
    """A row for every person: the picture, what each space makes of it, and two edits."""
    factors, pictures = unseen(model, PEOPLE, SEED)
    columns: dict[str, Tensor] = {"unseen picture": pictures}
    found: dict[str, Inversion] = {}
    for name, setting in tqdm(settings_of(model).items(), desc="Spaces"):
        found[name] = encode(model, pictures, setting)
        columns[name] = found[name].img
    for name in EDITED:
        title = model.attributes.find(name)[0].title
        columns[title] = painted(model, factors, pictures, found["S+, regularised"], name)
    return table(columns)


@torch.no_grad()
def painted(model: Model, factors: Tensor, pictures: Tensor, found: Inversion, name: str) -> Tensor:
    """An attribute painted at its place on every picture, two σ up."""
    attribute, direction = model.attributes.find(name)
    latent = embed(found.latent, "S+", model.layout)
    shown = []
    for i in range(len(pictures)):
        mask = place_of(factors[i : i + 1], name)
        after = model.render(move(latent.picture(i), direction, 2.0, mask, attribute.layers))
        before = found.img[i : i + 1]
        shown.append(to_img(composite(to_pixels(pictures[i : i + 1]), before, after, mask)))
    return torch.cat(shown)


def out_of_sample(model: Model) -> Image.Image:
    """A row for every case: the picture, W+, S+ regularised, and the left person edited."""
    size = model.layout.resolution
    both = {k: v for k, v in settings_of(model).items() if k in ("W+", "S+, regularised")}
    rows = []
    for case, draw in tqdm(CASES.items(), desc="Out of sample"):
        factors = sample_factors(STRANGE_SEED, 0, 4)
        img = draw(factors, size)[1:2]
        found = {name: encode(model, img, setting) for name, setting in both.items()}
        edited = left_edited(model, factors[1:2], case, img, found["S+, regularised"])
        shown = [img, *(f.img for f in found.values()), edited]
        rows.append((case, torch.cat(shown)))
    titles = ["the picture", "W+", "S+, regularised", "hair painted"]
    width = max(cells.shape[3] for _, cells in rows)
    sheet = Image.new("RGB", (120 + 4 * (width + 8), LABEL_PX + len(rows) * (size + 8)), "white")
    pen = ImageDraw.Draw(sheet)
    for k, title in enumerate(titles):
        pen.text((124 + k * (width + 8), 5), title, fill="black")
    for row, (case, cells) in enumerate(rows):
        top = LABEL_PX + row * (size + 8)
        pen.text((6, top + size // 2 - 6), case, fill="black")
        for k in range(4):
            sheet.paste(Image.fromarray(to_pixels(cells[k : k + 1])), (120 + k * (width + 8), top))
    return sheet


@torch.no_grad()
def left_edited(model: Model, factors: Tensor, case: str, img: Tensor, found: Inversion) -> Tensor:
    """The left, or only, person's hair made lighter."""
    attribute, direction = model.attributes.find("hair_lightness")
    if case == "twice as large":  # the middle of the mask, too
        mask = region_mask(factors, "hair", 2 * CELLS)
        mask = mask[:, :, CELLS // 2 : -CELLS // 2, CELLS // 2 : -CELLS // 2]
    else:
        mask = region_mask(factors, "hair", CELLS)
    if img.shape[3] > img.shape[2]:
        mask = torch.cat([mask, torch.zeros_like(mask)], dim=3)
    latent = embed(found.latent, "S+", model.layout)
    after = model.render(move(latent, direction, 2.5, mask, attribute.layers))
    return to_img(composite(to_pixels(img), found.img, after, mask))


@torch.no_grad()
def transplants(model: Model) -> Image.Image:
    """Parts of one picture painted into another: mouth, hair, eyes."""
    factors, pictures = unseen(model, PEOPLE, SEED)
    with torch.enable_grad():
        found = encode(model, pictures, settings_of(model)["S+, regularised"])
    latent = embed(found.latent, "S+", model.layout)
    columns: dict[str, list[Tensor]] = {"base": [], "donor": []}
    for i in range(PEOPLE):
        donor = (i + 1) % PEOPLE
        columns["base"].append(pictures[i : i + 1])
        columns["donor"].append(pictures[donor : donor + 1])
        for region in ("mouth", "eyes", "hair"):
            mask = region_mask(factors[i : i + 1], region, CELLS)
            after = model.render(
                transplant(latent.picture(i), latent.picture(donor), mask, (0.0, 0.0))
            )
            before = found.img[i : i + 1]
            shown = to_img(composite(to_pixels(pictures[i : i + 1]), before, after, mask))
            columns.setdefault(f"donor's {region}", []).append(shown)
    return table({title: torch.cat(cells) for title, cells in columns.items()})


def table(columns: dict[str, Tensor]) -> Image.Image:
    """Pictures [N, 3, R, R] of every column below its title."""
    first = next(iter(columns.values()))
    num, size = len(first), first.shape[2]
    sheet = Image.new("RGB", (len(columns) * size, LABEL_PX + num * size), "white")
    pen = ImageDraw.Draw(sheet)
    for k, (title, pictures) in enumerate(columns.items()):
        pen.text((k * size + 6, 5), title, fill="black")
        for row in range(num):
            cell = Image.fromarray(to_pixels(pictures[row : row + 1]))
            sheet.paste(cell, (k * size, LABEL_PX + row * size))
    return sheet


if __name__ == "__main__":
    main()
