"""What do a large generated picture and an edit of all of it take? Memory, and how long nothing is
said of the first.

    python -m benchmarks.large_picture [--model aerial] [--side 4096] [--json OUT.json]

Memory is what the process grows by at its peak, once the model is loaded.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch

from cli.pick import model_folder
from contracts.edits import AttributeEdit
from contracts.ids import content_id
from contracts.masks import MAX_MASK_PNG_PX, MaskStored
from contracts.requests import GenerateRequest
from models.step import Step
from worker.editor import TorchEditor, load_editor
from worker.ports import EditCall, Encoded

Result = TypeVar("Result")
Figures = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="aerial")
    parser.add_argument("--side", type=int, default=4096)
    parser.add_argument("--edits", type=int, default=1)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    drawn, generated = apart(generate, asked.model, asked.side)
    edited = apart(edit, asked.model, drawn, asked.edits)
    figures = {"side": asked.side, "edits": asked.edits, "generate": generated, "edit": edited}
    sys.stdout.write(json.dumps(figures) + "\n")
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1) + "\n")


def apart(work: Callable[..., Result], *about: Any) -> Result:
    """Work in a process of its own, as a worker's job that is its first."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(work, *about).result()


def generate(model: str, side: int) -> tuple[Encoded, Figures]:
    """Draw a picture."""
    measured = Measured(model)
    wanted = GenerateRequest(model=model, seed=1, width=side, height=side)
    drawn = measured.editor.generate(wanted, measured.tell)
    return drawn, measured.figures()


def edit(model: str, drawn: Encoded, num: int) -> Figures:
    """Edit all of a picture."""
    measured = Measured(model)
    call = painted_all_over(measured.editor, drawn, num)
    measured.editor.edit(replace(call, report=measured.tell))
    return measured.figures()


class Measured:
    """A loaded model, and what is done by it from now on."""

    def __init__(self, model: str) -> None:
        torch.set_num_threads(1)
        self.editor = load_editor(model_folder(model), "cpu")
        self._before_mb = peak_mb()
        self._told_s = [time.monotonic()]

    def tell(self, _: Step) -> None:
        """Hear how far it is."""
        self._told_s.append(time.monotonic())

    def figures(self) -> Figures:
        """What it has taken, now that it is done."""
        self.tell(Step(0, 0, ""))
        pauses = [later - sooner for sooner, later in pairwise(self._told_s)]
        return {
            "grown_mb": round(peak_mb() - self._before_mb),
            "seconds": round(self._told_s[-1] - self._told_s[0], 1),
            "longest_pause_s": round(max(pauses), 2),
        }


def painted_all_over(editor: TorchEditor, drawn: Encoded, num: int) -> EditCall:
    """Edits of everything, by masks as large as there are."""
    attribute = editor.model.attributes.attributes[0].id
    mask = np.ones((MAX_MASK_PNG_PX, MAX_MASK_PNG_PX), np.float32)
    edit = AttributeEdit(
        attribute=attribute, strength=2 / num, mask=MaskStored(mask_id=content_id("msk", "all"))
    )
    return EditCall(
        "latent",
        drawn.pixels,
        (edit,) * num,
        tensor=lambda _: drawn.tensor,
        mask=lambda _: mask,
        composite="residual",
    )


def peak_mb() -> float:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
