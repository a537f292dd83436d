"""A mapping network that learns to give certain w: how a finished generator gets a deeper one.

Ours. The w that a generator understands are its mapping network's; one of another depth has to
learn them before anything else is trained on.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from models.generator import MappingNetwork
from training.schedule import Length, Steps, set_cosine_lr
from training.together import Group, update

STEPS = Steps(4000)  # half a percent of the variance is missed then, at 128 channels
BATCH = 512
PEAK_LR = 0.3  # times the mapping network's multiplier of 0.01


def imitate(
    student: MappingNetwork,
    teacher: Callable[[Tensor], Tensor],
    length: Length | None = None,
    group: Group | None = None,
) -> None:
    """Teach `student` to give the w [N, D] of `teacher` for every z [N, Z].

    Args:
        length: `STEPS` if not given.
    """
    group, device = group or Group(), student.w_avg.device
    optimiser = torch.optim.Adam(student.parameters(), betas=(0.9, 0.99))
    for now in (length or STEPS).watch("Teaching the mapping network"):
        set_cosine_lr(optimiser, now.passed, PEAK_LR)
        z = torch.randn(BATCH, student.config.z_dim, device=device)
        with torch.no_grad():
            wanted = teacher(z)
        loss = F.mse_loss(student(z), wanted) / wanted.var(dim=0).mean()
        update(optimiser, loss, group)
