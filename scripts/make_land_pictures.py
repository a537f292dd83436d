"""Draw the pictures of docs/land.md and of the model's card from the shipped model of land:
`make pictures`."""

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from cli.pick import open_model
from contracts.catalog import PREVIEW
from contracts.settings import SHIPPED_MODELS_DIR
from models.gallery import preview
from models.images import resize_img, to_img, to_pixels
from models.land import Land
from models.land_painting import Stroke, draw_painted
from models.latents import cells_of, embed
from models.model import Model
from models.painting import Move, Subject, paint
from models.twins import Twins, find_twin
from scripts.make_pictures import OUT, SAMPLES_DIR
from worker.sizes import drawn_size

SEED = 4
WINDOW = (0, 0, 400, 960)
COHERENCES = (1.5, 4.0, 12.0)
PAINTED = (  # attribute, strength, middle and radius in pixels
    ("wet", 3.0, (120, 640), 100),
    ("wood", 2.0, (290, 180), 100),
    ("snow", 2.0, (230, 800), 90),
)
SAMPLES = ("valley", "village", "coast")
ON_SAMPLES = ("wet", "wood", "snow", "autumn")
ELLIPSE = 0.55  # of half a sample's sides
THUMBNAIL = (180, 260)


@torch.inference_mode()
def main() -> None:
    """Draw them all."""
    model = open_model("aerial")
    land = Land(model, SEED)
    before = land.draw(*WINDOW)
    save("land", before)
    save("land-painting", torch.cat([before, gap(before), painted(land)], dim=2))
    rows = [Land(model, SEED, coherence).draw(0, 0, 300, 320) for coherence in COHERENCES]
    save("land-coherence", torch.cat(rows, dim=3))
    encoded = [torch.cat(painted_on(model, name), dim=3) for name in SAMPLES]
    save("land-encoded", torch.cat(encoded, dim=2))
    Image.fromarray(to_pixels(preview(model))).save(
        SHIPPED_MODELS_DIR / model.card.id / PREVIEW, quality=85
    )


def save(name: str, img: Tensor) -> None:
    """Write a picture [1, 3, H, W] as WebP: PNG would take ten times the bytes."""
    Image.fromarray(to_pixels(img)).save(OUT / f"{name}.webp", quality=88)


def painted(land: Land) -> Tensor:
    """The window with three round strokes."""
    strokes = [stroke(land.model, *each) for each in PAINTED]
    return draw_painted(land, strokes, WINDOW)


def painted_on(model: Model, name: str) -> list[Tensor]:
    """A sample, what its twin draws, and it with an ellipse of each attribute."""
    pixels = np.asarray(Image.open(SAMPLES_DIR / f"{name}.png").convert("RGB"))
    size = (pixels.shape[0], pixels.shape[1])
    img = to_img(pixels).to(model.device)
    twin = find_twin(model, resize_img(img, drawn_size(size, model)).clamp(-1, 1), 0)
    plain = embed(twin.latent, "S+", model.layout)
    subject = Subject(model, Twins(plain, plain))
    down, across = (torch.linspace(-1, 1, side) for side in cells_of(model.layout.grid, plain.base))
    ellipse = (down[:, None] ** 2 + across[None] ** 2 < ELLIPSE**2).float()[None, None]
    edits = [Move(ellipse.to(model.device), attribute, 2.0) for attribute in ON_SAMPLES]
    shown = [pixels, to_pixels(subject.plain().img), *(paint(subject, pixels, [e]) for e in edits)]
    return [resize_img(to_img(each), THUMBNAIL) for each in shown]


def stroke(
    model: Model, attribute: str, strength: float, middle: tuple[int, int], radius: int
) -> Stroke:
    """A round dab with a soft rim."""
    places = torch.arange(2 * radius) + 0.5 - radius
    away = torch.hypot(places[:, None], places[None])
    mask = ((radius - away) / (0.4 * radius)).clamp(0, 1)[None, None]
    top, left = middle[0] - radius, middle[1] - radius
    return Stroke(attribute, strength, top, left, mask.to(model.device))


def gap(img: Tensor) -> Tensor:
    """A white line between two pictures."""
    return torch.ones_like(img[:, :, :8])


if __name__ == "__main__":
    main()
