"""NVIDIA's PyTorch pickles: stylegan2-ada-pytorch, and StyleGAN2 as the stylegan3 code saves it.

Their modules are pickled with the source text of their classes, which NVIDIA's loader executes.
Here the text is skipped; the architecture is read from the attributes and shapes.
"""

from typing import Any

from torch import Tensor

from models.checkpoints.checkpoint import (
    MAPPING_RATE,
    Checkpoint,
    infer_config,
    is_usual_filter,
    with_mapping_rate,
)
from models.checkpoints.pickles import Constructor, Record, text_of
from models.checkpoints.tensors import View
from models.errors import CheckpointError

FORMAT = "NVIDIA PyTorch pickle"
NETWORKS = ("G_ema", "G")
FILTER_NAME = "resample_filter"
MAX_DEPTH = 4  # synthesis, block, layer, affine
MAX_CHILDREN = 32


def module(meta: dict[str, Any], *_: Any) -> Record:
    """What `_reconstruct_persistent_obj` makes: the class's name and the module's attributes."""
    return Record(text_of(meta["class_name"]), meta["state"])


CONSTRUCTORS: dict[str, Constructor] = {
    "torch_utils.persistence._reconstruct_persistent_obj": module,
    "dnnlib.EasyDict": lambda: {},
    "dnnlib.util.EasyDict": lambda: {},
}


def read_official(value: Any) -> Checkpoint | None:
    """The averaged generator of a pickle's value; None when it is no such file.

    Raises:
        CheckpointError: it holds something other than a StyleGAN2.
    """
    if isinstance(value, Record):
        value = {"G": value}
    if not isinstance(value, dict):
        return None
    root = next((value[name] for name in NETWORKS if isinstance(value.get(name), Record)), None)
    if root is None:
        return None
    synthesis = child(root, "synthesis")
    if "input" in synthesis.state["_modules"]:
        raise CheckpointError("this is a StyleGAN3 network; Latentbrush reads StyleGAN2")
    if "b4" not in synthesis.state["_modules"]:
        raise CheckpointError(f"this is a {root.kind!r} network; Latentbrush reads StyleGAN2")
    check_synthesis(synthesis)
    weights = flatten(root)
    if any(not is_usual_filter(t) for name, t in weights.items() if name.endswith(FILTER_NAME)):
        raise CheckpointError("its resampling filter is not StyleGAN2's [1, 3, 3, 1]")
    state = {name: t for name, t in weights.items() if not name.endswith(FILTER_NAME)}
    rate = child(child(root, "mapping"), "fc0").state.get("bias_gain", MAPPING_RATE)
    clamp = child(child(synthesis, "b4"), "conv1").state.get("conv_clamp")
    return Checkpoint(FORMAT, infer_config(state, clamp), with_mapping_rate(state, rate))


def child(parent: Record, name: str) -> Record:
    """A module's submodule.

    Raises:
        CheckpointError: it has none of that name.
    """
    found = parent.state.get("_modules", {}).get(name)
    if not isinstance(found, Record):
        raise CheckpointError(f"this is a {parent.kind!r} network; Latentbrush reads StyleGAN2")
    return found


def check_synthesis(synthesis: Record) -> None:
    """Refuse the variants of StyleGAN2 that draw otherwise.

    Raises:
        CheckpointError: the network is one of them.
    """
    for block in synthesis.state["_modules"].values():
        architecture = text_of(block.state.get("architecture", "skip"))
        if architecture != "skip":
            raise CheckpointError(
                f"its generator is of the architecture {architecture!r}; Latentbrush reads "
                "'skip', StyleGAN2's default"
            )
        for layer in block.state["_modules"].values():
            activation = text_of(layer.state.get("activation", "lrelu"))
            if activation != "lrelu":
                raise CheckpointError(f"its activation is {activation!r}, not lrelu")
            if not layer.state.get("use_noise", True):
                raise CheckpointError("its generator has no noise inputs")


def flatten(root: Record, prefix: str = "", depth: int = 0) -> dict[str, Tensor]:
    """The state dict of a module tree.

    Raises:
        CheckpointError: it is deeper than a generator.
    """
    if depth > MAX_DEPTH or len(root.state["_modules"]) > MAX_CHILDREN:
        raise CheckpointError(f"this is no StyleGAN2 generator: see its {prefix[:60]!r}")
    state: dict[str, Tensor] = {}
    for group in ("_parameters", "_buffers"):
        for name, view in root.state[group].items():
            if isinstance(view, View):
                state[prefix + name] = view.tensor()
    for name, part in root.state["_modules"].items():
        state |= flatten(part, f"{prefix}{name}.", depth + 1)
    return state
