"""StyleGAN2 written down once more, plainly and apart from the product, to compare pictures with.

One z, one picture, float32; every formula as in Karras et al. 2020 and the official networks:
weights are modulated, not activations, and filters are applied by explicit loops over their taps.
"""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

Weights = dict[str, Tensor]


def random_weights(
    resolution: int,
    *,
    channel_base: int = 16384,
    channel_max: int = 512,
    w_dim: int = 512,
    layers: int = 8,
    c_dim: int = 0,
    seed: int = 0,
) -> Weights:
    """Weights under the official names, with noise strengths and biases that are not zero."""
    rng = torch.Generator().manual_seed(seed)

    def normal(*shape: int, scale: float = 1.0) -> Tensor:
        return torch.randn(shape, generator=rng) * scale

    weights: Weights = {"mapping.w_avg": normal(w_dim, scale=0.3)}
    width = w_dim * 2 if c_dim else w_dim
    if c_dim:
        weights["mapping.embed.weight"] = normal(w_dim, c_dim)
        weights["mapping.embed.bias"] = normal(w_dim, scale=0.1)
    for i in range(layers):
        weights[f"mapping.fc{i}.weight"] = normal(w_dim, width, scale=100.0)
        weights[f"mapping.fc{i}.bias"] = normal(w_dim, scale=10.0)
        width = w_dim
    res, before = 4, 0
    while res <= resolution:
        channels = min(channel_base // res, channel_max)
        block = f"synthesis.b{res}"
        if res == 4:
            weights[f"{block}.const"] = normal(channels, 4, 4)
        for conv, size in (("conv0", before), ("conv1", channels)):
            if conv == "conv0" and res == 4:
                continue
            weights[f"{block}.{conv}.weight"] = normal(channels, size, 3, 3)
            weights[f"{block}.{conv}.bias"] = normal(channels, scale=0.2)
            weights[f"{block}.{conv}.noise_strength"] = normal(scale=0.3)
            weights[f"{block}.{conv}.noise_const"] = normal(res, res)
            weights[f"{block}.{conv}.affine.weight"] = normal(size, w_dim)
            weights[f"{block}.{conv}.affine.bias"] = normal(size, scale=0.1) + 1
        weights[f"{block}.torgb.weight"] = normal(3, channels, 1, 1, scale=0.3)
        weights[f"{block}.torgb.bias"] = normal(3, scale=0.1)
        weights[f"{block}.torgb.affine.weight"] = normal(channels, w_dim)
        weights[f"{block}.torgb.affine.bias"] = normal(channels, scale=0.1) + 1
        before, res = channels, res * 2
    return weights


def seed_z(seed: int, z_dim: int) -> Tensor:
    """The z of a seed, as every StyleGAN2 tool draws it."""
    return torch.from_numpy(np.random.RandomState(seed).randn(1, z_dim)).float()


def picture(
    weights: Weights, z: Tensor, c: Tensor | None = None, clamp: float | None = None
) -> Tensor:
    """Draw z [1, Z] at truncation 1 with constant noise: [3, R, R]."""
    w = mapped(weights, z, c)
    img: Tensor | None = None
    x, res = weights["synthesis.b4.const"][None], 4
    while f"synthesis.b{res}.conv1.weight" in weights:
        block = f"synthesis.b{res}"
        if res > 4:
            x = layer(weights, f"{block}.conv0", x, w, clamp, up=True)
        x = layer(weights, f"{block}.conv1", x, w, clamp, up=False)
        colours = to_rgb(weights, f"{block}.torgb", x, w, clamp)
        img = colours if img is None else enlarged(img) + colours
        res *= 2
    assert img is not None
    return img[0]


def dense(weights: Weights, name: str, x: Tensor, rate: float = 1.0) -> Tensor:
    """A fully connected layer without activation."""
    weight = weights[f"{name}.weight"]
    return x @ (weight * (rate / math.sqrt(weight.shape[1]))).T + weights[f"{name}.bias"] * rate


def lrelu(x: Tensor) -> Tensor:
    return torch.where(x > 0, x, 0.2 * x) * math.sqrt(2)


def unit(x: Tensor) -> Tensor:
    return x / ((x**2).mean(dim=1, keepdim=True) + 1e-8).sqrt()


def mapped(weights: Weights, z: Tensor, c: Tensor | None) -> Tensor:
    """z (and a class) to w [1, D]."""
    x = unit(z)
    if c is not None:
        x = torch.cat([x, unit(dense(weights, "mapping.embed", c))], dim=1)
    i = 0
    while f"mapping.fc{i}.weight" in weights:
        x = lrelu(dense(weights, f"mapping.fc{i}", x, rate=0.01))
        i += 1
    return x


def spread(x: Tensor) -> Tensor:
    """Zeros between the pixels."""
    n, c, h, w = x.shape
    y = torch.zeros(n, c, 2 * h, 2 * w)
    y[:, :, ::2, ::2] = x
    return y


def smoothed(x: Tensor) -> Tensor:
    """[1, 3, 3, 1] in both directions, gain 4, without padding."""
    taps = [1 / 4, 3 / 4, 3 / 4, 1 / 4]
    h, w = x.shape[2:]
    x = sum((tap * x[:, :, i : h - 3 + i] for i, tap in enumerate(taps)), torch.zeros(()))
    return sum((tap * x[:, :, :, i : w - 3 + i] for i, tap in enumerate(taps)), torch.zeros(()))


def enlarged(img: Tensor) -> Tensor:
    """The skip of the colours."""
    return smoothed(F.pad(spread(img), [2, 1, 2, 1]))


def layer(
    weights: Weights, name: str, x: Tensor, w: Tensor, clamp: float | None, up: bool
) -> Tensor:
    """A modulated convolution, noise, bias and activation."""
    style = dense(weights, f"{name}.affine", w)[0]
    weight = weights[f"{name}.weight"] * style[None, :, None, None]
    weight = weight / (weight.square().sum(dim=(1, 2, 3), keepdim=True) + 1e-8).sqrt()
    if up:  # the transposed convolution, as a convolution of the spread picture
        x = F.pad(spread(x), [2, 1, 2, 1])
        x = smoothed(F.pad(F.conv2d(x, weight.flip(2, 3)), [1, 1, 1, 1]))
    else:
        x = F.conv2d(x, weight, padding=1)
    x = x + weights[f"{name}.noise_const"] * weights[f"{name}.noise_strength"]
    x = lrelu(x + weights[f"{name}.bias"][None, :, None, None])
    return x if clamp is None else x.clamp(-clamp, clamp)


def to_rgb(weights: Weights, name: str, x: Tensor, w: Tensor, clamp: float | None) -> Tensor:
    """A modulated 1×1 convolution without demodulation."""
    weight = weights[f"{name}.weight"]
    style = dense(weights, f"{name}.affine", w)[0] / math.sqrt(weight.shape[1])
    x = (
        F.conv2d(x, weight * style[None, :, None, None])
        + weights[f"{name}.bias"][None, :, None, None]
    )
    return x if clamp is None else x.clamp(-clamp, clamp)
