"""Finding models by id or folder, and the device to run on."""

from pathlib import Path
from typing import TYPE_CHECKING

from contracts.errors import ReadOnlyModel, UnknownModel
from models.description import SHIPPED_DIR
from service.catalog import Catalog
from service.settings import SharedSettings

if TYPE_CHECKING:
    from models.model import Model

DEFAULT_MODEL = "portraits"


def model_folder(name: str) -> Path:
    """The folder of a model, given its id or a path.

    Raises:
        UnknownModel: neither is one.
    """
    if (Path(name) / "config.json").exists():
        return Path(name)
    return installed_folder(name)


def installed_folder(name: str) -> Path:
    """The folder of an installed model, given its id.

    Raises:
        UnknownModel: none is installed by that id.
    """
    found = Catalog(SharedSettings().models_dirs).models()
    if name not in found:
        known = ", ".join(found) or "none"
        raise UnknownModel(f"--model: there is no model {name!r}; there are: {known}")
    return found[name][1]


def check_own(folder: Path) -> None:
    """Refuse to change a model that came with Latentbrush.

    Raises:
        ReadOnlyModel: it did.
    """
    if folder.resolve().parent == SHIPPED_DIR.resolve():
        raise ReadOnlyModel(f"{folder.name} came with Latentbrush and stays as it is")


def open_model(name: str, device: str | None = None) -> "Model":
    """Load a model by id or path."""
    from models.model import load_model

    return load_model(model_folder(name), device or default_device())


def default_device() -> str:
    """`cuda` when there is one."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
