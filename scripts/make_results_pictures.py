"""Draw the pictures of docs/results.md from the shipped weights: `make results`."""

from pathlib import Path

import torch
from PIL import Image, ImageDraw
from torch import Tensor
from tqdm import tqdm

from models.description import SHIPPED_DIR
from models.images import to_img, to_pixels
from models.inversion import Inversion
from models.latents import embed
from models.model import Model, load_model
from models.painting import Edit, Move, Subject, Transplant, paint
from models.twins import Twins, find_twin, twin_steps
from training.evaluation.inversion import Setting, encode
from training.evaluation.out_of_sample import CASES
from training.evaluation.people import place_of, unseen
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
    model = load_model(SHIPPED_DIR / "portraits")
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


def subject_of(model: Model, img: Tensor, found: Inversion, i: int) -> Subject:
    """One of some encoded pictures, with its twin."""
    twin = find_twin(model, img[i : i + 1], twin_steps(model)).latent
    faithful = embed(found.latent, "S+", model.layout).picture(i)
    return Subject(model, Twins(faithful, embed(twin, "S+", model.layout)))


@torch.no_grad()
def after(subject: Subject, img: Tensor, edit: Edit) -> Tensor:
    """A picture [1, 3, H, W] after one edit, as the product shows it."""
    return to_img(paint(subject, to_pixels(img), [edit]))


def painted(model: Model, factors: Tensor, pictures: Tensor, found: Inversion, name: str) -> Tensor:
    """An attribute painted at its place on every picture, two σ up."""
    shown = []
    for i in range(len(pictures)):
        move = Move(place_of(factors[i : i + 1], name), name, 2.0)
        shown.append(after(subject_of(model, pictures, found, i), pictures[i : i + 1], move))
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


def left_edited(model: Model, factors: Tensor, case: str, img: Tensor, found: Inversion) -> Tensor:
    """The left, or only, person's hair made lighter."""
    if case == "twice as large":  # the middle of the mask, too
        mask = region_mask(factors, "hair", 2 * CELLS)
        mask = mask[:, :, CELLS // 2 : -CELLS // 2, CELLS // 2 : -CELLS // 2]
    else:
        mask = region_mask(factors, "hair", CELLS)
    if img.shape[3] > img.shape[2]:
        mask = torch.cat([mask, torch.zeros_like(mask)], dim=3)
    return after(subject_of(model, img, found, 0), img, Move(mask, "hair_lightness", 2.5))


def transplants(model: Model) -> Image.Image:
    """Parts of one picture painted into another: mouth, hair, eyes."""
    factors, pictures = unseen(model, PEOPLE, SEED)
    found = encode(model, pictures, settings_of(model)["S+, regularised"])
    subjects = [subject_of(model, pictures, found, i) for i in range(PEOPLE)]
    columns: dict[str, list[Tensor]] = {"base": [], "donor": []}
    for i, subject in enumerate(subjects):
        donor = (i + 1) % PEOPLE
        columns["base"].append(pictures[i : i + 1])
        columns["donor"].append(pictures[donor : donor + 1])
        for region in ("mouth", "eyes", "hair"):
            mask = region_mask(factors[i : i + 1], region, CELLS)
            shown = after(subject, pictures[i : i + 1], Transplant(mask, subjects[donor].twins))
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
