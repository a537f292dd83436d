"""Draw the pictures of docs/land.md and of the models' cards from the shipped models of land:
`make pictures`."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from cli.pick import open_model
from models.description import PREVIEW, SHIPPED_DIR
from models.gallery import preview
from models.images import resize_img, to_img, to_pixels
from models.land import Land
from models.land_painting import PixelBox, Stroke, draw_painted
from models.latents import cells_of, embed
from models.model import Model
from models.painting import Move, Subject, paint
from models.sizes import drawn_size
from models.twins import Twins, find_twin
from scripts.make_pictures import OUT, SAMPLES_DIR

NODE = str(Path(sys.executable).parent / "node")  # as `make setup` installs it
PAGE = Path(__file__).resolve().parent.parent / "frontend"
SEED = 4
WINDOW = (0, 0, 400, 960)
COHERENCES = (1.5, 4.0, 12.0)
PLANET_WINDOW = (-120, -239, 240, 478)
PLANET_MIDDLE = (-200, -480, 400, 960)
STRIP_PX = 512
Dab = tuple[str, float, tuple[int, int], int]
PAINTED: tuple[Dab, ...] = (  # attribute, strength, middle and radius in pixels
    ("wet", 3.0, (120, 640), 100),
    ("wood", 2.0, (290, 180), 100),
    ("snow", 2.0, (230, 800), 90),
)
PLANET_SEEDS = (3, 6, 8, 0)
AFAR = 8  # times
PLANET_PAINTED: tuple[Dab, ...] = (
    ("land", 3.0, (180, 460), 130),
    ("sand", 3.0, (130, 80), 80),
    ("ice", 3.0, (310, 130), 80),
    ("land", -3.0, (70, 215), 65),
)
SAMPLES = ("valley", "village", "coast")
ON_SAMPLES = ("wet", "wood", "snow", "autumn")
ELLIPSE = 0.55  # of half a sample's sides
THUMBNAIL = (180, 260)


@torch.inference_mode()
def main() -> None:
    """Draw them all."""
    draw_aerial(open_model("aerial"))
    draw_planet(open_model("planet"))


def draw_aerial(model: Model) -> None:
    """Land, what coherence does, what is painted on it, and on samples."""
    land = Land(model, SEED)
    before = land.draw(*WINDOW)
    save("land", before)
    save("land-painting", torch.cat([before, gap(before), painted(land, PAINTED)], dim=2))
    rows = [Land(model, SEED, coherence).draw(0, 0, 300, 320) for coherence in COHERENCES]
    save("land-coherence", torch.cat(rows, dim=3))
    encoded = [torch.cat(painted_on(model, name), dim=3) for name in SAMPLES]
    save("land-encoded", torch.cat(encoded, dim=2))
    save_preview(model)


def draw_planet(model: Model) -> None:
    """Windows of worlds from near and from afar, and what is painted on one."""
    lands = [Land(model, seed) for seed in PLANET_SEEDS]
    near = [land.draw(*PLANET_WINDOW) for land in lands]
    save("planet", torch.cat([torch.cat(near[:2], dim=3), torch.cat(near[2:], dim=3)], dim=2))
    save("planet-afar", from_afar(lands[0]))
    before = lands[0].draw(*PLANET_MIDDLE)
    after = painted(lands[0], PLANET_PAINTED, PLANET_MIDDLE)
    save("planet-painting", torch.cat([before, gap(before), after], dim=2))
    save_preview(model)


def from_afar(land: Land) -> Tensor:
    """A window, seen from so many times as far."""
    top, left, height, width = (AFAR * side for side in PLANET_MIDDLE)
    strips = []
    for k in range(0, height, STRIP_PX):
        strip = land.draw(top + k, left, min(STRIP_PX, height - k), width)
        strips.append(F.avg_pool2d(strip, AFAR))
    return torch.cat(strips, dim=2)


def save_preview(model: Model) -> None:
    """What the start page shows of a model."""
    path = SHIPPED_DIR / model.card.id / PREVIEW
    Image.fromarray(to_pixels(preview(model))).save(path, quality=85)


def save(name: str, img: Tensor) -> None:
    """Write a picture [1, 3, H, W] as WebP: PNG would take ten times the bytes."""
    Image.fromarray(to_pixels(img)).save(OUT / f"{name}.webp", quality=88)


def painted(land: Land, dabs: Sequence[Dab], window: PixelBox = WINDOW) -> Tensor:
    """A window with dabs of the page's brush, whose middles are places in it."""
    strokes = []
    for attribute, strength, (row, column), radius in dabs:
        middle = (window[0] + row, window[1] + column)
        strokes.append(stroke(land.model, attribute, strength, middle, radius))
    return draw_painted(land, strokes, window)


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
    """A dab of the page's brush as it is at first, by the page's own code."""
    point = {"x": middle[1], "y": middle[0]}
    tip = {"radius": radius, "softness": 0.2, "raggedness": 0.6}
    code = (
        f"import {{ painted }} from '{PAGE}/js/land/stroke.js';"
        f"const {{ box, mask }} = painted([{json.dumps(point)}], {json.dumps(tip)});"
        "console.log(JSON.stringify({ box, ...mask, values: [...mask.values] }));"
    )
    run = [NODE, "--input-type=module", "--eval", code]
    drawn = json.loads(subprocess.run(run, check=True, capture_output=True, text=True).stdout)
    left, top, width, height = drawn["box"]
    cells = torch.tensor(drawn["values"]).reshape(1, 1, drawn["height"], drawn["width"])
    mask = F.interpolate(cells, (height, width), mode="bilinear", align_corners=False)
    return Stroke(attribute, strength, top, left, mask.to(model.device))


def gap(img: Tensor) -> Tensor:
    """A white line between two pictures."""
    return torch.ones_like(img[:, :, :8])


if __name__ == "__main__":
    main()
