"""A job at the bench when memory runs out: tried once more, then an error that says so."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from fake_editor import FakeEditor
from live_server import write_model

from contracts.errors import ModelUnavailable
from contracts.ids import new_job_id
from contracts.job_store import JobStore
from contracts.jobs import JobKind, Result, new_record
from contracts.requests import GenerateRequest, GenerateResult
from contracts.store import files_at
from worker.desk import Desk
from worker.jobs import again_if_memory_runs_out, translated
from worker.ports import Encoded, Step, silent
from worker.settings import WorkerSettings
from worker.task import Task
from worker.tasks import perform
from worker.workbench import Workbench

RECORD = new_record(
    new_job_id(), "anna", JobKind.GENERATE, "interactive", GenerateRequest(model="fake", seed=1)
)


class OutOfMemoryError(RuntimeError):
    """Named like torch's."""


class Small:
    """A device on which so many pictures fail before one is drawn."""

    def __init__(self, home: Path, failures: int) -> None:
        write_model(home)
        settings = WorkerSettings(data_dir=home)
        self.failures = failures
        self.done: list[str] = []
        bench = Workbench(
            settings,
            cast(JobStore, None),
            files_at(settings.store_url),
            self.load,
            "cpu",
            "worker",
            lambda: False,
            lambda: self.done.append("released"),
        )
        self.task = Task(bench, Desk(bench.files, "anna"), lambda step: None)

    def load(self, model_dir: Path, device: str) -> FakeEditor:
        small = self
        small.done.append("loaded")

        class Hungry(FakeEditor):
            def generate(
                self, wanted: GenerateRequest, on_step: Callable[[Step], None] = silent
            ) -> Encoded:
                if small.failures:
                    small.failures -= 1
                    raise OutOfMemoryError
                return super().generate(wanted, on_step)

        return Hungry(model_dir.name, 64, device)

    def drawn_again(self) -> Result:
        return again_if_memory_runs_out(self.task.bench, lambda: perform(self.task, RECORD))


def test_a_job_is_tried_again_with_empty_memory(tmp_path: Path) -> None:
    small = Small(tmp_path, failures=1)
    result = small.drawn_again()
    assert isinstance(result, GenerateResult)
    assert small.done == ["loaded", "released", "loaded"]


def test_a_job_is_not_tried_for_ever(tmp_path: Path) -> None:
    small = Small(tmp_path, failures=2)
    with pytest.raises(OutOfMemoryError) as caught:
        small.drawn_again()
    assert isinstance(translated(caught.value, RECORD.kind), ModelUnavailable)
