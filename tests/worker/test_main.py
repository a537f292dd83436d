"""A worker that cannot start says why in one line."""

from pathlib import Path

import pytest
from fake_editor import load_editor

from contracts.errors import StartError
from worker.main import resolved_device, run
from worker.settings import WorkerSettings


def test_no_broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    with pytest.raises(StartError, match="REDIS_URL"):
        run(WorkerSettings(data_dir=tmp_path), load_editor)


@pytest.mark.parametrize("queues", [[], ["fast"], ["interactive", ""]])
def test_no_such_queue(tmp_path: Path, queues: list[str]) -> None:
    settings = WorkerSettings(data_dir=tmp_path, redis_url="redis://127.0.0.1:1")
    with pytest.raises(StartError, match="interactive, batch"):
        run(settings, load_editor, queues=queues)


def test_a_device_that_is_named_is_taken() -> None:
    assert resolved_device("cuda:1") == "cuda:1"
