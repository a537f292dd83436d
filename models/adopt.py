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
STEPS = 100  # of encoding from the mean latent, with no encoder


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
    found = sefa(generator, w, SEFA_PER_BAND) + pca(generator, w, COMPONENTS)
    return replace(model, attributes=as_attributes(model, found, set()))


def draws(model: Model) -> torch.Tensor:
    """The w [N, D] that directions are measured on; the same for every direction of a model."""
    return random_w(model.generator, DRAWS, torch.Generator().manual_seed(0))


def as_attributes(model: Model, directions: Iterable[Direction], taken: set[str]) -> AttributeSet:
    """Directions as attributes, each one σ long, with ids that are not taken.

    Raises:
        ShapeError: generated latents never move along one of them.
    """
    w = draws(model)
    attributes: list[Attribute] = []
    rows: list[torch.Tensor] = []
    for direction in (in_sigma(d, w) for d in directions):
        attribute = Attribute(
            id=free_id(direction.name, taken | {a.id for a in attributes}),
            title=direction.name,
            layers=direction.layers,
            source=direction.source,
            group=direction.group,
        )
        attributes.append(attribute)
        rows.append(direction.rows)
    return AttributeSet(tuple(attributes), torch.stack(rows))
