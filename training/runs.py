"""A training run's folder: its options, its log, its pictures, and the state to resume from."""

import json
import pickle
import struct
import time
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from models.images import to_pixels
from training.errors import TrainingError

UNREADABLE = (
    OSError,
    EOFError,
    RuntimeError,
    ValueError,
    LookupError,
    struct.error,
    pickle.UnpicklingError,
)
"""What torch raises over a file that is cut short or something else."""


class Run:
    """One folder: `options.json`, `metrics.jsonl`, `samples-*.png`, `state.pt`."""

    def __init__(
        self, folder: Path, options: dict[str, Any], *, resume: bool, writes: bool = True
    ) -> None:
        """Open a folder.

        Args:
            writes: of several processes, the one that does.

        Raises:
            TrainingError: it holds another run, or one that is not to be gone on with.
        """
        self.folder = folder
        self.writes = writes
        if (folder / "state.pt").exists() and not resume:
            raise TrainingError(
                f"--run: {folder} already holds a run; add --resume or name another"
            )
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "options.json"
        text = json.dumps(options, indent=2) + "\n"
        if resume and path.exists():
            before, now = json.loads(path.read_text()), json.loads(text)
            # An option may be younger than the run, which did without it.
            changed = [
                f"{k} ({before.get(k)})"
                for k in sorted(now)
                if (before[k] != now[k] if k in before else now[k])
            ]
            if changed:
                raise TrainingError(
                    f"--resume: the run in {folder} had another {', '.join(changed)}"
                )
        if writes:
            path.with_suffix(".tmp").write_text(text)  # other processes may be reading it
            path.with_suffix(".tmp").replace(path)

    def log(self, **values: float | int | str) -> None:
        """Append one line of figures."""
        if not self.writes:
            return
        rounded = {k: round(v, 5) if isinstance(v, float) else v for k, v in values.items()}
        with (self.folder / "metrics.jsonl").open("a") as file:
            file.write(json.dumps({"time": round(time.time(), 1), **rounded}) + "\n")

    def save(self, state: dict[str, Any]) -> None:
        """Write the state to resume from; the previous one stays until the new one is whole."""
        if not self.writes:
            return
        path = self.folder / "state.pt"
        torch.save(state, path.with_suffix(".tmp"))
        path.with_suffix(".tmp").replace(path)

    def load(self) -> dict[str, Any] | None:
        """Read the state, or None when the run is new."""
        return load_state(self.folder) if (self.folder / "state.pt").exists() else None

    def save_grid(self, name: str, img: Tensor, columns: int = 8) -> None:
        """Write pictures [N, 3, R, R] as one PNG."""
        if not self.writes:
            return
        Image.fromarray(to_pixels(grid_of(img, columns))).save(self.folder / f"{name}.png")


def load_state(folder: Path) -> dict[str, Any]:
    """Read the state of a run; tensors and plain values only.

    Raises:
        TrainingError: there is none, or it is damaged.
    """
    try:
        state = torch.load(folder / "state.pt", map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise TrainingError(f"no training run in {folder}") from error
    except UNREADABLE as error:
        raise TrainingError(f"{folder / 'state.pt'} is damaged, or nothing of ours") from error
    if not isinstance(state, dict):
        raise TrainingError(f"{folder / 'state.pt'} is nothing of ours")
    return state


def grid_of(img: Tensor, columns: int) -> Tensor:
    """Lay pictures [N, 3, H, W] out in rows: [1, 3, rows·H, columns·W]."""
    n, c, h, w = img.shape
    rows = -(-n // columns)
    padded = torch.cat([img, img.new_ones(rows * columns - n, c, h, w)])
    lattice = padded.reshape(rows, columns, c, h, w).permute(2, 0, 3, 1, 4)
    return lattice.reshape(1, c, rows * h, columns * w)
