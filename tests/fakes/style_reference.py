"""The encoders of pSp and e4e written down once more, from the names of their weights, to compare
codes with: no modules, every step on a dict, in float32.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from tests.fakes.reference import Weights

BLOCKS = [(1, 1)] + [(1, 1)] * 2 + [(1, 2)] + [(2, 2)] * 3 + [(2, 4)] + [(4, 4)] * 13
BLOCKS += [(4, 8)] + [(8, 8)] * 2
"""(in, out) of all twenty-four, in widths of the first."""
STRIDED = (0, 3, 7, 21)


def random_encoder(dim: int = 512, num: int = 18, seed: int = 0) -> Weights:
    """Weights with which codes depend on the picture, and differ by about one."""
    rng = torch.Generator().manual_seed(seed)
    width = dim // 8
    weights: Weights = {}

    def conv(name: str, out: int, into: int, size: int, gain: float = 1.4) -> None:
        shape = (out, into, size, size)
        scale = gain / math.sqrt(into * size * size)
        weights[f"{name}.weight"] = torch.randn(shape, generator=rng) * scale

    def norm(name: str, channels: int, size: float = 1.0) -> None:
        weights[f"{name}.weight"] = size * (1 + 0.1 * torch.randn(channels, generator=rng))
        weights[f"{name}.bias"] = 0.1 * torch.randn(channels, generator=rng)
        weights[f"{name}.running_mean"] = 0.1 * torch.randn(channels, generator=rng)
        weights[f"{name}.running_var"] = 0.5 + torch.rand(channels, generator=rng)
        weights[f"{name}.num_batches_tracked"] = torch.tensor(7)

    def slopes(name: str, channels: int) -> None:
        weights[f"{name}.weight"] = 0.25 + 0.05 * torch.randn(channels, generator=rng)

    conv("input_layer.0", width, 3, 3)
    norm("input_layer.1", width)
    slopes("input_layer.2", width)
    for k, (before, after) in enumerate(BLOCKS):
        into, out = before * width, after * width
        if into != out:
            conv(f"body.{k}.shortcut_layer.0", out, into, 1, 1.0)
            norm(f"body.{k}.shortcut_layer.1", out)
        norm(f"body.{k}.res_layer.0", into)
        conv(f"body.{k}.res_layer.1", out, into, 3)
        slopes(f"body.{k}.res_layer.2", out)
        conv(f"body.{k}.res_layer.3", out, out, 3)
        norm(f"body.{k}.res_layer.4", out, 0.3)
        conv(f"body.{k}.res_layer.5.fc1", out // 16, out, 1)
        conv(f"body.{k}.res_layer.5.fc2", out, out // 16, 1)
    for i in range(num):
        for j in range(halvings(i)):
            conv(f"styles.{i}.convs.{2 * j}", dim, dim, 3)
            weights[f"styles.{i}.convs.{2 * j}.bias"] = 0.1 * torch.randn(dim, generator=rng)
        weights[f"styles.{i}.linear.weight"] = torch.randn(dim, dim, generator=rng)
        weights[f"styles.{i}.linear.bias"] = 0.1 * torch.randn(dim, generator=rng)
    for name, into in (("latlayer1", 4 * width), ("latlayer2", 2 * width)):
        conv(name, dim, into, 1)
        weights[f"{name}.bias"] = 0.1 * torch.randn(dim, generator=rng)
    return weights


def halvings(style: int) -> int:
    """How often a head halves what it reads: 16, 32 or 64 cells a side."""
    return 4 if style < 3 else 5 if style < 7 else 6


@torch.no_grad()
def codes_of(weights: Weights, img: Tensor, kind: str, mean: Tensor) -> Tensor:
    """Codes [N, L, D] of pictures [N, 3, 256, 256]."""

    def norm(x: Tensor, name: str) -> Tensor:
        gain = weights[f"{name}.weight"] / (weights[f"{name}.running_var"] + 1e-5).sqrt()
        shift = weights[f"{name}.bias"] - weights[f"{name}.running_mean"] * gain
        return x * gain[:, None, None] + shift[:, None, None]

    def bent(x: Tensor, name: str) -> Tensor:
        return torch.where(x > 0, x, x * weights[f"{name}.weight"][:, None, None])

    x = F.conv2d(img, weights["input_layer.0.weight"], padding=1)
    x = bent(norm(x, "input_layer.1"), "input_layer.2")
    seen = {}
    for k, (before, after) in enumerate(BLOCKS):
        stride = 2 if k in STRIDED else 1
        name = f"body.{k}.res_layer"
        y = F.conv2d(norm(x, f"{name}.0"), weights[f"{name}.1.weight"], padding=1)
        y = F.conv2d(bent(y, f"{name}.2"), weights[f"{name}.3.weight"], None, stride, 1)
        y = norm(y, f"{name}.4")
        squeezed = y.mean((2, 3)) @ weights[f"{name}.5.fc1.weight"][:, :, 0, 0].T
        excited = squeezed.clamp(min=0) @ weights[f"{name}.5.fc2.weight"][:, :, 0, 0].T
        y = y * excited.sigmoid()[:, :, None, None]
        if before == after:
            kept = x[:, :, ::stride, ::stride]
        else:
            name = f"body.{k}.shortcut_layer"
            kept = norm(F.conv2d(x, weights[f"{name}.0.weight"], None, stride), f"{name}.1")
        x = kept + y
        seen[k] = x

    def joined(coarse: Tensor, name: str, fine: Tensor) -> Tensor:
        lateral = F.conv2d(fine, weights[f"{name}.weight"], weights[f"{name}.bias"])
        return (
            F.interpolate(coarse, lateral.shape[2:], mode="bilinear", align_corners=True) + lateral
        )

    coarse = seen[23]
    middle = joined(coarse, "latlayer1", seen[20])
    fine = joined(middle, "latlayer2", seen[6])

    def head(i: int) -> Tensor:
        y = (coarse, middle, fine)[halvings(i) - 4]
        for j in range(halvings(i)):
            name = f"styles.{i}.convs.{2 * j}"
            y = F.conv2d(y, weights[f"{name}.weight"], weights[f"{name}.bias"], 2, 1)
            y = torch.where(y > 0, y, 0.01 * y)
        flat = y.reshape(-1, y.shape[1])
        scaled = weights[f"styles.{i}.linear.weight"] / math.sqrt(flat.shape[1])
        return flat @ scaled.T + weights[f"styles.{i}.linear.bias"]

    num = sum(1 for name in weights if name.endswith(".linear.bias"))
    codes = torch.stack([head(i) for i in range(num)], dim=1)
    if kind == "e4e":
        codes[:, 1:] += codes[:, :1].clone()
    return codes + mean
