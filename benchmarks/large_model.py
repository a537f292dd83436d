"""What does a 1024 px network of the largest kind (config-f) need? Memory, seconds, exactness.

    python benchmarks/large_model.py [--resolution 1024] [--json OUT.json]

Random weights do: neither memory nor time depends on them. Memory is the peak of this process, less
what it takes with torch alone.
"""

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

import torch

from contracts.edits import AttributeEdit
from contracts.masks import MaskGrid
from contracts.requests import GenerateRequest
from models.adopt import adopt
from models.generator import Generator, GeneratorConfig
from models.model import Card, load_model, save_model
from worker.editor import TorchEditor
from worker.ports import EditCall

CORNER = MaskGrid(kind="grid", rows=((1.0, 0.0), (0.0, 0.0)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resolution", type=int, default=1024)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), options.resolution)
        base_mb = peak_mb()
        figures: dict[str, float] = {"resolution": options.resolution}
        begun = time.monotonic()
        editor = TorchEditor(load_model(Path(folder)))
        figures |= {"load_s": time.monotonic() - begun, "loaded_mb": peak_mb() - base_mb}
        begun = time.monotonic()
        drawn = editor.generate(GenerateRequest(model="large", seed=1))
        figures |= {"draw_s": time.monotonic() - begun, "drawn_mb": peak_mb() - base_mb}
        edit = AttributeEdit(attribute="coarse-1", strength=2, mask=CORNER)
        begun = time.monotonic()
        editor.edit(
            EditCall(
                "base", drawn.pixels, [edit], tensor=lambda _: drawn.tensor, composite="residual"
            )
        )
        figures |= {"edit_s": time.monotonic() - begun, "edited_mb": peak_mb() - base_mb}
    text = json.dumps({name: round(value, 1) for name, value in figures.items()}, indent=1)
    if options.json:
        options.json.write_text(text + "\n")
    print(text)  # noqa: T201


def write(folder: Path, resolution: int) -> None:
    """A model of that size in a folder, made in a process of its own so that it is not counted."""
    import multiprocessing

    child = multiprocessing.get_context("spawn").Process(target=make, args=(folder, resolution))
    child.start()
    child.join()
    assert child.exitcode == 0


def make(folder: Path, resolution: int) -> None:
    """Random weights as a model."""
    torch.manual_seed(0)
    generator = Generator(GeneratorConfig(resolution, conv_clamp=256)).eval().requires_grad_(False)
    card = Card("large", "Large", "random weights", "MIT")
    save_model(adopt(generator, card, torch.device("cpu")), folder)


def peak_mb() -> float:
    """The most memory that this process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
