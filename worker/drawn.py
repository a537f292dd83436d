"""What is drawn of a land as a file: tiles in memory, exports as they come."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from contracts.lands import DrawRequest
from contracts.records import ImageRecord
from models.pictures.writing import write_png, write_tiff, write_webp
from worker.ports import Pixels
from worker.task import Task

MEDIA_TYPES = {"png": "image/png", "webp": "image/webp", "tiff": "image/tiff"}


def keep_drawn(task: Task, request: DrawRequest, strips: Iterator[Pixels]) -> ImageRecord:
    """Make a picture of a drawn box.

    Args:
        strips: of the picture, from the top.
    """
    file, size = request.file, request.size
    if file is None:
        return task.add_pixels(np.concatenate(list(strips)))

    def write(path: Path) -> None:
        match file.format:
            case "png":
                write_png(path, size, strips)
            case "tiff":
                write_tiff(path, size, strips, request.is_globe)
            case "webp":
                write_webp(path, size, strips, file.quality)

    return task.desk.add_written_image(write, MEDIA_TYPES[file.format], *size)
