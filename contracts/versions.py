"""A model's version, `GENERATOR:ATTRIBUTES`: two hashes of what its `config.json` says.

The same latent and edits on the same version give the same picture. Latents last as long as the
first part stays, edited pictures as long as both do.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

SHOWN_ONLY = {
    "title",
    "min",
    "max",
    "default",
    "group",
    "offered",
}  # of an attribute: they change no picture


def version_of(config: Mapping[str, Any]) -> str:
    """The version of the model that a `config.json` describes."""
    files = config.get("files", {})
    generator = [sum_ for name, sum_ in files.items() if name.startswith("generator")]
    drawing = [generator[0] if generator else None, config.get("generator")]
    entries = [
        {key: value for key, value in entry.items() if key not in SHOWN_ONLY}
        for entry in config.get("attributes", [])
    ]
    editing = [{name: sum_ for name, sum_ in files.items() if "attributes" in name}, entries]
    return ":".join(map(_digest, (drawing, editing)))


def is_same_generator(version: str, other: str) -> bool:
    """Whether two versions of a model draw the same picture of the same latent."""
    return version.partition(":")[0] == other.partition(":")[0]


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
