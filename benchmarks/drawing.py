"""How long do drawings and edits take, against each other and against StyleGAN2's own way?

    python benchmarks/drawing.py [--resolutions 256 1024] [--peer DIR] [--json OUT.json]

Random weights do: time does not depend on them. All that is compared is drawn in turns, and what is
reported is the median of processor time, in milliseconds and as ratios; a matrix product of 1024³
stands beside it, since other work slows all of them down. The reference is written down below,
after the official networks: weights are modulated, and filters applied to pictures with zeros
between their pixels. `--peer` times a checkout of stylegan2-ada-pytorch on the same weights, in a
process of its own. Memory is `benchmarks/large_model.py`'s.
"""

import argparse
import copy
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from models.adopt import adopt
from models.generator import Generator, GeneratorConfig, SynthesisNetwork
from models.latents import embed
from models.model import Card, Model
from models.modulated import SynthesisLayer, ToRGB
from models.ops import fir_filter
from models.painting import Move, Subject, paint
from models.twins import Twins

FINE = 256  # the official configurations have half as many channels up to here
SHARES = {"1 %": 0.01, "25 %": 0.25, "all": 1.0}
CELLS = 40  # of a mask's side: all those shares are whole squares of them
PEER = """
import sys, time
import torch
torch.set_num_threads(int(sys.argv[3]))
sys.path.insert(0, sys.argv[1])
from training.networks import Generator
saved = torch.load(sys.argv[2])
network = Generator(**saved["config"]).eval().requires_grad_(False)
network.load_state_dict(saved["state"], strict=False)
print("ready", flush=True)
for _ in sys.stdin:
    begun = time.process_time()
    with torch.inference_mode():
        network.synthesis(saved["ws"], noise_mode="const", force_fp32=True)
    print(time.process_time() - begun, flush=True)
"""

Timed = Callable[[], float]
"""Does it once and says how long that took, in seconds."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resolutions", type=int, nargs="+", default=[256, 1024])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--dtype", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--peer", type=Path, help="a checkout of stylegan2-ada-pytorch")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    figures: dict[str, Any] = {"dtype": options.dtype, "threads": options.threads}
    figures["memory_mb"] = memory(max(options.resolutions))  # first: a child begins with our peak
    for resolution in options.resolutions:
        model = build(resolution, getattr(torch, options.dtype))
        with torch.inference_mode(), tempfile.TemporaryDirectory() as folder:
            figures[f"{resolution} px"] = compared(model, options, Path(folder))
    text = json.dumps(figures, indent=1)
    if options.json:
        options.json.write_text(text + "\n")
    print(text)  # noqa: T201


def memory(resolution: int) -> dict[str, float]:
    """What a model of that size takes in a process of its own."""
    command = [sys.executable, str(Path(__file__).with_name("large_model.py"))]
    command += ["--resolution", str(resolution)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return {name: told[name] for name in ("loaded_mb", "drawn_mb", "edited_mb")}


def build(resolution: int, dtype: torch.dtype) -> Model:
    """A model of the official size for that resolution."""
    torch.manual_seed(0)
    base = 16384 if resolution <= FINE else 32768
    generator = Generator(GeneratorConfig(resolution, channel_base=base, conv_clamp=256))
    generator.eval().requires_grad_(False)
    for name, parameter in generator.named_parameters():
        if name.endswith("noise_strength"):
            parameter.fill_(0.1)
    card = Card("drawn", "Drawn", "random weights", "MIT")
    model = adopt(generator, card, torch.device("cpu"))
    return Model(**{**vars(model), "dtype": dtype})


def compared(model: Model, options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Milliseconds of all that is compared at one resolution, and its ratios."""
    w = model.generator.mapping(torch.randn(1, model.layout.w_dim))
    vector = model.generator.broadcast(w)
    spatial = embed(vector, "S+", model.layout)
    spatial = spatial.map(lambda _, wmap: wmap.contiguous())
    subject = Subject(model, Twins(spatial, spatial))
    of_a_seed = embed(vector, "S+", model.layout)
    generated = Subject(model, Twins(of_a_seed, of_a_seed))
    square = torch.randn(1024, 1024)
    official = copy.deepcopy(model.generator.synthesis)
    for parameter in official.parameters():
        parameter.data = parameter.data.contiguous()  # as the official networks keep them
    picture = np.full((model.layout.resolution,) * 2 + (3,), 128, np.uint8)

    def edit(share: float, subject: Subject = subject) -> Timed:
        side = round(CELLS * math.sqrt(share))
        mask = torch.zeros(1, 1, CELLS, CELLS)
        begin = (CELLS - side) // 2
        mask[..., begin : begin + side, begin : begin + side] = 1
        name = model.attributes.attributes[0].id
        return timed(lambda: paint(subject, picture, [Move(mask, name, 2.0)]))

    cases = {
        "matmul": timed(lambda: square @ square),
        "reference": timed(lambda: reference(official, w)),
        "vector": timed(lambda: model.render(vector)),
        "spatial": timed(lambda: model.render(spatial)),
    }
    cases |= {f"edit of {name}": edit(share) for name, share in SHARES.items()}
    cases["edit of all of a seed"] = edit(1.0, generated)
    if options.peer:
        cases["peer"] = peer(model, w, options, folder)
    ms = medians(cases, options.rounds)
    ratios = {
        "reference / vector": ms["reference"] / ms["vector"],
        "spatial / vector": ms["spatial"] / ms["vector"],
        "edit of all / edit of 1 %": ms["edit of all"] / ms["edit of 1 %"],
        "edit of all / edit of 25 %": ms["edit of all"] / ms["edit of 25 %"],
        "edit of all / vector": ms["edit of all"] / ms["vector"],
        "edit of all of a seed / vector": ms["edit of all of a seed"] / ms["vector"],
    }
    if options.peer:
        ratios["peer / vector"] = ms["peer"] / ms["vector"]
    apart = (reference(official, w) - model.render(vector)).abs().max().item()
    return {
        "ms": {name: round(value, 1) for name, value in ms.items()},
        "ratios": {name: round(value, 2) for name, value in ratios.items()},
        "matmul_gmacs_per_s": round(1024**3 / 1e6 / ms["matmul"], 1),
        "largest_difference_from_the_reference": apart,
    }


