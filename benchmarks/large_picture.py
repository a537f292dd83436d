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
from pathlib import Path

import numpy as np
import torch

from cli.pick import model_folder
from contracts.edits import AttributeEdit
from contracts.ids import content_id
from contracts.masks import MAX_MASK_PNG_PX, MaskStored
from contracts.requests import GenerateRequest
from worker.editor import ModelEditor, load_editor
from worker.ports import EditCall, Encoded, Step


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="aerial")
    parser.add_argument("--side", type=int, default=4096)
    parser.add_argument("--edits", type=int, default=1)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    editor = load_editor(model_folder(asked.model), "cpu")
    before_mb, told_s = peak_mb(), [time.monotonic()]
    wanted = GenerateRequest(model=asked.model, seed=1, width=asked.side, height=asked.side)

    def tell(_: Step) -> None:
        told_s.append(time.monotonic())

    drawn = editor.generate(wanted, tell)
    told_s.append(time.monotonic())
    pauses = [later - earlier for earlier, later in zip(told_s, told_s[1:], strict=False)]
    figures = {
        "side": asked.side,
        "grown_mb": round(peak_mb() - before_mb),
        "seconds": round(told_s[-1] - told_s[0], 1),
        "longest_pause_s": round(max(pauses), 2),
    }
    begun_s = time.monotonic()
    editor.edit(painted_all_over(editor, drawn, asked.edits))
    figures["edit_grown_mb"] = round(peak_mb() - before_mb)
    figures["edit_s"] = round(time.monotonic() - begun_s, 1)
    sys.stdout.write(json.dumps(figures) + "\n")
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1) + "\n")


def painted_all_over(editor: ModelEditor, drawn: Encoded, num: int) -> EditCall:
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
