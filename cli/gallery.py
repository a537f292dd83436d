"""The pictures beside a model's weights: a preview, and a strip for every found direction."""

from pathlib import Path
from typing import TYPE_CHECKING

from contracts.catalog import PREVIEW, strip_path

if TYPE_CHECKING:
    from rich.progress import Progress
    from torch import Tensor

    from models.model import Model


def write_gallery(model: "Model", folder: Path, progress: "Progress") -> None:
    """Draw the preview, and the strips that are missing."""
    from models.gallery import preview, strip

    if not (folder / PREVIEW).exists():
        write_picture(preview(model), folder / PREVIEW)
    pairs = zip(model.attributes.attributes, model.attributes.directions, strict=True)
    missing = [(a, d) for a, d in pairs if a.source and not strip_path(folder, a.id).exists()]
    for attribute, direction in progress.track(missing, description="Drawing directions"):
        write_picture(strip(model, direction), strip_path(folder, attribute.id))


def write_picture(img: "Tensor", path: Path) -> None:
    """Write a picture [1, 3, H, W]."""
    from PIL import Image

    from models.images import to_pixels

    path.parent.mkdir(exist_ok=True)
    Image.fromarray(to_pixels(img)).save(path, quality=85)
