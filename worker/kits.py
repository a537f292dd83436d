"""The job that makes a model of a kit's files, once they are there."""

import shutil
from pathlib import Path

from contracts.errors import InvalidRequest
from contracts.kits import Kit, Role
from contracts.requests import AdoptRequest, AdoptResult
from models.errors import ModelError
from models.step import Report
from service.known_kits import downloads_of
from worker.adoption import About, Adopted, Files, adopt_files
from worker.task import Task


def adopt_kit(task: Task, request: AdoptRequest) -> AdoptResult:
    """Make a model of a kit, and remove its files.

    Raises:
        InvalidRequest, ModelError: as `adopt_fetched` has them.
    """
    adopt_fetched(request.kit, task.bench.settings.home, task.bench.device, task.report)
    return AdoptResult(model=request.kit.name)


def adopt_fetched(kit: Kit, home: Path, device: str, report: Report) -> Adopted:
    """Make a model of a kit whose files are there, and remove them.

    Raises:
        InvalidRequest: they are not here, or there is such a model already.
        ModelError: they are something else; they go, so that the next try fetches them again.
    """
    folder = downloads_of(home, kit)
    files = files_of(kit, folder)
    if not files.checkpoint.exists():
        raise InvalidRequest(
            f"the files of {kit.name} are not here: the server and its workers need the same data "
            "folder"
        )
    try:
        adopted = adopt_files(files, home / "models" / kit.name, about_kit(kit), device, report)
    except ModelError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)
    return adopted


def files_of(kit: Kit, folder: Path) -> Files:
    """A kit's files by what they are."""

    def of(role: Role) -> list[Path]:
        return [folder / file.name for file in kit.files if file.role == role]

    (checkpoint,), encoder = of("model"), of("encoder")
    return Files(checkpoint, encoder[0] if encoder else None, of("directions"))


def about_kit(kit: Kit) -> About:
    """What is said of a kit's model."""
    source = next(file.address for file in kit.files if file.role == "model")
    return About(kit.title, kit.license, source, kit.aligned, kit.purpose)
