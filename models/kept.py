"""What is made of a parameter alone, kept while the parameter stays what it is."""

from collections.abc import Callable

import torch
from torch import Tensor


class Kept:
    """A function of a parameter; without gradients, it is called again only for other values.

    Values are known by where they lie in memory and by how often they were written to there, which
    is what PyTorch itself goes by when it refuses a backward pass.
    """

    def __init__(self, make: Callable[[Tensor], Tensor]) -> None:
        self.make = make
        self.kept: tuple[Tensor, int, Tensor] | None = None

    def __call__(self, parameter: Tensor) -> Tensor:
        if torch.is_grad_enabled() or parameter.is_inference():
            return self.make(parameter)
        kept = self.kept
        if kept is not None:
            source, version, made = kept  # the source is kept, too, so that its memory stays its
            if source.data_ptr() == parameter.data_ptr() and version == parameter._version:
                return made
        with torch.inference_mode(False), torch.no_grad():
            made = self.make(parameter)
        self.kept = (parameter.detach(), parameter._version, made)
        return made
