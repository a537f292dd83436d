"""Files as other projects write them, made from weights under the official names."""

import argparse
import math
import pickle
import sys
import types
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from tests.fakes.reference import Weights

SOURCE = "import pathlib; pathlib.Path({marker!r}).write_text('run')"
"""What the source text in a pickle would do if anyone ran it."""


TAPS = torch.tensor([1.0, 3.0, 3.0, 1.0])
FILTER = TAPS.outer(TAPS) / 64


@contextmanager
def modules(**classes: type | Any) -> Iterator[None]:
    """Make modules importable that only exist where those files are written."""
    names = []
    for path, thing in classes.items():
        module_name, _, name = path.replace("__", ".").rpartition(".")
        for depth in range(module_name.count(".") + 1):
            parent = ".".join(module_name.split(".")[: depth + 1])
            sys.modules.setdefault(parent, types.ModuleType(parent))
            names.append(parent)
        setattr(sys.modules[module_name], name, thing)
        thing.__module__, thing.__qualname__ = module_name, name
    try:
        yield
    finally:
        for name in names:
            sys.modules.pop(name, None)


def _reconstruct_persistent_obj(_meta: Any) -> Any:
    raise AssertionError("only its name is pickled")


class EasyDict(dict[str, Any]):
    pass


class Network:
    """dnnlib.tflib.Network, as far as a pickle shows it."""

    def __init__(self, state: dict[str, Any]) -> None:
        self.state = state

    def __getstate__(self) -> dict[str, Any]:
        return self.state


class Module:
    """A module pickled with its source text."""

    def __init__(self, class_name: str, source: str, **attributes: Any) -> None:
        self.meta = EasyDict(
            type="class", version=6, module_src=source, class_name=class_name, state={}
        )
        self.meta["state"] = {
            "training": False,
            "_parameters": OrderedDict(),
            "_buffers": OrderedDict(),
            "_modules": OrderedDict(),
            **attributes,
        }

    def child(self, name: str, class_name: str, **attributes: Any) -> "Module":
        found: Module = self.meta["state"]["_modules"].setdefault(
            name, Module(class_name, self.meta["module_src"], **attributes)
        )
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        return _reconstruct_persistent_obj, (self.meta,)


def official_module(weights: Weights, marker: str, clamp: float | None, c_dim: int) -> Module:
    """The generator as a tree of modules."""
    root = Module("Generator", SOURCE.format(marker=marker), c_dim=c_dim, z_dim=512)
    for name, tensor in weights.items():
        module = root
        *path, leaf = name.split(".")
        for part in path:
            module = module.child(
                part, part.capitalize(), conv_clamp=clamp, activation="lrelu", use_noise=True
            )
        is_buffer = leaf in ("noise_const", "w_avg")
        group = "_buffers" if is_buffer else "_parameters"
        value = tensor if is_buffer else nn.Parameter(tensor, requires_grad=False)
        module.meta["state"][group][leaf] = value
        if leaf == "noise_const":
            module.meta["state"]["_buffers"]["resample_filter"] = FILTER
    for part in root.meta["state"]["_modules"]["mapping"].meta["state"]["_modules"].values():
        part.meta["state"]["bias_gain"] = 0.01
    return root


def write_official(
    path: Path,
    weights: Weights,
    *,
    clamp: float | None = None,
    c_dim: int = 0,
    marker: str = "/nowhere",
    protocol: int = 4,
    change: Callable[[Module], object] = lambda root: None,
) -> None:
    """A .pkl of stylegan2-ada-pytorch or of the stylegan3 code; `change` makes it another."""
    with (
        modules(torch_utils__persistence___reconstruct_persistent_obj=_reconstruct_persistent_obj),
        modules(dnnlib__util__EasyDict=EasyDict),
    ):
        network = official_module(weights, marker, clamp, c_dim)
        change(network)
        value = {"G": None, "D": None, "G_ema": network, "training_set_kwargs": EasyDict(a=1)}
        path.write_bytes(pickle.dumps(value, protocol=protocol))


def write_tensorflow(
    path: Path,
    weights: Weights,
    *,
    clamp: float | None = None,
    c_dim: int = 0,
    made_by: str = "G_main",
    protocol: int = 4,
    static: dict[str, Any] | None = None,
) -> None:
    """A .pkl of StyleGAN2's TensorFlow code."""
    mapping, synthesis = [], []
    for name, tensor in weights.items():
        array = tensor.numpy()
        if name == "mapping.w_avg":
            continue
        _, *path_, leaf = name.split(".")
        if name.startswith("mapping.embed"):
            mapping.append((f"LabelEmbed/{leaf}", array.T))
        elif name.startswith("mapping"):
            mapping.append((f"Dense{path_[0][2:]}/{leaf}", array.T))
        else:
            synthesis.append(tensorflow_variable(path_, leaf, tensor))
    static = {"label_size": c_dim, "conv_clamp": clamp, "resolution": 0} | (static or {})
    parts = {
        "mapping": tensorflow_network(mapping, {}, "G_mapping", {}),
        "synthesis": tensorflow_network(synthesis, {}, "G_synthesis_stylegan2", {}),
    }
    own = [("lod", torch.zeros(()).numpy()), ("dlatent_avg", weights["mapping.w_avg"].numpy())]
    with modules(dnnlib__tflib__network__Network=Network):
        whole = tensorflow_network(own, static, made_by, parts)
        path.write_bytes(pickle.dumps((whole, whole, whole), protocol=protocol))


