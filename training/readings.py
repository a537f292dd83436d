"""What a model's perceptual network reads of pictures."""

from torch import Tensor

from models.model import Model
from training.errors import TrainingError


def readings_of(model: Model, img: Tensor) -> Tensor:
    """The perceptual network's readings [N, T]."""
    if model.perceptual is None:
        raise TrainingError("train the perceptual network first: latentbrush train perceptual")
    with model.autocast():
        readings: Tensor = model.perceptual(img)
    return readings.float()
