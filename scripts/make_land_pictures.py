"""Draw the pictures of docs/land.md and of the model's card from the shipped model of land:
`make pictures`."""

import torch
from PIL import Image
from torch import Tensor

from cli.pick import open_model
from contracts.catalog import PREVIEW
from contracts.settings import SHIPPED_MODELS_DIR
from models.gallery import preview
from models.images import to_pixels
from models.land import Land
from models.land_painting import Stroke, draw_painted
from models.model import Model
from scripts.make_pictures import OUT

SEED = 4
WINDOW = (0, 0, 400, 960)
COHERENCES = (1.5, 4.0, 12.0)
PAINTED = (  # attribute, strength, middle and radius in pixels
    ("wet", 3.0, (120, 640), 100),
    ("wood", 2.0, (290, 180), 100),
    ("town", 2.5, (300, 440), 90),
)


def main() -> None:
    """Draw them all."""
    model = open_model("aerial")
    land = Land(model, SEED)
    before = land.draw(*WINDOW)
    save("land", before)
    save("land-painting", torch.cat([before, gap(before), painted(land)], dim=2))
    rows = [Land(model, SEED, coherence).draw(0, 0, 300, 320) for coherence in COHERENCES]
    save("land-coherence", torch.cat(rows, dim=3))
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
