"""What is made of a parameter is made again when, and only when, the parameter is another."""

import copy

import torch
from torch import Tensor, nn

from models.kept import Kept


def test_it_is_made_once_for_a_parameter_as_it_is() -> None:
    made: list[Tensor] = []

    def double(x: Tensor) -> Tensor:
        made.append(2 * x)
        return made[-1]

    parameter, kept = nn.Parameter(torch.ones(3)), Kept(double)
    with torch.no_grad():
        assert kept(parameter) is kept(parameter)
        parameter.add_(1)
        assert kept(parameter).tolist() == [4, 4, 4]
        parameter.data = parameter.data.double()
        assert kept(parameter).dtype == torch.float64
        other = nn.Parameter(torch.zeros(3))
        assert kept(other).tolist() == [0, 0, 0]
        assert copy.deepcopy(kept)(parameter).tolist() == [4, 4, 4]
        num = len(made)
        kept(parameter)
    assert len(made) == num + 1  # one at a time is kept


def test_with_gradients_it_is_part_of_the_graph() -> None:
    parameter, kept = nn.Parameter(torch.ones(3)), Kept(torch.square)
    with torch.inference_mode():
        assert not kept(parameter).is_inference()  # and so serves later as well
    kept(parameter).sum().backward()
    assert parameter.grad is not None and parameter.grad.tolist() == [2, 2, 2]