def timed(do: Callable[[], object]) -> Timed:
    """Processor time of doing something."""

    def once() -> float:
        begun = time.process_time()
        do()
        return time.process_time() - begun

    return once


def medians(cases: dict[str, Timed], rounds: int) -> dict[str, float]:
    """Milliseconds of every case; each round does all of them, and the first does not count."""
    times: dict[str, list[float]] = {name: [] for name in cases}
    for k in range(rounds + 1):
        for name, once in cases.items():
            seconds = once()
            if k > 0:
                times[name].append(1000 * seconds)
    return {name: statistics.median(each) for name, each in times.items()}


def peer(model: Model, w: Tensor, options: argparse.Namespace, folder: Path) -> Timed:
    """The official networks with the same weights, in another process."""
    config = model.generator.config
    names = ("z_dim", "c_dim", "w_dim", "img_resolution")
    kinds = {name: getattr(config, name) for name in ("channel_base", "channel_max", "conv_clamp")}
    kwargs = {name: getattr(config, name) for name in names} | {"img_channels": 3}
    kwargs |= {"mapping_kwargs": {"num_layers": config.mapping_layers}, "synthesis_kwargs": kinds}
    ws = w[:, None].repeat(1, model.generator.num_ws, 1)
    saved = {"config": kwargs, "state": model.generator.state_dict(), "ws": ws}
    torch.save(saved, folder / "weights.pt")
    arguments = [str(options.peer), str(folder / "weights.pt"), str(options.threads)]
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", PEER, *arguments]
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
    assert process.stdin is not None and process.stdout is not None
    ask, answer = process.stdin, process.stdout
    while answer.readline() not in ("ready\n", ""):
        pass

    def once() -> float:
        ask.write("\n")
        ask.flush()
        return float(answer.readline())

    return once


def reference(synthesis: SynthesisNetwork, w: Tensor) -> Tensor:
    """StyleGAN2's forward pass with one w [1, D] for all layers, in float32."""
    clamp, kernel = synthesis.config.conv_clamp, fir_filter()
    x, img = w.new_empty(0), None
    for block in synthesis.blocks():
        if block.res == 4:
            x = block.const[None].contiguous()
        else:
            x = layer(block.conv0, x, w, kernel, clamp)
        x = layer(block.conv1, x, w, kernel, clamp)
        colours = to_rgb(block.torgb, x, w, clamp)
        img = colours if img is None else filtered(spread(img), kernel, (2, 1, 2, 1)) + colours
    assert img is not None
    return img


def layer(
    part: SynthesisLayer, x: Tensor, w: Tensor, kernel: Tensor, clamp: float | None
) -> Tensor:
    """A modulated convolution, noise, bias and activation."""
    weight = part.weight * part.affine(w[:, :, None, None])[0, None]
    weight = weight * (weight.square().sum(dim=(1, 2, 3), keepdim=True) + 1e-8).rsqrt()
    if part.up:
        x = F.conv_transpose2d(x, weight.transpose(0, 1), stride=2)
        x = filtered(x, kernel, (1, 1, 1, 1))
    else:
        x = F.conv2d(x, weight, padding=1)
    x = x.add_(part.noise_const * part.noise_strength)
    x = F.leaky_relu(x + part.bias[:, None, None], 0.2) * math.sqrt(2)
    return x if clamp is None else x.clamp(-clamp, clamp)


def to_rgb(part: ToRGB, x: Tensor, w: Tensor, clamp: float | None) -> Tensor:
    """A modulated 1×1 convolution without demodulation."""
    styles = part.affine(w[:, :, None, None])[0, None] / math.sqrt(part.weight.shape[1])
    x = F.conv2d(x, part.weight * styles) + part.bias[:, None, None]
    return x if clamp is None else x.clamp(-clamp, clamp)


def spread(x: Tensor) -> Tensor:
    """Zeros between the pixels."""
    n, c, h, w = x.shape
    return F.pad(x.reshape(n, c, h, 1, w, 1), [0, 1, 0, 0, 0, 1]).reshape(n, c, 2 * h, 2 * w)


def filtered(x: Tensor, kernel: Tensor, padding: tuple[int, int, int, int]) -> Tensor:
    """The low-pass filter with a gain of 4, after padding."""
    kernels = (kernel * 4).expand(x.shape[1], 1, 4, 4)
    return F.conv2d(F.pad(x, padding), kernels, groups=x.shape[1])


if __name__ == "__main__":
    main()
