"""What does a large generated picture take? Memory, and how long nothing is said of it.

    python -m benchmarks.large_picture [--model aerial] [--side 4096] [--json OUT.json]

Memory is what the process grows by at its peak, once the model is loaded.
"""

import argparse
import json
import resource
import sys
import time
from pathlib import Path

import torch

from cli.pick import model_folder
from contracts.requests import GenerateRequest
from worker.editor import load_editor
from worker.ports import Step


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="aerial")
    parser.add_argument("--side", type=int, default=4096)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    editor = load_editor(model_folder(asked.model), "cpu")
    before_mb, told_s = peak_mb(), [time.monotonic()]
    wanted = GenerateRequest(model=asked.model, seed=1, width=asked.side, height=asked.side)

    def tell(_: Step) -> None:
        told_s.append(time.monotonic())

    editor.generate(wanted, tell)
    told_s.append(time.monotonic())
    pauses = [later - earlier for earlier, later in zip(told_s, told_s[1:], strict=False)]
    figures = {
        "side": asked.side,
        "grown_mb": round(peak_mb() - before_mb),
        "seconds": round(told_s[-1] - told_s[0], 1),
        "longest_pause_s": round(max(pauses), 2),
    }
    sys.stdout.write(json.dumps(figures) + "\n")
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1) + "\n")


def peak_mb() -> float:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
