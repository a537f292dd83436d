"""From a bare checkpoint to a painted edit: how long, and how close to the picture?

    python benchmarks/own_model.py [--count 4] [--json OUT.json]

The checkpoint is the bundled generator's weights alone, read back as a stranger's would be: no
encoder, no perceptual network, no attributes, no LPIPS.
"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import torch
from safetensors.torch import save_file

from cli.pick import open_model
from contracts.edits import AttributeEdit
from contracts.masks import MaskGrid
from models.adopt import adopt
from models.checkpoints import read_checkpoint
from models.images import to_pixels
from models.model import Card
from training.portraits import render, sample_factors
from worker.editor import TorchEditor
from worker.ports import EditCall, EncodeOptions

UNSEEN_SEED = 950_000
CORNER = MaskGrid(kind="grid", rows=((1.0, 0.0), (0.0, 0.0)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=4)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    bundled = open_model("portraits", "cpu")
    size = bundled.layout.resolution
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "network.safetensors"
        save_file({k: v.contiguous() for k, v in bundled.generator.state_dict().items()}, file)
        begun = time.monotonic()
        card = Card("mine", "Mine", file.name, "MIT")
        model = adopt(read_checkpoint(file).generator(), card, torch.device("cpu"))
        figures: dict[str, float] = {"resolution": size, "add_s": time.monotonic() - begun}
    editor = TorchEditor(model)
    psnr_db, seconds = [], []
    for picture in torch.split(render(sample_factors(UNSEEN_SEED, 0, options.count), size), 1):
        original = to_pixels(picture)
        begun = time.monotonic()
        found = editor.encode(original, EncodeOptions(), lambda _: None)
        seconds.append(time.monotonic() - begun)
        psnr_db.append(found.psnr_db)
    edit = AttributeEdit(attribute="middle-1", strength=2, mask=CORNER)
    times = []
    for _ in range(10):
        begun = time.monotonic()
        editor.edit(
            EditCall("x", original, [edit], tensor=lambda _: found.tensor, composite="residual")
        )
        times.append(time.monotonic() - begun)
    figures |= {
        "directions": len(model.attributes.attributes),
        "steps": model.encoding.steps,
        "encode_s": statistics.median(seconds),
        "psnr_db": statistics.median(psnr_db),
        "edit_ms": 1000 * statistics.median(times),
    }
    text = json.dumps({name: round(value, 1) for name, value in figures.items()}, indent=1)
    if options.json:
        options.json.write_text(text + "\n")
    print(text)  # noqa: T201


if __name__ == "__main__":
    main()
