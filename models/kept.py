"""What is made of a parameter alone, kept while the parameter stays what it is."""

from collections.abc import Callable

import torch
from torch import Tensor, nn


def kept_bytes(network: nn.Module) -> int:
    """How much memory is kept beside a network's parameters."""
    held = [kept for module in network.modules() for kept in vars(module).values()]
    return sum(kept.num_bytes for kept in held if isinstance(kept, Kept))


class Kept:
    """A function of a parameter; without gradients, it is called again only for other values.

    Values are known by where they lie in memory and by how often they were written to there, which
    is what PyTorch itself goes by when it refuses a backward pass. Writing through `.data` is not
    counted there: nobody may do so to a parameter that this is asked for.
    """

    def __init__(self, make: Callable[[Tensor], Tensor]) -> None:
        self.make = make
        self.kept: tuple[Tensor, int, Tensor] | None = None

    @property
    def num_bytes(self) -> int:
        """How much memory it keeps."""
        return 0 if self.kept is None else self.kept[2].nbytes

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
