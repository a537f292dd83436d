"""Small models on disk, and a data folder of the tests' own."""

from pathlib import Path

import pytest

from models.model import save_model
from tests.fakes.tiny import tiny_land, tiny_model


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    save_model(tiny_model(), folder)
    return folder


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny-land"
    save_model(tiny_land(), folder)
    return folder


@pytest.fixture(autouse=True)
def _own_data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATENTBRUSH_DATA_DIR", str(tmp_path / "data"))
