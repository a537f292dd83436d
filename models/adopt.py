"""Making a model of a bare generator: what encoding and painting need, with no training.

The generator gets the statistics of its latents, and directions that are found without labels.
"""

from collections.abc import Iterable
from dataclasses import replace

import torch

from models.attributes import Attribute, AttributeSet, free_id
from models.directions import Direction, in_sigma, pca, sefa
from models.generator import Generator
from models.model import Card, Encoding, Model, best_dtype
from models.sampling import random_w
from models.whitening import measure_whitening

SEFA_PER_BAND = 4
COMPONENTS = 4
DRAWS = 10_000  # of w, to measure directions on
STEPS = 200  # of encoding from the mean latent, with no encoder


def adopt(generator: Generator, card: Card, device: torch.device) -> Model:
    """A model that can be generated from, encoded into and painted on."""
    generator = generator.to(device)
    model = Model(
        card=card,
        generator=generator,
        whitening=measure_whitening(generator),
        encoder=None,
        perceptual=None,
        attributes=AttributeSet((), torch.zeros(0, device=device)),
        encoding=Encoding(steps=STEPS),
        device=device,
        dtype=best_dtype(device),
        stored=torch.float32,
    )
    w = draws(model)
    found = sefa(generator, SEFA_PER_BAND) + pca(generator, w, COMPONENTS)
    return with_directions(model, found)


def draws(model: Model) -> torch.Tensor:
    """The w [N, D] that directions are measured on; the same for every direction of a model."""
    return random_w(model.generator, DRAWS, torch.Generator().manual_seed(0))


def with_directions(model: Model, directions: Iterable[Direction]) -> Model:
    """A model with more attributes, each one σ long.

    Raises:
        ShapeError: generated latents never move along one of them.
    """
    w = draws(model)
    attributes = list(model.attributes.attributes)
    rows = list(model.attributes.directions) if attributes else []
    for direction in (in_sigma(d, w) for d in directions):
        taken = {attribute.id for attribute in attributes}
        attributes.append(
            Attribute(
                id=free_id(direction.name, taken),
                title=direction.name,
                layers=direction.layers,
                source=direction.source,
            )
        )
        rows.append(direction.rows)
    kept = AttributeSet(tuple(attributes), torch.stack(rows).to(model.device))
    return replace(model, attributes=kept)
