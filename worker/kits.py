"""The job that makes a model of a kit's files, once they are there."""

import shutil
from pathlib import Path

from contracts.errors import InvalidRequest
from contracts.kits import Kit, Role, downloads_of
from contracts.requests import AdoptRequest, AdoptResult
from models.errors import ModelError
from worker.adoption import About, Files, adopt_files
from worker.task import Task


def adopt_kit(task: Task, request: AdoptRequest) -> AdoptResult:
    """Make a model of a kit, and remove its files.

    Raises:
        ModelError: they are something else; they go, so that the next try fetches them again.
    """
    kit, home = request.kit, task.bench.settings.home
    folder, target = downloads_of(home, kit), home / "models" / kit.name
    if target.exists():
        raise InvalidRequest(f"there is a model {kit.name} already")
    try:
        adopt_files(files_of(kit, folder), target, about_kit(kit), task.bench.device, task.report)
    except ModelError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)
    return AdoptResult(model=kit.name)


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
