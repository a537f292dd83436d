"""The Editor as a notebook uses it, and the page of the docs that shows how."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import latentbrush
from models.editor import Editor
from models.errors import AttributeUnknown, CheckpointError, ShapeError
from models.images import Pixels
from models.latents import Stored
from models.painting import Move
from models.step import Step
from tests.fakes.tiny import tiny_land, tiny_model

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def editor() -> Editor:
    return Editor(tiny_model())


@pytest.fixture
def pixels() -> Pixels:
    return np.random.default_rng(0).integers(0, 256, (40, 44, 3), dtype=np.uint8)


def test_a_picture_is_encoded_and_painted_on_within_its_mask(
    editor: Editor, pixels: Pixels
) -> None:
    steps: list[Step] = []
    found = editor.encode(pixels, steps=3, report=steps.append)
    assert steps[-1].step == steps[-1].steps
    assert found.latents.space == editor.model.encoding.space
    mask = torch.zeros(1, 1, 32, 32)
    mask[..., :8, :8] = 1
    subject = editor.subject(found.latents)
    edited = editor.edit(subject, pixels, [Move(mask, "smile", 3.0)])
    assert edited.shape == pixels.shape and edited.dtype == np.uint8
    assert not np.array_equal(edited[:8, :8], pixels[:8, :8])
    assert np.array_equal(edited[-8:, -8:], pixels[-8:, -8:])
    assert np.array_equal(editor.edit(subject, pixels, []), pixels)


def test_what_a_model_cannot_do_is_a_typed_error(editor: Editor) -> None:
    latents, drawn = editor.generate(3)
    subject = editor.subject(latents)
    with pytest.raises(AttributeUnknown):
        editor.edit(subject, drawn, [Move(torch.ones(1, 1, 4, 4), "wings", 1.0)])
    with pytest.raises(ShapeError):
        editor.generate(0, size=(64, 48))
    with pytest.raises(ShapeError):
        editor.check(latents, (1000, 10))
    with pytest.raises(CheckpointError):
        Editor.load("no-such-model")
    assert issubclass(CheckpointError, latentbrush.ModelError)


def test_a_seed_is_the_same_picture_and_land_has_any_size(editor: Editor) -> None:
    latents, drawn = editor.generate(5)
    assert np.array_equal(editor.generate(5)[1], drawn)
    assert not np.array_equal(editor.generate(6)[1], drawn)
    editor.check(latents, drawn.shape[:2])
    land = Editor(tiny_land())
    side = land.model.layout.resolution
    _, wide = land.generate(1, size=(side, 2 * side))
    assert wide.shape == (side, 2 * side, 3)


def test_latents_get_a_twin_once(editor: Editor, pixels: Pixels) -> None:
    found = editor.encode(pixels, steps=2)
    alone = Stored(found.latents.latent, found.latents.space)
    both = editor.with_twin(alone)
    assert (both.plain is None) == (found.latents.plain is None)
    assert editor.with_twin(both) is both


def test_the_example_of_the_docs_does_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (code,) = re.findall(
        r"```python\n(.*?)```", (ROOT / "docs" / "python.md").read_text("utf-8"), re.DOTALL
    )
    _, drawn = Editor.load("portraits").generate(3)
    Image.fromarray(drawn).save(tmp_path / "person.png")
    monkeypatch.chdir(tmp_path)
    exec(
        compile(code.replace("encode(pixels)", "encode(pixels, steps=2)"), "python.md", "exec"), {}
    )
    hat = np.asarray(Image.open("hat.png"))
    changed = (hat != drawn).any(axis=2)
    assert changed[: len(hat) // 3].mean() > 0.1
    assert not changed[len(hat) // 2 :].any()
