"""`latentbrush faces`."""

import json
import re
from pathlib import Path

from PIL import Image

from models.images import to_pixels
from tests.fakes.commands import run
from training.portraits import render, sample_factors


def test_faces_are_found_and_told(tmp_path: Path) -> None:
    picture = tmp_path / "person.png"
    Image.fromarray(to_pixels(render(sample_factors(4242, 3, 1), 256))).save(picture)
    assert re.search(r"^0: eyes at \d+,\d+ and \d+,\d+, square .* % sure$", run("faces", picture))
    (face,) = json.loads(run("faces", picture, "--json"))["faces"]
    assert face["landmarks"]["eye_left"][0] < face["landmarks"]["eye_right"][0]
    nobody = tmp_path / "grey.png"
    Image.new("RGB", (64, 64)).save(nobody)
    assert "no face" in run("faces", nobody)
