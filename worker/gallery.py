"""The pictures beside a model's weights: a preview, and a strip for every direction that has been
looked at."""

import os
import secrets
from pathlib import Path

from PIL import Image

from contracts.errors import ReadOnlyModel
from contracts.requests import StripRequest, StripResult
from models.description import PREVIEW, strip_path
from models.gallery import preview, strip
from models.images import Pixels, to_pixels
from models.model import Model
from models.step import Report, Step
from worker.task import Task

QUALITY = 85


def write_preview(model: Model, folder: Path) -> None:
    """Draw the preview, if it is missing."""
    if not (folder / PREVIEW).exists():
        write_picture(to_pixels(preview(model)), folder / PREVIEW)


def write_strips(model: Model, folder: Path, report: Report) -> None:
    """Draw the strips that are missing."""
    pairs = zip(model.attributes.attributes, model.attributes.directions, strict=True)
    missing = [(a, d) for a, d in pairs if a.source and not strip_path(folder, a.id).exists()]
    for k, (attribute, direction) in enumerate(missing):
        report(Step(k, len(missing), "Drawing directions"))
        write_picture(to_pixels(strip(model, direction)), strip_path(folder, attribute.id))


def draw_strip(task: Task, request: StripRequest) -> StripResult:
    """Draw the strip of one direction, unless it is there by now.

    Raises:
        ReadOnlyModel: it cannot be kept.
    """
    folder = task.bench.folder(request.model)
    path = strip_path(folder, request.attribute)
    if not path.exists():
        read_only = ReadOnlyModel(f"the folder of {request.model} takes no strips")
        if not os.access(folder, os.W_OK):  # seen before anything is drawn for nothing
            raise read_only
        pixels = task.editor(request.model).strip(request.attribute)
        try:
            write_picture(pixels, path)
        except OSError as error:
            raise read_only from error
    return StripResult()


def write_picture(pixels: Pixels, path: Path) -> None:
    """Write a picture in one step, so that nobody reads half of it."""
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_name(f".{path.stem}-{secrets.token_hex(4)}.tmp")
    try:
        Image.fromarray(pixels).save(temporary, "WEBP", quality=QUALITY)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
