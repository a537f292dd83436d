"""The picture of the Earth, its heights and its waters, as three files of known hashes."""

import functools
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from training.errors import TrainingError
from training.planet.maps import maps_of

FILES = {
    "earth-blue-marble.jpg": "228deba2e4b600146bdcb6cfa359b8ead6aacc2b1c13550a29cd82824cfa1c01",
    "earth-topology.png": "839b12da2e4dd346b256cebae72e10c479a102c8980a22084c41275e4b9a0e12",
    "earth-water.png": "3a8132db56aac4e64e7fcbf2928ee970c075ac6a96b38798d0bb8be82836a4d3",
}
"""Colours, heights and waters with their SHA-256. Source: NASA's Blue Marble (public domain), as
three-globe 2.45.2 has it (`scripts/fetch_earth.py`)."""
VARIABLE = "LATENTBRUSH_EARTH"
COARSE = 8  # pixels per side of which the coarse layers are means


@dataclass(frozen=True, eq=False)
class Earth:
    """Everything in plate carrée: columns from 180° W eastwards, rows from 90° N southwards.

    Attributes:
        layers: uint8 [3 + M, H, W], the colours above the maps, in 255ths.
        coarse: uint8 [3 + M, H / 8, W / 8], the same from afar.
    """

    layers: Tensor
    coarse: Tensor

    @staticmethod
    def of(colours: Tensor, heights: Tensor, water: Tensor) -> "Earth":
        """The Earth of three pictures; the last two are brought to the first one's size.

        Args:
            colours: uint8 [3, H, W]; H and W are multiples of `COARSE`.
            heights: uint8 [h, w].
            water: uint8 [h, w], 255 where there is some.
        """
        size = (colours.shape[1], colours.shape[2])

        def enlarged(layer: Tensor) -> Tensor:
            return F.interpolate(layer[None, None].float(), size, mode="bilinear")[0, 0]

        maps = maps_of(colours.float(), enlarged(heights), enlarged(water) / 255)
        layers = torch.cat([colours, maps.mul_(255).round_().to(torch.uint8)])
        small = [F.avg_pool2d(layer[None].float(), COARSE).round() for layer in layers]
        return Earth(layers, torch.cat(small).to(torch.uint8))


def earth_folder() -> Path:
    """Where the three files lie: `LATENTBRUSH_EARTH`, or `earth` in the data folder."""
    home = Path(os.environ.get("LATENTBRUSH_DATA_DIR", "~/.latentbrush"))
    return Path(os.environ.get(VARIABLE, home / "earth")).expanduser()


@functools.cache
def open_earth() -> Earth:
    """Read the Earth, which takes some seconds, once.

    Raises:
        TrainingError: a file is not there, or is another one.
    """
    pictures = [read_layer(earth_folder() / name, digest) for name, digest in FILES.items()]
    return Earth.of(pictures[0], pictures[1][0], pictures[2][0])


def read_layer(path: Path, digest: str) -> Tensor:
    """One picture: uint8 [3, H, W].

    Raises:
        TrainingError: it is not there, or is another one.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TrainingError(
            f"{path} is not there: python -m scripts.fetch_earth, or set LATENTBRUSH_EARTH"
        ) from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise TrainingError(f"{path} is another file than the one that is wanted (SHA-256)")
    with Image.open(path) as file:
        pixels = np.array(file.convert("RGB"))
    return torch.from_numpy(pixels).permute(2, 0, 1).contiguous()
