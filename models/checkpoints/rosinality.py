"""Checkpoints of rosinality's stylegan2-pytorch, alone or as the decoder of pSp-like encoders."""

import re
from typing import Any

import torch
from torch import Tensor

from models.checkpoints.checkpoint import Checkpoint, checked, infer_config, is_usual_filter
from models.checkpoints.tensors import View
from models.errors import CheckpointError
from models.generator import Generator

W_AVG_SAMPLES = 10_000  # training checkpoints do not hold the mean of w
HOLDERS = ("params_ema", "state_dict", "generator", "g")
"""Where others keep a generator that rosinality's code keeps under `g_ema`."""
WRAPPERS = ("module.", "_orig_mod.")
"""What DataParallel and torch.compile put before every name."""


def read_rosinality(value: Any) -> Checkpoint | None:
    """The generator of a dict that torch.save wrote; None when it is no such file.

    Raises:
        CheckpointError: it holds something other than a StyleGAN2.
    """
    if not isinstance(value, dict):
        return None
    found = find_weights(value)
    if found is None:
        return None
    format_, views = found
    if any(name.startswith(("generator.progression", "progression")) for name in views):
        raise CheckpointError("this is a StyleGAN (1); Latentbrush reads StyleGAN2")
    kernels = [
        v.tensor() for n, v in views.items() if n.endswith(".kernel") and isinstance(v, View)
    ]
    if not all(is_usual_filter(kernel) for kernel in kernels):
        raise CheckpointError("its resampling filter is not StyleGAN2's [1, 3, 3, 1]")
    weights = {name: view.tensor() for name, view in views.items() if isinstance(view, View)}
    state = convert(weights)
    config = infer_config(state)
    state |= missing_noises(state)
    mean = value.get("latent_avg")
    if isinstance(mean, View):
        state["mapping.w_avg"] = first_of(mean.tensor())
    else:
        state["mapping.w_avg"] = torch.zeros(config.w_dim)
        state["mapping.w_avg"] = mean_w(checked(Checkpoint(format_, config, state)).generator())
    return Checkpoint(format_, config, state)


def find_weights(value: dict[Any, Any]) -> tuple[str, dict[str, Any]] | None:
    """What kind of file it is, and the generator's part of it under rosinality's names."""
    whole = value.get("state_dict")
    if isinstance(whole, dict) and (decoder := below("decoder.", unwrapped(whole))):
        return "pSp-style checkpoint", decoder
    if isinstance(value.get("g_ema"), dict):
        return "rosinality checkpoint", unwrapped(value["g_ema"])
    for held in (value, *(value.get(name) for name in HOLDERS)):
        if isinstance(held, dict) and "input.input" in (weights := unwrapped(held)):
            return "rosinality weights", weights
    return None


def below(prefix: str, named: dict[str, Any]) -> dict[str, Any]:
    """What has that prefix, without it."""
    return {name.removeprefix(prefix): v for name, v in named.items() if name.startswith(prefix)}


def unwrapped(named: dict[Any, Any]) -> dict[str, Any]:
    """Named weights without what wrappers put before every name; what has no name is left out."""
    weights = {name: view for name, view in named.items() if isinstance(name, str)}
    for prefix in WRAPPERS:
        weights = below(prefix, weights) or weights
    return weights


def missing_noises(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Noise inputs that a file does not hold, as older ones do not: any noise is as good, and a
    seed makes it the same each time."""
    rng = torch.Generator().manual_seed(0)
    noises = {}
    for strength in sorted(name for name in state if name.endswith(".noise_strength")):
        noise = strength.replace("noise_strength", "noise_const")
        res = int(strength.split(".")[1].removeprefix("b"))
        if noise not in state:
            noises[noise] = torch.randn(res, res, generator=rng)
    return noises


def first_of(mean: Tensor) -> Tensor:
    """The mean of w from one vector, or from one per layer."""
    return mean if mean.ndim == 1 else mean.reshape(-1, mean.shape[-1])[0]


@torch.no_grad()
def mean_w(generator: Generator) -> Tensor:
    """The mean of w [D] over normal z."""
    rng = torch.Generator().manual_seed(0)
    z = torch.randn(W_AVG_SAMPLES, generator.config.z_dim, generator=rng)
    w: Tensor = generator.mapping(z)
    return w.mean(dim=0)


def convert(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights under rosinality's names as a state dict under ours."""
    state = {}
    for name, tensor in weights.items():
        ours = renamed(name)
        if ours is not None:
            state[ours] = reshaped(ours, tensor).contiguous()
    return state


def renamed(name: str) -> str | None:
    """Our name of a weight; None for buffers that are not needed."""
    if name.endswith(".kernel"):
        return None
    if name == "input.input":
        return "synthesis.b4.const"
    if match := re.fullmatch(r"style\.(\d+)\.(weight|bias)", name):
        return f"mapping.fc{int(match[1]) - 1}.{match[2]}"
    if match := re.fullmatch(r"noises\.noise_(\d+)", name):
        return f"synthesis.{layer_name(int(match[1]))}.noise_const"
    if match := re.fullmatch(r"(?:conv1|convs\.(\d+))\.(.+)", name):
        index = 0 if match[1] is None else int(match[1]) + 1
        return f"synthesis.{layer_name(index)}.{part_name(match[2])}"
    if match := re.fullmatch(r"(?:to_rgb1|to_rgbs\.(\d+))\.(.+)", name):
        res = 4 if match[1] is None else 8 << int(match[1])
        return f"synthesis.b{res}.torgb.{part_name(match[2])}"
    raise CheckpointError(f"not a StyleGAN2 generator of rosinality's: it has {name[:60]!r}")


def layer_name(index: int) -> str:
    """Our name of the convolution number `index`: 4 px has one, every later block two."""
    return f"b{4 << ((index + 1) // 2)}.conv{1 - index % 2}"


PARTS = {
    "conv.weight": "weight",
    "conv.modulation.weight": "affine.weight",
    "conv.modulation.bias": "affine.bias",
    "noise.weight": "noise_strength",
    "activate.bias": "bias",
    "bias": "bias",
}


def part_name(theirs: str) -> str:
    """Our name of a layer's part.

    Raises:
        CheckpointError: StyleGAN2's layers have no such part.
    """
    if theirs not in PARTS:
        raise CheckpointError(f"not a StyleGAN2 layer of rosinality's: it has {theirs[:60]!r}")
    return PARTS[theirs]


def reshaped(name: str, tensor: Tensor) -> Tensor:
    """A weight without the broadcast dimensions that rosinality keeps."""
    if name.endswith("noise_strength"):
        return tensor.reshape([])
    if name.endswith("noise_const"):
        return tensor.reshape(tensor.shape[-2:])
    if name.endswith("torgb.bias"):
        return tensor.flatten()
    is_conv = name.startswith("synthesis") and name.endswith(".weight") and "affine" not in name
    return tensor[0] if is_conv or name.endswith(".const") else tensor
