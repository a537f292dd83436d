"""Draw every picture of README, docs and MODEL_CARD from the shipped model: `make pictures`.

The screenshots are made by `scripts/make_screenshots.py`.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from cli.pick import open_model
from models.adopt import adopt
from models.description import PREVIEW, SHIPPED_DIR
from models.gallery import preview, strip
from models.images import to_pixels
from models.inversion import invert
from models.model import Model
from training.aerial import view
from training.crops import metres_per_pixel
from training.drawn import PEOPLE as PEOPLE_SET
from training.evaluation.editing import changed
from training.evaluation.people import encoded
from training.evaluation.sheet import contact_sheet
from training.generated import draw_latents
from training.portraits import render, sample_factors
from training.runs import grid_of

OUT = Path(__file__).resolve().parent.parent / "docs" / "pictures"
SAMPLES_DIR = OUT.parent.parent / "frontend" / "samples"
SAMPLE_SEED = 940_000
SAMPLES = {"Ada": 23, "Noor": 31, "Elias": 38, "Kim": 4, "Ruth": 32}
LAND_SAMPLES = {"Valley": 940_001, "Village": 940_006, "Coast": 940_017}
UNSEEN_SEED = 930_000
SHOWN = ("hat", "glasses", "beard", "hair_length", "hair_lightness", "smile", "skin_tone")
LANDS = (13, 10, 7)
PEOPLE = (0, 5, 2)  # rows of the unseen seed
FOUND_SHOWN = 6  # the first two of every band


def main() -> None:
    """Draw them all."""
    OUT.mkdir(parents=True, exist_ok=True)
    draw_page_samples()
    model = open_model("portraits")
    save("data", grid_of(render(sample_factors(5, 0, 32), 128), columns=8))
    drawn = grid_of(PEOPLE_SET.render(PEOPLE_SET.sample(5, 0, 24), 256), columns=8)
    Image.fromarray(to_pixels(drawn)).save(OUT / "data-people.webp", quality=88)
    save("data-aerial", torch.cat([view(seed, 0, 0, 240, 360).img for seed in LANDS], dim=2)[None])
    latent = draw_latents(model, 64, torch.Generator().manual_seed(1))
    save("samples", grid_of(model.render(latent), columns=8))
    save("encoding", encoding_rows(model, 8))
    people = encoded(model, torch.cat([sample_factors(UNSEEN_SEED, row, 1) for row in PEOPLE]), 2)
    contact_sheet(model, people).save(OUT / "attributes.webp", quality=80)
    contact_sheet(model, people, SHOWN).save(OUT / "edits.png", optimize=True)
    save("directions", found_directions(model))
    preview_path = SHIPPED_DIR / model.card.id / PREVIEW
    Image.fromarray(to_pixels(preview(model))).save(preview_path, quality=85)


def draw_page_samples() -> None:
    """The gallery of the start page: people that no network has been trained on."""
    index = []
    for title, row in SAMPLES.items():
        file = f"{title.lower()}.png"
        img = render(sample_factors(SAMPLE_SEED, row, 1), 384)
        Image.fromarray(to_pixels(img)).save(SAMPLES_DIR / file, optimize=True)
        index.append({"file": file, "title": title, "model": "portraits"})
    sharpness = metres_per_pixel(open_model("aerial").layout.resolution)
    for title, seed in LAND_SAMPLES.items():
        file = f"{title.lower()}.png"
        img = view(seed, 0, 0, 360, 520, pixel_m=sharpness).img[None]
        Image.fromarray(to_pixels(img)).save(SAMPLES_DIR / file)
        index.append({"file": file, "title": title, "model": "aerial"})
    save("mask-hair", hair_of(sample_factors(SAMPLE_SEED, SAMPLES["Ada"], 1)))
    (SAMPLES_DIR / "index.json").write_text(json.dumps(index, indent=2) + "\n")


def hair_of(factors: Tensor) -> Tensor:
    """A mask [1, 3, 128, 128], −1 and 1: where a picture changes with the hair's colour."""
    light, dark = (render(changed(factors, "hair_lightness", s), 128) for s in (2.0, -2.0))
    shows = ((light - dark).abs().amax(dim=1, keepdim=True) > 0.1).float()
    return (F.max_pool2d(shows, 3, 1, 1) * 2 - 1).expand(-1, 3, -1, -1)


def found_directions(model: Model) -> Tensor:
    """What is found without labels in the bundled network, added as if it were a stranger's."""
    stranger = adopt(model.generator, model.card, model.device)
    shown = zip(stranger.attributes.attributes, stranger.attributes.directions, strict=True)
    strips = [strip(stranger, direction) for _, direction in list(shown)[:FOUND_SHOWN]]
    return torch.cat(strips, dim=2)


def save(name: str, img: Tensor) -> None:
    """Write a picture [1, 3, H, W] as PNG."""
    Image.fromarray(to_pixels(img)).save(OUT / f"{name}.png", optimize=True)


def encoding_rows(model: Model, count: int) -> Tensor:
    """Rows: unseen pictures, the encoder alone, the default steps."""
    pictures = render(sample_factors(UNSEEN_SEED, 0, count), model.layout.resolution)
    rows = [pictures]
    for steps in (0, None):
        found = [invert(model, img, steps=steps).img for img in tqdm(torch.split(pictures, 1))]
        rows.append(torch.cat(found).cpu())
    return grid_of(torch.cat(rows), columns=count)


if __name__ == "__main__":
    main()
