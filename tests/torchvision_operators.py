"""Lets torchvision be imported beside a CPU torch, whose compiled operators for it may be missing:
the two that its import asks for are declared, and never called."""

import torch

_operators = torch.library.Library("torchvision", "FRAGMENT")


def declare(name: str, arguments: str) -> None:
    try:
        torch.ops.torchvision.__getattr__(name)
    except AttributeError:
        _operators.define(f"{name}({arguments}) -> Tensor")


declare("nms", "Tensor dets, Tensor scores, float iou_threshold")
declare("qnms", "Tensor dets, Tensor scores, float iou_threshold")
