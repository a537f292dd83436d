"""Layers with a learning-rate-equalised weight (Karras et al. 2018, section 4.1)."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.ops import bias_act, downsample2d, fir_filter, leaky_relu, map_of, rows_of


class FullyConnected(nn.Module):
    """Linear layer [N, I] → [N, O], its weight scaled at run time by `lr_multiplier`/sqrt(I)."""

    def __init__(
        self,
        in_features: int,
        out_features: int,
        *,
        activate: bool = False,
        bias_init: float = 0.0,
        lr_multiplier: float = 1.0,
    ) -> None:
        super().__init__()
        self.activate = activate
        self.lr_multiplier = lr_multiplier
        self.weight = nn.Parameter(torch.randn(out_features, in_features) / lr_multiplier)
        self.bias = nn.Parameter(torch.full([out_features], float(bias_init)))

    def scaled(self) -> tuple[Tensor, Tensor]:
        """The effective weight [O, I] and bias [O]."""
        gain = self.lr_multiplier / math.sqrt(self.weight.shape[1])
        return self.weight * gain, self.bias * self.lr_multiplier

    def forward(self, x: Tensor) -> Tensor:
        weight, bias = self.scaled()
        y = F.linear(x, weight, bias)
        return leaky_relu(y) if self.activate else y


class StyleAffine(FullyConnected):
    """The affine map from w to a layer's style, applied to every cell of a map of w."""

    def __init__(self, w_dim: int, channels: int) -> None:
        super().__init__(w_dim, channels, bias_init=1.0)

    def forward(self, x: Tensor) -> Tensor:  # [N, D, h, w] => [N, I, h, w]
        gain = 1 / math.sqrt(self.weight.shape[1])
        weight = self.weight.T.expand(len(x), -1, -1)
        y = torch.baddbmm(self.bias, rows_of(x), weight, alpha=gain)  # x as it lies
        return map_of(y, x.shape[2])


class Conv2d(nn.Module):
    """Equalised convolution of D, with optional bias, activation and halving."""

    resample_filter: Tensor

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        *,
        activate: bool = True,
        bias: bool = True,
        down: bool = False,
        clamp: float | None = None,
    ) -> None:
        super().__init__()
        self.activate = activate
        self.down = down
        self.clamp = clamp
        self.weight = nn.Parameter(torch.randn(out_channels, in_channels, kernel_size, kernel_size))
        self.bias = nn.Parameter(torch.zeros(out_channels)) if bias else None
        self.register_buffer("resample_filter", fir_filter(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        size = self.weight.shape[2]
        weight = (self.weight / math.sqrt(self.weight[0].numel())).to(x.dtype)
        if self.down and size == 1:
            x = F.conv2d(downsample2d(x, self.resample_filter), weight)
        elif self.down:
            x = F.pad(x, [2, 2, 2, 2])
            kernel = self.resample_filter.to(x.dtype).expand(x.shape[1], 1, 4, 4)
            x = F.conv2d(F.conv2d(x, kernel, groups=x.shape[1]), weight, stride=2)
        else:
            x = F.conv2d(x, weight, padding=size // 2)
        if self.activate and self.bias is not None:
            return bias_act(x, self.bias, self.clamp)
        if self.bias is not None:
            x = x + self.bias.to(x.dtype)[:, None, None]
        return x
