"""Pictures larger than memory: drawn tile by tile into a file beside them, then written out.

The unfinished picture is `OUT.partial`: raw RGB on disk, of which the operating system keeps in
memory what it likes. `OUT.partial.txt` says what is being drawn, and then which tiles are done, so
an interrupted command goes on where it stopped.
"""

import json
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from contracts.errors import InvalidRequest

if TYPE_CHECKING:
    from rich.progress import Progress

    from models.land import Land

SUFFIXES = (".png", ".tif", ".tiff")
STRIP = 256  # rows that are written at a time


class Mosaic:
    """A picture in the making.

    Args:
        size: width and height.
        about: everything that the pixels depend on; another picture is not gone on with.
    """

    def __init__(self, out: Path, size: tuple[int, int], about: Mapping[str, Any]) -> None:
        if out.suffix.lower() not in SUFFIXES:
            raise InvalidRequest(f"-o: {out.name} must end in {', '.join(SUFFIXES)}")
        self.out = out
        self.raw = out.with_name(out.name + ".partial")
        self.notes = out.with_name(out.name + ".partial.txt")
        self.about = json.dumps(dict(about) | {"size": list(size)}, sort_keys=True)
        width, height = size
        self.done: set[int] = set()
        if self.raw.exists() and self.notes.exists():
            first, *lines = self.notes.read_text().splitlines() or [""]
            if first == self.about:
                self.done = {int(line) for line in lines if line.isdecimal()}
        if not self.done:
            check_room(width * height * 3, out)
            self.notes.write_text(self.about + "\n")
        self.pixels: NDArray[np.uint8] = np.memmap(
            self.raw, np.uint8, "r+" if self.done else "w+", shape=(height, width, 3)
        )

    def note(self, tile: int) -> None:
        """Remember that a tile is done: a line for each."""
        with self.notes.open("a") as file:
            file.write(f"{tile}\n")

    def finish(self, is_globe: bool) -> None:
        """Write the picture, and take the unfinished one away.

        Args:
            is_globe: it is all of a globe.
        """
        from models.pictures.writing import write_png, write_tiff

        height, width, _ = self.pixels.shape
        strips = (self.pixels[top : top + STRIP] for top in range(0, height, STRIP))
        temporary = self.out.with_name(self.out.name + ".tmp")
        if self.out.suffix.lower() == ".png":
            write_png(temporary, (width, height), strips)
        else:
            write_tiff(temporary, (width, height), strips, is_globe)
        temporary.replace(self.out)
        self.raw.unlink()
        self.notes.unlink(missing_ok=True)


def check_room(num_bytes: int, out: Path) -> None:
    """Refuse a picture for which the disk has no room, unpacked.

    Raises:
        InvalidRequest: it has not.
    """
    free = shutil.disk_usage(out.resolve().parent).free
    if num_bytes > free:
        raise InvalidRequest(
            f"--size: that takes {num_bytes / 1e9:,.0f} GB of disk, and {free / 1e9:,.0f} are free"
        )


def draw_mosaic(
    land: "Land", mosaic: Mosaic, tile: int, threads: int, progress: "Progress"
) -> None:
    """Draw the tiles that are missing, some at a time."""
    from models.images import to_pixels
    from models.land import tiles_of

    height, width, _ = mosaic.pixels.shape
    tiles = dict(enumerate(tiles_of(width, height, tile)))
    missing = [k for k in tiles if k not in mosaic.done]

    def drawn(k: int) -> int:
        top, left, rows, columns = tiles[k]
        img = land.draw(top, left, rows, columns)
        mosaic.pixels[top : top + rows, left : left + columns] = to_pixels(img)
        return k

    title = "Drawing tiles" if len(missing) == len(tiles) else "Going on with the tiles"
    with ThreadPoolExecutor(threads) as pool:
        for k in progress.track(pool.map(drawn, missing), len(missing), description=title):
            mosaic.note(k)
