"""The pictures beside a model's weights: a preview, and a strip for every found direction."""

from collections.abc import Callable
from pathlib import Path

from PIL import Image
from torch import Tensor

from contracts.catalog import PREVIEW, strip_path
from models.gallery import preview, strip
from models.images import to_pixels
from models.model import Model
from worker.ports import Step


def write_gallery(model: Model, folder: Path, report: Callable[[Step], None]) -> None:
    """Draw the preview, and the strips that are missing."""
    if not (folder / PREVIEW).exists():
        write_picture(preview(model), folder / PREVIEW)
    pairs = zip(model.attributes.attributes, model.attributes.directions, strict=True)
    missing = [(a, d) for a, d in pairs if a.source and not strip_path(folder, a.id).exists()]
    for k, (attribute, direction) in enumerate(missing):
        report(Step(k, len(missing), "Drawing directions"))
        write_picture(strip(model, direction), strip_path(folder, attribute.id))


def write_picture(img: Tensor, path: Path) -> None:
    """Write a picture [1, 3, H, W]."""
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(to_pixels(img)).save(path, quality=85)
