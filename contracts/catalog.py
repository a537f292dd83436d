"""The models on disk: the public part of each `<models_dir>/<id>/config.json`."""

import json
import logging
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from contracts.base import Name

log = logging.getLogger(__name__)


class _Public(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class AttributeInfo(_Public):
    """An attribute that a model can edit; strengths in σ."""

    id: Name
    title: str
    min: float
    max: float
    default: float


class ModelInfo(_Public):
    """A model, as `GET /models` shows it."""

    id: Name
    title: str
    resolution: int
    grid: tuple[int, int]
    spaces: tuple[str, ...]
    default_space: str
    attributes: tuple[AttributeInfo, ...]
    any_size: bool
    source: str
    license: str

    def has_attribute(self, attribute: str) -> bool:
        """Whether the model knows an attribute by this id."""
        return any(a.id == attribute for a in self.attributes)


class Catalog:
    """The models of some folders, read anew on every question so that added ones appear."""

    def __init__(self, models_dirs: Iterable[Path]) -> None:
        self._models_dirs = tuple(models_dirs)

    def models(self) -> dict[str, tuple[ModelInfo, Path]]:
        """Models and their folders by id, in order; later folders win."""
        found: dict[str, tuple[ModelInfo, Path]] = {}
        for models_dir in self._models_dirs:
            for config in sorted(models_dir.glob("*/config.json")):
                info = _read(config)
                if info is not None:
                    found[info.id] = (info, config.parent)
        return found


def _read(config: Path) -> ModelInfo | None:
    try:
        return ModelInfo.model_validate(json.loads(config.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        log.warning("%s is not a model's config: %s", config, error)
        return None
