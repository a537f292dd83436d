"""`latentbrush faces`."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cli.faces import squares_of
from contracts.errors import InvalidRequest
from models.model import load_model, save_model
from tests.fakes import people
from tests.fakes.commands import run


def test_faces_are_found_and_told(tmp_path: Path) -> None:
    picture = tmp_path / "person.png"
    Image.fromarray(people.person()).save(picture)
    assert re.search(r"^0: eyes at \d+,\d+ and \d+,\d+, square .* % sure$", run("faces", picture))
    (face,) = json.loads(run("faces", picture, "--json"))["faces"]
    assert face["landmarks"]["eye_left"][0] < face["landmarks"]["eye_right"][0]
    nobody = tmp_path / "grey.png"
    Image.new("RGB", (64, 64)).save(nobody)
    assert "no face" in run("faces", nobody)


@pytest.fixture
def aligned(tiny: Path, tmp_path: Path) -> Path:
    """A model that wants faces in FFHQ's square."""
    model = load_model(tiny)
    folder = tmp_path / "aligned"
    save_model(replace(model, card=replace(model.card, aligned="ffhq")), folder)
    return folder


def two_people(path: Path) -> Path:
    picture = people.two_people()
    Image.fromarray(picture).save(path)
    return path


def test_the_square_of_a_face_is_encoded(aligned: Path, tiny: Path, tmp_path: Path) -> None:
    picture = two_people(tmp_path / "two.png")

    def original_size(*options: object, model: Path = aligned) -> tuple[int, int]:
        out = tmp_path / "out.safetensors"
        run("encode", picture, "-o", out, "--model", model, "--steps", 0, *options)
        with Image.open(tmp_path / "out.original.png") as image:
            return image.size

    largest = original_size()
    assert largest != (256, 256)
    assert original_size("--face", 0) == largest
    assert original_size("--face", 1)[0] < 0.75 * largest[0]
    assert original_size("--face", "none") == (256, 256)
    assert original_size(model=tiny) == (256, 256), "it takes any part of a picture"
    original_size("--face", "all")
    assert (tmp_path / "out-0.safetensors").exists() and (tmp_path / "out-1.safetensors").exists()


@pytest.mark.parametrize("face", ["2", "-1", "first"])
def test_a_face_that_is_not_there(aligned: Path, tmp_path: Path, face: str) -> None:
    picture = two_people(tmp_path / "two.png")
    out = tmp_path / "out.safetensors"
    with pytest.raises(InvalidRequest, match="0 to 1"):
        run("encode", picture, "-o", out, "--model", aligned, "--steps", 0, "--face", face)


def test_a_drawn_portrait_is_aligned_already() -> None:
    pixels = people.person()
    (square,) = squares_of(pixels, "portraits", None)
    assert np.array_equal(square, pixels)
    (aligned,) = squares_of(pixels, "portraits", "0")
    assert not np.array_equal(aligned, pixels)
