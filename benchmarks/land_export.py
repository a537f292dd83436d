"""What does a large export take: memory, time, and how long until a cancel is seen?

    python -m benchmarks.land_export [--model aerial] [--size WxH] [--format tiff] [--json OUT]

Draws the map of a globe into a temporary file as a worker does, on one core. A job looks at whether
it was canceled at every step it reports: the longest pause between two is what a cancel may wait.
Memory is the most that the process had. 16384 × 16384 px take about nine minutes.
"""

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

import torch

from cli.pick import model_folder
from contracts.lands import LandInfo, PictureFile
from models.pictures.writing import write_png, write_tiff
from models.step import Step
from worker.editor import load_editor

WRITERS = {"png": write_png, "tiff": write_tiff}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="aerial")
    parser.add_argument("--size", default="16384x16384")
    parser.add_argument("--format", choices=WRITERS, default="tiff")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    width, height = map(int, options.size.split("x"))
    editor = load_editor(model_folder(options.model), "cpu")
    land = LandInfo.model_validate(
        {"model": options.model, "land_id": "lnd_x", "seed": 4, "around": width}
    )
    wanted = land.part((0, 0, width, height), editor.resolution, 1, PictureFile())
    steps = [time.monotonic()]

    def on_step(_: Step) -> None:
        steps.append(time.monotonic())

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "land")
        WRITERS[options.format](path, (width, height), editor.draw(wanted, on_step))
        num_bytes = path.stat().st_size
    pauses = [after - before for before, after in zip(steps, steps[1:], strict=False)]
    figures = {
        "size": options.size,
        "format": options.format,
        "seconds": round(time.monotonic() - steps[0]),
        "longest_pause_s": round(max(pauses), 2),
        "most_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "file_mb": round(num_bytes / 1e6),
    }
    text = json.dumps(figures, indent=1)
    if options.json:
        options.json.write_text(text + "\n")
    print(text)  # noqa: T201


if __name__ == "__main__":
    main()
