"""The judge: a regressor of the factors, trained apart from everything that it judges.

It has other widths and another seed than the model's perceptual network, and has never seen a
generated picture.
"""

import json
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load

from models.errors import CheckpointError
from models.folder import MISFITS, write_weights
from models.model import read_perceptual, restore, weights_of
from models.perceptual import PerceptualNet

FILE = "judge.safetensors"


def save_judge(judge: PerceptualNet, folder: Path) -> None:
    """Write the judge beside the model that it judges."""
    config = judge.config
    entry = {
        "resolution": config.resolution,
        "targets": list(config.targets),
        "widths": list(config.widths),
        "embedding": config.embedding,
    }
    write_weights(folder / FILE, weights_of(judge), {"config": json.dumps(entry)})


def find_judge(folder: Path, device: torch.device) -> PerceptualNet | None:
    """The judge of a model's folder, if it has one; imported models have none."""
    return load_judge(folder, device) if (folder / FILE).exists() else None


def load_judge(folder: Path, device: torch.device) -> PerceptualNet:
    """Read the judge of a model's folder.

    Raises:
        CheckpointError: the folder has none, or something else of that name.
    """
    path = folder / FILE
    if not path.exists():
        raise CheckpointError(f"{folder.name} has no {FILE}: editing cannot be judged")
    try:
        with safe_open(path, "pt") as opened:
            entry = json.loads((opened.metadata() or {})["config"])
        judge = PerceptualNet(read_perceptual(entry))
        weights = {k: v.float() for k, v in load(path.read_bytes()).items()}
        return restore(judge, weights).to(device)
    except (*MISFITS, OSError) as error:
        raise CheckpointError(f"{folder.name}: its {FILE} is not a judge") from error
