"""Turning a finished run of the GAN into a model's folder."""

from pathlib import Path

import torch

from models.attributes import AttributeSet
from models.generator import Generator
from models.model import Card, Encoding, Model, best_dtype
from training.gan_options import GanOptions
from training.generated import measure_whitening
from training.runs import load_state

BUNDLED = {
    "portraits": Card(
        "portraits", "Drawn portraits", "trained by this project on its own renders", "MIT"
    )
}


def release_generator(run: Path, name: str, device: str = "cpu") -> Model:
    """The moving average of a run as a model without encoder and attributes.

    Raises:
        TrainingError: there is no run in that folder.
    """
    state = load_state(run)
    options = GanOptions(**state["options"])
    generator = Generator(options.generator)
    generator.load_state_dict(state["ema"])
    generator.eval().requires_grad_(False)
    where = torch.device(device)
    return Model(
        card=BUNDLED.get(name, Card(name, name, f"trained on {options.data}", "unknown")),
        generator=generator.to(where),
        whitening=measure_whitening(generator.mapping, options.w_dim).to(where),
        encoder=None,
        perceptual=None,
        attributes=AttributeSet((), torch.zeros(0, device=where)),
        encoding=Encoding(),
        device=where,
        dtype=best_dtype(where),
    )
