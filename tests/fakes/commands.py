"""Running a command as the shell would, and the pictures that commands take and make."""

from pathlib import Path

import numpy as np
from PIL import Image
from typer.testing import CliRunner

from cli.main import app

runner = CliRunner()


def run(*arguments: object) -> str:
    result = runner.invoke(app, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def photo(path: Path, seed: int = 0, size: tuple[int, int] = (60, 40)) -> Path:
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def pixels_of(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)