def tensorflow_network(
    variables: list[Any], static: dict[str, Any], made_by: str, parts: dict[str, Any]
) -> Network:
    return Network(
        {
            "version": 4,
            "name": made_by,
            "static_kwargs": static,
            "components": parts,
            "build_module_src": SOURCE.format(marker="/nowhere"),
            "build_func_name": made_by,
            "variables": variables,
        }
    )


def tensorflow_variable(path: list[str], leaf: str, tensor: Tensor) -> tuple[str, Any]:
    """One variable of the synthesis network."""
    res = int(path[0][1:])
    folder = f"{res}x{res}"
    if leaf == "const":
        return f"{folder}/Const/const", tensor[None].numpy()
    layer = {"conv0": "Conv0_up", "conv1": "Conv" if res == 4 else "Conv1", "torgb": "ToRGB"}
    theirs = f"{folder}/{layer[path[1]]}"
    if leaf == "noise_const":
        number = 2 * int(math.log2(res)) - (5 if path[1] == "conv0" else 4)
        return f"noise{number}", tensor[None, None].numpy()
    if len(path) == 3:  # affine
        value = tensor.T if leaf == "weight" else tensor - 1
        return f"{theirs}/mod_{leaf}", value.numpy()
    if leaf == "weight":
        hwio = tensor.flip(2, 3) if path[1] == "conv0" else tensor
        return f"{theirs}/weight", hwio.permute(2, 3, 1, 0).numpy()
    return f"{theirs}/{leaf}", tensor.numpy()


def rosinality_state(weights: Weights) -> dict[str, Tensor]:
    """A generator's state dict under rosinality's names."""
    state: dict[str, Tensor] = {}
    parts = {
        "weight": "conv.weight",
        "affine.weight": "conv.modulation.weight",
        "affine.bias": "conv.modulation.bias",
        "noise_strength": "noise.weight",
        "bias": "activate.bias",
    }
    for name, tensor in weights.items():
        network, *path = name.split(".")
        if network == "mapping":
            if path[0] != "w_avg":
                state[f"style.{int(path[0][2:]) + 1}.{path[1]}"] = tensor
            continue
        res, layer, leaf = int(path[0][1:]), path[1], ".".join(path[2:])
        k = int(math.log2(res))
        if layer == "const":
            state["input.input"] = tensor[None]
        elif layer == "torgb":
            theirs = "to_rgb1" if res == 4 else f"to_rgbs.{k - 3}"
            part = {**parts, "bias": "bias"}[leaf]
            shaped = tensor[None] if leaf == "weight" else tensor
            state[f"{theirs}.{part}"] = shaped.reshape(1, 3, 1, 1) if leaf == "bias" else shaped
        else:
            number = 2 * (k - 3) + (layer == "conv1")
            if leaf == "noise_const":
                state[f"noises.noise_{number + 1}"] = tensor[None, None]
                continue
            theirs = "conv1" if res == 4 else f"convs.{number}"
            shaped = tensor[None] if leaf == "weight" else tensor
            shaped = tensor.reshape(1) if leaf == "noise_strength" else shaped
            state[f"{theirs}.{parts[leaf]}"] = shaped
            if layer == "conv0":
                state[f"{theirs}.conv.blur.kernel"] = FILTER * 4
    return state


def write_rosinality(path: Path, weights: Weights, *, zipped: bool = True) -> None:
    """What convert_weight.py writes."""
    value = {"g_ema": rosinality_state(weights), "latent_avg": weights["mapping.w_avg"]}
    torch.save(value, path, _use_new_zipfile_serialization=zipped)


def write_rosinality_training(path: Path, weights: Weights) -> None:
    """What train.py writes: no mean of w, and the arguments as a Namespace."""
    state = rosinality_state(weights)
    args = argparse.Namespace(path="somewhere", size=64, lr=0.002)
    torch.save({"g": state, "d": {}, "g_ema": state, "args": args, "ada_aug_p": 0.0}, path)


E4E = {"encoder_type": "Encoder4Editing", "stylegan_size": 1024, "dataset_type": "ffhq_encode"}
PSP = {"encoder_type": "GradualStyleEncoder", "input_nc": 3, "label_nc": 0}
"""What older files of pSp say; newer ones have `output_size` and `learn_in_w`, too."""


def write_psp(
    path: Path, weights: Weights, encoder: Weights | None = None, **options: object
) -> None:
    """A pSp or e4e checkpoint: an encoder, the generator as its decoder, the options."""
    decoder = {f"decoder.{name}": tensor for name, tensor in rosinality_state(weights).items()}
    mean = weights["mapping.w_avg"].repeat(18, 1)
    known = {"input_layer.0.weight": torch.randn(4, 3, 3, 3)} if encoder is None else encoder
    own = {f"encoder.{name}": tensor for name, tensor in known.items()}
    opts = {"lr": 0.1, "resize": None, "start_from_latent_avg": True, **options}
    torch.save({"state_dict": own | decoder, "latent_avg": mean, "opts": opts}, path)
