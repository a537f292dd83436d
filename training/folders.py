"""Pictures of the user's own in a folder, by the decoder that the editor has.

What cannot be read is named and left out: one bad file among thousands ends no training.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from tqdm import tqdm

from models.errors import PictureError
from models.pictures import Picture, decode
from training.errors import TrainingError

Read = TypeVar("Read")

SUFFIXES = {
    ".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif"
}  # fmt: skip
MAX_PIXELS = 2**28  # of one picture: 16,384 px a side, 0.8 GB decoded


def picture_paths(folder: Path) -> list[Path]:
    """The files below a folder that are pictures by their names; hidden ones, such as macOS'
    `._name.png`, are not.

    Raises:
        TrainingError: there are none.
    """
    found = [path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES]
    shown = sorted(path for path in found if path.is_file() and not path.name.startswith("."))
    if not shown:
        raise TrainingError(f"--data: no pictures in {folder}")
    return shown


def read_picture(path: Path) -> Picture:
    """A picture, upright and in sRGB.

    Raises:
        TrainingError: it cannot be read; the message says why.
    """
    try:
        return decode(path.read_bytes(), MAX_PIXELS)
    except (PictureError, OSError) as error:
        raise TrainingError(f"{path.name}: {error}") from error


def each_read(paths: Sequence[Path], read: Callable[[Path], Read]) -> Iterator[Read]:
    """What `read` makes of every file, with a bar of progress; files that it cannot read are named
    and left out.

    Raises:
        TrainingError: it can read none.
    """
    left: list[TrainingError] = []
    for path in tqdm(paths, desc="Reading pictures", unit="picture"):
        try:
            made = read(path)
        except TrainingError as error:
            left.append(error)
            tqdm.write(f"left out: {error}")
            continue
        yield made
    if len(left) == len(paths):
        raise TrainingError(f"--data: none of {len(paths)} pictures can be read; {left[0]}")
