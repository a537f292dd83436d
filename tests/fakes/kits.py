"""Kits of tiny files, and a server that has them."""

import hashlib
import json
from pathlib import Path
from typing import Any

from tests.fakes.checkpoints import write_official
from tests.fakes.reference import random_weights


def checkpoint(folder: Path) -> bytes:
    """A StyleGAN2 of 32 px as its authors' file."""
    path = folder / "faces.pkl"
    write_official(path, random_weights(32, w_dim=32, channel_max=32, layers=2))
    return path.read_bytes()


def kit(address: str, files: dict[str, bytes], **fields: Any) -> dict[str, Any]:
    """A kit of files by name; the first is the model, the others are directions."""
    listed = [
        {
            "name": name,
            "role": "directions" if k else "model",
            "address": f"{address}/{name}",
            "num_bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        for k, (name, data) in enumerate(files.items())
    ]
    return {
        "name": "faces",
        "title": "Photos of people",
        "purpose": "Pictures of faces.",
        "resolution": 32,
        "license": "a licence for research only (non-commercial)",
        "license_address": "https://example.org/licence",
        "is_commercial": False,
        "aligned": "ffhq",
        "files": listed,
        **fields,
    }


def write_kits(path: Path, *kits: dict[str, Any]) -> Path:
    """A list of kits as the setting `kits_file` takes it."""
    path.write_text(json.dumps(kits))
    return path
