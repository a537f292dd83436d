"""Legacy TensorFlow pickles of StyleGAN2: a tuple (G, D, Gs) of networks with named arrays.

The networks carry source text, which TensorFlow's loader executes; here it is skipped. Names and
layouts of the weights follow NVIDIA's converter (stylegan2-ada-pytorch, legacy.py).
"""

import math
from typing import Any

from torch import Tensor

from models.checkpoints.checkpoint import (
    MAPPING_RATE,
    Checkpoint,
    infer_config,
    with_mapping_rate,
)
from models.checkpoints.pickles import Constructor, Record, text_of
from models.checkpoints.tensors import Array
from models.errors import CheckpointError

FORMAT = "NVIDIA TensorFlow pickle"
NETWORK = "dnnlib.tflib.network.Network"
CONSTRUCTORS: dict[str, Constructor] = {NETWORK: lambda: Record(NETWORK)}
USUAL = {
    "architecture": "skip",
    "mapping_nonlinearity": "lrelu",
    "nonlinearity": "lrelu",
    "resample_kernel": [1, 3, 3, 1],
    "use_noise": True,
    "normalize_latents": True,
}
"""Arguments that change what is drawn, and the one value of each that is read."""
MAX_COMPONENTS = 8
OTHERS = {"G_style": "a StyleGAN (1)", "G_paper": "a progressive GAN"}


def read_tensorflow(value: Any) -> Checkpoint | None:
    """The averaged generator of a pickle's value; None when it is no such file.

    Raises:
        CheckpointError: it holds something other than a StyleGAN2.
    """
    if not (isinstance(value, tuple) and len(value) == 3 and is_network(value[2])):
        return None
    network = value[2].state
    made_by = text_of(network.get("build_func_name", ""))
    if made_by in OTHERS:
        raise CheckpointError(f"this is {OTHERS[made_by]}; Latentbrush reads StyleGAN2")
    arrays = variables(value[2])
    if "synthesis/4x4/Const/const" not in arrays or "synthesis/noise0" not in arrays:
        raise CheckpointError(f"this is a network of {made_by!r}; Latentbrush reads StyleGAN2")
    options = network["static_kwargs"]
    for name, wanted in USUAL.items():
        if options.get(name) not in (None, wanted):
            raise CheckpointError(f"its {name} is not {wanted!r}, which is all Latentbrush reads")
    if "mapping/LabelConcat/weight" in arrays:
        raise CheckpointError("its classes are those of the first StyleGAN2 code: not read")
    state = convert(arrays)
    rate = options.get("mapping_lrmul", MAPPING_RATE)
    config = infer_config(state, options.get("conv_clamp"))
    return Checkpoint(FORMAT, config, with_mapping_rate(state, rate))


def is_network(value: Any) -> bool:
    return isinstance(value, Record) and value.kind == NETWORK


def variables(network: Record, prefix: str = "", depth: int = 0) -> dict[str, Tensor]:
    """The arrays of a network and its components, under path-like names.

    Raises:
        CheckpointError: it has parts in its parts.
    """
    if depth > 1 or len(network.state["components"]) > MAX_COMPONENTS:
        raise CheckpointError("this is no StyleGAN2 generator: its parts have parts")
    arrays = {
        prefix + name: array.tensor()
        for name, array in network.state["variables"]
        if isinstance(array, Array)
    }
    for name, part in network.state["components"].items():
        arrays |= variables(part, f"{prefix}{name}/", depth + 1)
    return arrays


def convert(arrays: dict[str, Tensor]) -> dict[str, Tensor]:
    """Arrays under TensorFlow's names as a state dict under ours."""
    state = {"mapping.w_avg": arrays["dlatent_avg"]}
    if "mapping/LabelEmbed/weight" in arrays:
        state |= dense(arrays, "mapping/LabelEmbed", "mapping.embed")
    layer = 0
    while f"mapping/Dense{layer}/weight" in arrays:
        state |= dense(arrays, f"mapping/Dense{layer}", f"mapping.fc{layer}")
        layer += 1
    state["synthesis.b4.const"] = arrays["synthesis/4x4/Const/const"][0]
    res = 4
    while f"synthesis/{res}x{res}/ToRGB/weight" in arrays:
        theirs, ours = f"synthesis/{res}x{res}", f"synthesis.b{res}"
        second = 2 * int(math.log2(res)) - 4  # number of the noise of conv1
        if res == 4:
            state |= convolution(arrays, f"{theirs}/Conv", f"{ours}.conv1", second)
        else:
            state |= convolution(arrays, f"{theirs}/Conv0_up", f"{ours}.conv0", second - 1)
            up = f"{ours}.conv0.weight"
            state[up] = state[up].flip(2, 3)  # theirs is a transposed convolution's
            state |= convolution(arrays, f"{theirs}/Conv1", f"{ours}.conv1", second)
        state |= modulated(arrays, f"{theirs}/ToRGB", f"{ours}.torgb")
        res *= 2
    return {name: tensor.contiguous() for name, tensor in state.items()}


def dense(arrays: dict[str, Tensor], theirs: str, ours: str) -> dict[str, Tensor]:
    """A fully connected layer."""
    return {
        f"{ours}.weight": arrays[f"{theirs}/weight"].T,
        f"{ours}.bias": arrays[f"{theirs}/bias"],
    }


def modulated(arrays: dict[str, Tensor], theirs: str, ours: str) -> dict[str, Tensor]:
    """A modulated convolution and its affine layer."""
    return {
        f"{ours}.weight": arrays[f"{theirs}/weight"].permute(3, 2, 0, 1),
        f"{ours}.bias": arrays[f"{theirs}/bias"],
        f"{ours}.affine.weight": arrays[f"{theirs}/mod_weight"].T,
        f"{ours}.affine.bias": arrays[f"{theirs}/mod_bias"] + 1,
    }


def convolution(arrays: dict[str, Tensor], theirs: str, ours: str, noise: int) -> dict[str, Tensor]:
    """A modulated convolution with noise."""
    return modulated(arrays, theirs, ours) | {
        f"{ours}.noise_strength": arrays[f"{theirs}/noise_strength"].reshape([]),
        f"{ours}.noise_const": arrays[f"synthesis/noise{noise}"][0, 0],
    }
