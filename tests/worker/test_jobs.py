"""A job at the bench when memory runs out: tried once more, then an error that says so."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from contracts.errors import Busy, ModelUnavailable
from contracts.ids import new_job_id
from contracts.jobs import (
    NOTHING_GIVEN,
    JobKind,
    JobRecord,
    JobStatus,
    Result,
    begun,
    canceled,
    left_to_batch,
    new_record,
)
from contracts.requests import GenerateRequest, GenerateResult
from models.step import Report, Step, silent
from service.files import Files
from service.folder import Folder
from service.job_store import JobStore, Transition
from service.store import files_at
from tests.fakes.fake_editor import FakeEditor
from tests.fakes.live_server import write_model
from worker import jobs
from worker.desk import Desk
from worker.jobs import again_if_memory_runs_out, translated
from worker.ports import Encoded
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
            def generate(self, wanted: GenerateRequest, on_step: Report = silent) -> Encoded:
                if small.failures:
                    small.failures -= 1
                    raise OutOfMemoryError
                return super().generate(wanted, on_step)

        return Hungry(model_dir.name, 64, device)

    def drawn_again(self) -> Result:
        return again_if_memory_runs_out(self.task.bench, lambda: perform(self.task, RECORD))


class Away(Folder):
    """A store that cannot be written to so many times."""

    def __init__(self, root: Path, times: int) -> None:
        super().__init__(root)
        self.times = times

    def write(self, name: str, data: bytes) -> None:
        self.times -= 1
        if self.times >= 0:
            raise Busy("the store does not answer")
        super().write(name, data)


class Kept:
    """The one job that there is."""

    def __init__(self, record: JobRecord) -> None:
        self.record = record

    def change(self, _job_id: str, transition: Transition) -> JobRecord | None:
        after = transition(self.record)
        self.record = after or self.record
        return after


def bench_of(home: Path, kept: Kept, files: Files) -> Workbench:
    write_model(home)
    return Workbench(
        WorkerSettings(data_dir=home),
        cast(JobStore, kept),
        files,
        lambda model_dir, device: FakeEditor(model_dir.name, 64, device),
        "cpu",
        "worker",
        lambda: False,
        lambda: None,
    )


def test_a_job_waits_for_its_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "AWAY_S", 0.0)
    kept = Kept(RECORD.model_copy(update={"given": NOTHING_GIVEN}))
    jobs.use(bench_of(tmp_path, kept, Away(tmp_path / "store", times=3)))
    for _ in range(3):
        jobs.run(RECORD.job_id)
        assert (kept.record.status, kept.record.attempt) == (JobStatus.QUEUED, 0)
    jobs.run(RECORD.job_id)
    assert (kept.record.status, kept.record.attempt) == (JobStatus.SUCCEEDED, 1)


def test_work_goes_on_unseen_where_previews_cannot_be_kept(tmp_path: Path) -> None:
    running = begun(RECORD, "worker")
    bench = bench_of(tmp_path, Kept(running), Away(tmp_path / "store", times=1))
    reporter = jobs.Reporter(bench, running)
    reporter.report(Step(1, 2, "Optimising", np.zeros((4, 4, 3), np.uint8)))
    kept = cast(Kept, bench.store).record
    assert (kept.progress.step, kept.preview) == (1, None)


def test_a_canceled_job_is_not_left_to_batch() -> None:
    kept = Kept(begun(RECORD, "worker"))
    reporter = jobs.Reporter(cast(Workbench, SimpleNamespace(store=kept)), kept.record)
    assert reporter.change(left_to_batch)
    assert (kept.record.queue, kept.record.status) == ("batch", JobStatus.QUEUED)
    kept.record = canceled(kept.record)
    assert not reporter.change(left_to_batch)
    assert kept.record.status == JobStatus.CANCELED


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
