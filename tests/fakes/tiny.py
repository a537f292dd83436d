"""A small model with random weights: 32 px, built in a moment, the same every time."""

from dataclasses import replace

import torch

from models.attributes import Attribute, AttributeSet
from models.encoder import Encoder, EncoderConfig
from models.generator import Generator, GeneratorConfig
from models.model import Card, Encoding, Model
from models.perceptual import PerceptualConfig, PerceptualNet
from models.prior import GaussianPrior
from models.whitening import measure_whitening

CONFIG = GeneratorConfig(
    img_resolution=32,
    z_dim=16,
    w_dim=16,
    channel_base=256,
    channel_max=16,
    mapping_layers=2,
    grid=16,
)


def tiny_generator(config: GeneratorConfig = CONFIG) -> Generator:
    """Random weights, with noise strengths and biases that are not zero."""
    torch.manual_seed(0)
    generator = Generator(config)
    with torch.no_grad():
        for name, parameter in generator.named_parameters():
            if name.endswith(("noise_strength", ".bias")) and "affine" not in name:
                parameter.normal_(0, 0.2)
    return generator.eval().requires_grad_(False)


def tiny_land() -> Model:
    """A spatially trained model, with nothing but a generator."""
    generator = tiny_generator(replace(CONFIG, homogeneous=True))
    model = tiny_model()
    return replace(
        model,
        card=Card("tiny-land", "Tiny land", "random weights", "MIT", any_size=True),
        generator=generator,
        whitening=measure_whitening(generator, 5000),
        encoder=None,
        prior=GaussianPrior((1.0, 4.0), 0.25),
    )


def tiny_model() -> Model:
    """A whole model: encoder, perceptual network and two attributes."""
    generator = tiny_generator()
    whitening = measure_whitening(generator, 5000)
    encoder = Encoder(EncoderConfig(whitening.num_live, (8, 8, 16), 16, width=16), CONFIG.layout)
    perceptual = PerceptualNet(PerceptualConfig(32, ("smile", "hat"), (8, 8, 16), 16))
    attributes = AttributeSet(
        (Attribute("smile", "Smile"), Attribute("hat", "Hat", layers=(0, 4))),
        torch.randn(2, generator.num_ws, 16) * 0.3,
    )
    return Model(
        card=Card("tiny", "Tiny", "random weights", "MIT"),
        generator=generator,
        whitening=whitening,
        encoder=encoder.eval().requires_grad_(False),
        perceptual=perceptual.eval().requires_grad_(False),
        attributes=attributes,
        encoding=Encoding(steps=5),
        device=torch.device("cpu"),
        dtype=torch.float32,
    )
