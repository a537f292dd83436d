"""What every job has at hand: latents from before there were twins get theirs, once."""

from pathlib import Path
from typing import cast

from contracts.records import Given, LatentRecord
from contracts.requests import Metrics
from models.step import Report, silent
from service.blobs import BlobStore
from service.job_store import JobStore
from service.store import files_at
from tests.fakes.fake_editor import FakeEditor
from tests.fakes.live_server import write_model
from worker.desk import Desk
from worker.settings import WorkerSettings
from worker.task import Task
from worker.workbench import Workbench


class Completing(FakeEditor):
    """Adds a mark to what it has not completed yet."""

    def with_twin(self, tensor: bytes, on_step: Report) -> bytes:
        return tensor if tensor.endswith(b"+twin") else tensor + b"+twin"


def kept_latent(task: Task) -> LatentRecord:
    """An owner's latent from before there were twins."""
    return task.desk.add_latent(
        b"old",
        model="fake",
        model_version=task.bench.version("fake"),
        space="S+",
        grid=(8, 8),
        image_id="img",
        reconstruction_id="img",
        crop=(0, 0, 1, 1),
        metrics=Metrics(psnr_db=1.0, perceptual=0.0, perceptual_metric="fake"),
        timings_ms={},
    )


def test_an_old_latent_keeps_its_id_and_gets_a_twin(tmp_path: Path) -> None:
    write_model(tmp_path)
    settings = WorkerSettings(data_dir=tmp_path)
    files = files_at(settings.store_url)
    bench = Workbench(
        settings,
        cast(JobStore, None),
        files,
        lambda folder, device: Completing(folder.name, 64, device),
        "cpu",
        "worker",
        lambda: False,
        lambda: None,
    )
    before = Task(bench, Desk(files, "anna"), silent)
    editor = before.editor("fake")
    record = kept_latent(before)
    task = Task(bench, Desk(files, "anna", Given(latents={record.latent_id: record})), silent)
    fetch = task.tensors_for(editor)
    assert fetch(record.latent_id) == b"old+twin"
    assert BlobStore(files).find(task.desk.made.tensors[record.latent_id]) == b"old+twin"
    made = task.desk.made
    assert fetch(record.latent_id) == b"old+twin"
    assert task.desk.made == made, "it is looked for once"
