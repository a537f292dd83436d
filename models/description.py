"""A model's folder without its weights: what `config.json` says, which needs no torch.

The folder has one lock. Whoever changes the file holds it, and writes it in one step, so that
nobody reads half of it. `models/folder.py` reads and writes the weights.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock

from models.errors import CheckpointError

FORMAT = "latentbrush-model/1"
CONFIG = "config.json"
PREVIEW = "preview.webp"
SHIPPED_DIR = Path(__file__).resolve().parent / "pretrained"
"""Of the models that come with Latentbrush."""
SHOWN_ONLY = {"title", "min", "max", "default", "group", "offered"}
"""Of an attribute: what changes no picture."""


def strip_path(folder: Path, attribute_id: str) -> Path:
    """The picture of what a direction does, if it was drawn."""
    return folder / "strips" / f"{attribute_id}.webp"


def locked(folder: Path) -> FileLock:
    """Let nobody else change the folder meanwhile."""
    return FileLock(folder / ".lock")


def read_config(folder: Path) -> dict[str, Any]:
    """What `config.json` says.

    Raises:
        CheckpointError: there is none, or it is not a model's.
    """
    try:
        config: dict[str, Any] = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        if config.get("format") != FORMAT:
            raise CheckpointError(f"{folder.name}: not a {FORMAT} folder")
    except CheckpointError:
        raise
    except OSError as error:
        raise CheckpointError(f"{folder.name}: {error.strerror}: {error.filename}") from error
    except (ValueError, AttributeError) as error:
        raise CheckpointError(f"{folder.name}: its {CONFIG} is not a model's") from error
    return config


def write_config(config: Mapping[str, Any], folder: Path) -> None:
    """Write `config.json`."""
    text = json.dumps(config, indent=1, ensure_ascii=False) + "\n"
    with scratch(folder / CONFIG) as temporary:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(folder / CONFIG)


@contextmanager
def changing(folder: Path) -> Iterator[dict[str, Any]]:
    """What `config.json` says, to be changed; it is written if all goes well.

    Raises:
        CheckpointError: there is none, or it is not a model's.
    """
    with locked(folder):
        config = read_config(folder)
        yield config
        write_config(config, folder)


@contextmanager
def scratch(path: Path) -> Iterator[Path]:
    """A file beside another, to be written and put in its place: readers find either, whole."""
    temporary = path.with_name(f".{path.name}-{secrets.token_hex(4)}.tmp")
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def version_of(config: Mapping[str, Any]) -> str:
    """The version of the model that a `config.json` describes, `GENERATOR:ATTRIBUTES`: two hashes.

    The same latent and edits on the same version give the same picture. Latents last as long as the
    first part stays, edited pictures as long as both do.
    """
    files = config.get("files", {})
    generator = [sum_ for name, sum_ in files.items() if name.startswith("generator")]
    drawing = [generator[0] if generator else None, config.get("generator")]
    entries = [
        {key: value for key, value in entry.items() if key not in SHOWN_ONLY}
        for entry in config.get("attributes", [])
    ]
    editing = [{name: sum_ for name, sum_ in files.items() if "attributes" in name}, entries]
    return ":".join(map(_digest, (drawing, editing)))


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
