"""Several processes that train one generator, as `torchrun` starts them.

Every process draws its own pictures and latents. Gradients are averaged before each update, so the
networks stay the same everywhere; the first process alone writes.
"""

import atexit
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import torch
import torch.distributed as dist
from torch import Tensor

from training.schedule import Moment


@dataclass(frozen=True)
class Group:
    """This process among all.

    Attributes:
        rank: from 0.
        size: processes.
        local_rank: among those on this machine: its GPU.
    """

    rank: int = 0
    size: int = 1
    local_rank: int = 0

    @staticmethod
    def join() -> "Group":
        """The group that torchrun started, or a group of one."""
        if "RANK" not in os.environ or int(os.environ.get("WORLD_SIZE", "1")) == 1:
            return Group()
        local_rank = int(os.environ["LOCAL_RANK"])
        if not dist.is_initialized():
            if torch.cuda.is_available():
                torch.cuda.set_device(local_rank)  # each process its own, before any exchange
            dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
            atexit.register(dist.destroy_process_group)
        return Group(dist.get_rank(), dist.get_world_size(), local_rank)

    @property
    def is_first(self) -> bool:
        """Whether this process writes."""
        return self.rank == 0

    def device(self, wanted: str) -> torch.device:
        """This process's own device of a kind."""
        return torch.device(f"cuda:{self.local_rank}" if wanted == "cuda" else wanted)

    def average(self, tensors: Iterable[Tensor]) -> None:
        """Replace each tensor by its mean over all processes, in one exchange."""
        kept = list(tensors)
        if self.size == 1 or not kept:
            return
        flat = torch.cat([tensor.reshape(-1) for tensor in kept])
        dist.all_reduce(flat)
        parts = torch.split(flat / self.size, [tensor.numel() for tensor in kept])
        for tensor, part in zip(kept, parts, strict=True):
            tensor.copy_(part.view_as(tensor))

    def until_one_ends(self, moments: Iterable[Moment]) -> Iterator[Moment]:
        """Moments of each process, until the first one has no more. Clocks differ: all are as far
        as the one that has passed least, so that a rate that falls is the same everywhere."""
        for moment in moments:
            passed = self._least(moment.passed)
            if passed < 0:
                return
            yield replace(moment, passed=passed)
        self._least(-1.0)

    def _least(self, mine: float) -> float:
        """The smallest number of all processes."""
        if self.size == 1:
            return mine
        on = f"cuda:{self.local_rank}" if dist.get_backend() == "nccl" else "cpu"
        number = torch.tensor(mine, device=on, dtype=torch.float64)
        dist.all_reduce(number, op=dist.ReduceOp.MIN)
        return number.item()


def update(optimiser: torch.optim.Optimizer, loss: Tensor, group: Group) -> None:
    """One step down the gradient, averaged over the processes; where that is not finite, it is
    taken for zero."""
    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    parameters = [p for part in optimiser.param_groups for p in part["params"]]
    gradients = [p.grad for p in parameters if p.grad is not None]
    group.average(gradients)
    for gradient in gradients:
        gradient.nan_to_num_(nan=0.0, posinf=0.0, neginf=0.0)
    optimiser.step()
