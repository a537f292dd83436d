"""Strips are drawn when somebody looks, of the direction as it was found, and kept."""

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from PIL import Image

from contracts.models import AttributeChange
from contracts.requests import StripRequest
from models.adopt import adopt
from models.description import PREVIEW, strip_path
from models.errors import AttributeUnknown
from models.gallery import strip
from models.generator import Drawing, Generator, GeneratorConfig, SynthesisNetwork
from models.model import Card
from models.step import Step
from service.catalog import change_attribute
from service.job_store import JobStore
from service.store import files_at
from tests.fakes.checkpoints import write_official
from tests.fakes.reference import random_weights
from worker.adoption import About, Files, adopt_files
from worker.desk import Desk
from worker.editor import load_editor
from worker.gallery import draw_strip
from worker.settings import WorkerSettings
from worker.task import Task
from worker.workbench import Workbench


@pytest.fixture
def told() -> list[Step]:
    """What was said of the import."""
    return []


@pytest.fixture
def folder(tmp_path: Path, told: list[Step]) -> Path:
    """A model that was imported."""
    write_official(tmp_path / "mine.pkl", random_weights(64, w_dim=32, channel_max=32, layers=2))
    folder = tmp_path / "models" / "mine"
    files, about = Files(tmp_path / "mine.pkl"), About("Mine", "CC0-1.0")
    adopt_files(files, folder, about, "cpu", told.append)
    return folder


def task_at(home: Path) -> Task:
    settings = WorkerSettings(data_dir=home)
    bench = Workbench(
        settings,
        cast(JobStore, None),
        files_at(settings.store_url),
        load_editor,
        "cpu",
        "worker",
        lambda: False,
        lambda: None,
    )
    return Task(bench, Desk(bench.files, "anna"), lambda step: None)


def test_an_import_draws_no_strip_and_tells_how_far_it_is(folder: Path, told: list[Step]) -> None:
    assert (folder / PREVIEW).exists() and not (folder / "strips").exists()
    assert [(step.step, step.steps) for step in told] == [(k, 4) for k in range(4)]


def test_a_strip_is_drawn_once_and_as_it_was_found(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, path = task_at(tmp_path), strip_path(folder, "coarse-1")
    draw_strip(task, StripRequest(model="mine", attribute="coarse-1"))
    first = np.asarray(Image.open(path))
    assert first.shape == (64, 5 * 64, 3)
    assert [each.name for each in path.parent.iterdir()] == ["coarse-1.webp"]
    path.unlink()
    change_attribute(folder, "coarse-1", AttributeChange(flipped=True))
    turned = task_at(tmp_path)
    draw_strip(turned, StripRequest(model="mine", attribute="coarse-1"))
    assert (np.asarray(Image.open(path)) == first).all(), "the page turns it around itself"

    def never(*_: object, **__: object) -> torch.Tensor:
        raise AssertionError("it is there")

    monkeypatch.setattr(SynthesisNetwork, "draw", never)
    draw_strip(turned, StripRequest(model="mine", attribute="coarse-1"))
    with pytest.raises(AttributeUnknown):
        draw_strip(turned, StripRequest(model="mine", attribute="wings"))


def test_a_strip_of_what_moves_fine_layers_alone_shows_the_middle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However large the model is, no more is drawn than of a small one."""
    torch.manual_seed(0)
    config = GeneratorConfig(512, 16, 16, 0, 512, 8, 2, grid=8)
    generator = Generator(config).eval().requires_grad_(False)
    model = adopt(generator, Card("large", "Large", "random weights", "MIT"), torch.device("cpu"))
    direction = torch.zeros(generator.num_ws, 16)
    direction[-2:] = 3.0
    drawn: list[tuple[int, int]] = []
    draw = SynthesisNetwork.draw

    def counted(self: SynthesisNetwork, *given: Any, **options: Any) -> Drawing:
        found = draw(self, *given, **options)
        drawn.append((found.img.shape[2], found.img.shape[3]))
        return found

    monkeypatch.setattr(SynthesisNetwork, "draw", counted)
    fine = strip(model, direction)
    assert fine.shape == (1, 3, 96, 5 * 96)
    assert set(drawn) == {(256, 256)}
    assert (fine[..., :96] - fine[..., -96:]).abs().mean() > 0.01, "what moves is seen"
    drawn.clear()
    strip(model, torch.ones(generator.num_ws, 16))
    assert set(drawn) == {(128, 128)}
