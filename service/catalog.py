"""The models on disk: what clients see of each `<models_dir>/<id>/config.json`."""

import logging
from collections.abc import Iterable
from pathlib import Path

from contracts.errors import InvalidRequest, UnknownAttribute
from contracts.models import AttributeChange, ModelInfo
from models.description import PREVIEW, changing, read_config, version_of
from models.description import strip_path as strip_in

log = logging.getLogger(__name__)


def preview_path(model_dir: Path) -> Path:
    """The picture that shows what a model draws."""
    return model_dir / PREVIEW


def strip_path(model_dir: Path, attribute_id: str) -> Path:
    """The picture of what a direction does, if it was drawn."""
    return strip_in(model_dir, attribute_id)


FileState = tuple[int, int, int]
"""Inode, time of the last change in nanoseconds, and bytes of a file."""


class Catalog:
    """The models of some folders, looked for on every question so that added ones appear; what is
    said of one is read again when its file is another."""

    def __init__(self, models_dirs: Iterable[Path]) -> None:
        self._models_dirs = tuple(models_dirs)
        self._read: dict[Path, tuple[FileState, ModelInfo]] = {}

    def models(self) -> dict[str, tuple[ModelInfo, Path]]:
        """Models and their folders by id, in order; later folders win."""
        found: dict[str, tuple[ModelInfo, Path]] = {}
        for models_dir in self._models_dirs:
            for config in sorted(models_dir.glob("[!.]*/config.json")):
                try:
                    info = self._info(config)
                except CONFIG_ERRORS as error:
                    log.warning("%s is not a model's config: %s", config, error)
                else:
                    found[info.id] = (info, config.parent)
        return found

    def _info(self, config: Path) -> ModelInfo:
        stat = config.stat()
        state = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        known = self._read.get(config)
        if known is None or known[0] != state:
            known = self._read[config] = (state, read_info(config.parent))
        return known[1]


CONFIG_ERRORS = (OSError, ValueError, TypeError, AttributeError)
"""What reading something else than a model's config raises; ours and pydantic's are ValueErrors."""


def read_info(model_dir: Path) -> ModelInfo:
    """What a model's folder says of itself.

    Raises:
        one of CONFIG_ERRORS: it is not a model's folder.
    """
    entry = read_config(model_dir)
    entry["has_encoder"] = entry.get("encoder") is not None
    entry["encoder"] = entry["encoder"].get("kind", "spatial") if entry["has_encoder"] else None
    entry["is_spatial"] = entry.get("prior") is not None
    entry["classes"] = entry.get("generator", {}).get("c_dim", 0)
    entry["version"] = version_of(entry)
    return ModelInfo.model_validate(entry)


def change_attribute(model_dir: Path, attribute_id: str, change: AttributeChange) -> None:
    """Change one attribute of a model; its weights stay as they are.

    Raises:
        UnknownAttribute: the model has none of that id.
        InvalidRequest: the title is empty, or the attribute was trained with the model.
    """
    with changing(model_dir) as config:
        found = [entry for entry in config["attributes"] if entry["id"] == attribute_id]
        if not found:
            raise UnknownAttribute(f"the model has no attribute {attribute_id!r}")
        if not found[0].get("source"):
            raise InvalidRequest(f"{attribute_id!r} was trained with the model, and stays as it is")
        if change.title == "":
            raise InvalidRequest("a title needs at least one character")
        if change.title is not None:
            found[0]["title"] = change.title
        if change.flipped is not None:
            found[0]["flipped"] = change.flipped
        if change.drop:
            config["attributes"].remove(found[0])
            strip_path(model_dir, attribute_id).unlink(missing_ok=True)
