"""Generated pictures on which the effect of a direction is measured."""

import torch
from torch import Tensor

from models.edits import move
from models.feather import feather
from models.latents import embed
from models.model import Model
from training.generated import draw_latents
from training.readings import readings_of

PROBES = 8


class Probes:
    """Some pictures, and what is read of them."""

    def __init__(self, model: Model) -> None:
        self.model = model
        plain = draw_latents(model, PROBES, torch.Generator().manual_seed(9))
        self.latent = embed(plain, "S+", model.layout)
        self.img = model.render(plain)
        self.readings = readings_of(model, self.img)

    @torch.no_grad()
    def effect(self, row: Tensor, place: Tensor, column: int) -> float:
        """How far a direction [L, D], painted at a place [1, 1, h, w], moves one reading."""
        after = self.model.render(move(self.latent, row, 1.0, place))
        soft = feather(place, (self.img.shape[2], self.img.shape[3]))
        shown = self.img + soft * (after - self.img)
        moved = readings_of(self.model, shown) - self.readings
        return moved[:, column].mean().item()
