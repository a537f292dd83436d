"""Write models/faces/weights from the weights in facenet-pytorch's wheel (MIT).

pip download --no-deps facenet-pytorch==2.6.0
python -m scripts.convert_mtcnn facenet_pytorch-2.6.0-py3-none-any.whl
"""

import io
import sys
import zipfile

import torch
from safetensors.torch import save_file
from torch import Tensor

from models.faces.networks import WEIGHTS, Detector

NETWORKS = {"proposal": "pnet", "refinement": "rnet", "output": "onet"}
HEADS = {
    "conv4_1": "score", "conv4_2": "edges",  # of the first
    "dense5_1": "score", "dense5_2": "edges",  # of the second
    "dense6_1": "score", "dense6_2": "edges", "dense6_3": "points",  # of the third
}  # fmt: skip
SIDES = {"refinement": 3, "output": 3}  # of the maps that the linear layers read


def main() -> None:
    """Convert them."""
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        licence = wheel.read("facenet_pytorch-2.6.0.dist-info/LICENSE.md")
        state: dict[str, Tensor] = {}
        for part, name in NETWORKS.items():
            file = io.BytesIO(wheel.read(f"facenet_pytorch/data/{name}.pt"))
            theirs = torch.load(file, weights_only=True)
            state |= {f"{part}.{key}": value for key, value in converted(theirs, part).items()}
    Detector().load_state_dict(state)
    WEIGHTS.parent.mkdir(exist_ok=True)
    save_file(state, WEIGHTS)
    (WEIGHTS.parent / "LICENSE.md").write_bytes(licence)


def converted(theirs: dict[str, Tensor], part: str) -> dict[str, Tensor]:
    """One network under our names."""
    ours = {}
    for key, value in theirs.items():
        layer, kind = key.split(".")
        if layer in HEADS:
            name = HEADS[layer]
        elif layer in ("dense4", "dense5"):
            name = "whole.0"
            if kind == "weight":  # theirs reads columns, rows, channels
                side = SIDES[part]
                value = value.unflatten(1, (side, side, -1)).permute(0, 3, 2, 1).flatten(1)
        elif layer.startswith("conv"):
            name = f"features.{int(layer[4:]) - 1}.0"
        else:
            number = int(layer.removeprefix("prelu")) - 1
            is_last = f"conv{number + 1}.weight" not in theirs
            name = "whole.1" if is_last else f"features.{number}.1"
        ours[f"{name}.{kind}"] = value.contiguous()
    return ours


if __name__ == "__main__":
    main()
