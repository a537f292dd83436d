"""The models on disk: the public part of each `<models_dir>/<id>/config.json`."""

import json
import logging
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.base import Name, Value
from contracts.errors import InvalidRequest, UnknownAttribute
from contracts.faces import Alignment
from contracts.versions import version_of

log = logging.getLogger(__name__)

PREVIEW = "preview.webp"


def strip_path(model_dir: Path, attribute_id: str) -> Path:
    """The picture of what a direction does, if it was drawn."""
    return model_dir / "strips" / f"{attribute_id}.webp"


class _Public(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class AttributeInfo(_Public):
    """An attribute that a model can edit; strengths in σ."""

    id: Name
    title: str
    min: float
    max: float
    default: float
    source: str = ""
    """How it was found, if it was not trained with the model; such a one has a strip."""
    flipped: bool = False
    """Turned around since its strip was drawn."""
    group: str = ""
    """What of the picture it belongs to: hair, face, eyes, mouth, worn, clothes, light or
    background; "" if nobody said."""
    opposite: str = ""
    """What less of it is called, where that has a name of its own: less land is sea."""
    offered: Annotated[bool, Field(exclude=True)] = True
    """Not every one is: what does not work stays for the sessions that have it."""


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
    is_spatial: bool = False
    """Trained on fields: it draws endless lands (`POST /lands`)."""
    has_encoder: bool
    """Without one, encoding starts at the mean latent and needs more steps."""
    encoder: Literal["spatial", "psp", "e4e"] | None = None
    """Its kind."""
    classes: int = 0
    """Of a class-conditional generator."""
    source: str
    license: str
    aligned: Alignment | None = None
    """The square that it wants faces in; null: it takes any part of a picture."""
    purpose: str = ""
    """Which pictures it is for, in a sentence; "" if nobody said."""
    version: str = ""
    """Changes whenever the same edit could give another picture."""
    files: Annotated[dict[str, str], Field(exclude=True)] = {}
    """The SHA-256 of its weights: another encoder is not another version, and yet to be loaded."""

    @property
    def as_offered(self) -> "ModelInfo":
        """The same with the attributes that are to be painted with."""
        offered = tuple(a for a in self.attributes if a.offered)
        return self.model_copy(update={"attributes": offered})

    def has_attribute(self, attribute: str) -> bool:
        """Whether the model knows an attribute by this id."""
        return any(a.id == attribute for a in self.attributes)


class AttributeChange(Value):
    """What a person does with a direction that was found: name it, turn it around, drop it."""

    title: Annotated[str, StringConstraints(strip_whitespace=True, max_length=64)] | None = None
    flipped: bool | None = None
    drop: bool = False


def change_attribute(model_dir: Path, attribute_id: str, change: AttributeChange) -> None:
    """Change one attribute in a model's config; its weights stay as they are.

    Raises:
        UnknownAttribute: the model has none of that id.
        InvalidRequest: the title is empty, or the attribute was trained with the model.
    """
    with FileLock(model_dir / ".lock"):  # as models/folder.py does
        config = json.loads((model_dir / "config.json").read_text(encoding="utf-8"))
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
        write_config(config, model_dir)


def write_config(config: Mapping[str, Any], model_dir: Path) -> None:
    """Write a model's `config.json` in one step, so that nobody reads half of it."""
    temporary = model_dir / f".config-{secrets.token_hex(4)}.tmp"
    text = json.dumps(config, indent=1, ensure_ascii=False) + "\n"
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(model_dir / "config.json")


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
"""What reading something else than a model's config raises; pydantic's are ValueErrors."""


def read_info(model_dir: Path) -> ModelInfo:
    """What a model's folder says of itself.

    Raises:
        one of CONFIG_ERRORS: it is not a model's folder.
    """
    entry = dict(json.loads((model_dir / "config.json").read_text(encoding="utf-8")))
    entry["has_encoder"] = entry.get("encoder") is not None
    entry["encoder"] = entry["encoder"].get("kind", "spatial") if entry["has_encoder"] else None
    entry["is_spatial"] = entry.get("prior") is not None
    entry["classes"] = entry.get("generator", {}).get("c_dim", 0)
    entry["version"] = version_of(entry)
    return ModelInfo.model_validate(entry)
