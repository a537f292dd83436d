"""Models are loaded once, and again only when they change; pictures are decoded once."""

import json
from pathlib import Path
from typing import cast

import pytest

from contracts.errors import ModelUnavailable, UnknownImage, UnknownModel
from contracts.records import Given
from models.step import silent
from service.catalog import Catalog
from service.job_store import JobStore
from service.store import files_at
from tests.fakes.fake_editor import FakeEditor
from tests.fakes.live_server import write_model
from tests.fakes.pictures import png
from worker.desk import Desk
from worker.settings import WorkerSettings
from worker.task import Task
from worker.workbench import Workbench


class Loads:
    """Counts what is loaded."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __call__(self, model_dir: Path, device: str) -> FakeEditor:
        self.names.append(model_dir.name)
        if model_dir.name == "broken":
            raise ValueError("no weights")
        config = json.loads((model_dir / "config.json").read_text())
        return FakeEditor(config["id"], config["resolution"], device)


@pytest.fixture
def loads() -> Loads:
    return Loads()


@pytest.fixture
def bench(tmp_path: Path, loads: Loads) -> Workbench:
    settings = WorkerSettings(data_dir=tmp_path, model_memory_mb=2)
    return Workbench(
        settings,
        cast(JobStore, None),
        files_at(settings.store_url),
        loads,
        "cpu",
        "worker",
        lambda: False,
        lambda: None,
    )


def test_a_model_is_loaded_once(bench: Workbench, loads: Loads, tmp_path: Path) -> None:
    write_model(tmp_path, "a")
    assert bench.editor("a") is bench.editor("a")
    assert loads.names == ["a"]
    assert bench.loaded_models() == ("a",)


def test_a_model_that_changed_is_loaded_again(
    bench: Workbench, loads: Loads, tmp_path: Path
) -> None:
    write_model(tmp_path, "a")
    bench.editor("a")
    before = bench.version("a")
    change_config(tmp_path / "models" / "a", title="Another name")
    bench.editor("a")
    assert (loads.names, bench.version("a")) == (["a"], before)
    change_config(tmp_path / "models" / "a", generator={"img_resolution": 8})
    bench.editor("a")
    assert loads.names == ["a", "a"]
    assert bench.version("a") != before


def test_a_model_with_another_encoder_is_loaded_again(
    bench: Workbench, loads: Loads, tmp_path: Path
) -> None:
    write_model(tmp_path, "a")
    bench.editor("a")
    before = bench.version("a")
    change_config(tmp_path / "models" / "a", files={"encoder.safetensors": "0"})
    bench.editor("a")
    assert (loads.names, bench.version("a")) == (["a", "a"], before)


def change_config(folder: Path, **values: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_the_one_used_longest_ago_makes_room(bench: Workbench, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        write_model(tmp_path, name)
        (tmp_path / "models" / name / "generator.safetensors").write_bytes(bytes(500_000))
    for name in ("a", "b", "a", "c"):
        bench.editor(name)
    assert bench.loaded_models() == ("a", "c")
    bench.free_memory()
    assert bench.loaded_models() == ()


def test_what_a_model_keeps_counts(bench: Workbench, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_model(tmp_path, name)
    first = bench.editor("a")
    assert isinstance(first, FakeEditor)
    first.kept_bytes = 10**9
    bench.editor("b")
    assert bench.loaded_models() == ("b",)


def test_a_model_beyond_the_budget_is_loaded_alone(bench: Workbench, tmp_path: Path) -> None:
    for name, size in (("small", 1000), ("large", 9_000_000)):
        write_model(tmp_path, name)
        (tmp_path / "models" / name / "generator.safetensors").write_bytes(bytes(size))
    for name in ("small", "large"):
        bench.editor(name)
    assert bench.loaded_models() == ("large",)


def test_what_fits_is_warmed_up(bench: Workbench, loads: Loads, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        write_model(tmp_path, name)
        (tmp_path / "models" / name / "generator.safetensors").write_bytes(bytes(500_000))
    bench._catalog = Catalog([tmp_path / "models"])
    bench.warm_up()
    assert loads.names == ["a", "b"]


def test_models_that_cannot_be(bench: Workbench, tmp_path: Path) -> None:
    write_model(tmp_path, "broken")
    with pytest.raises(ModelUnavailable):
        bench.editor("broken")
    with pytest.raises(UnknownModel):
        bench.editor("none")


def test_a_picture_is_decoded_once(bench: Workbench) -> None:
    record = Desk(bench.files, "anna").add_image(png(8, 6), "image/png", 8, 6)
    given = Given(images={record.image_id: record})
    one, other = (Task(bench, Desk(bench.files, "anna", given), silent) for _ in range(2))
    assert one.picture(record.image_id) is other.picture(record.image_id)
    with pytest.raises(UnknownImage):
        Task(bench, Desk(bench.files, "ben"), silent).picture(record.image_id)


def test_why_a_model_cannot_be_loaded_is_in_the_log(
    bench: Workbench, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_model(tmp_path, "broken")
    with pytest.raises(ModelUnavailable, match="log says why"):
        bench.editor("broken")
    assert "no weights" in caplog.text
