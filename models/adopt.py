"""Making a model of a bare generator: what encoding and painting need, with no training.

The generator gets the statistics of its latents, directions that are found without labels, and the
encoder that somebody trained for it, if there is one.
"""

from collections.abc import Iterable
from dataclasses import replace

import torch

from models.attributes import Attribute, AttributeSet, free_id
from models.coarse import LARGE_STEPS, OWN_PX
from models.directions import Direction, in_sigma, pca, sefa
from models.errors import CheckpointError, ShapeError
from models.generator import Generator
from models.model import Card, Encoding, Model, best_dtype
from models.sampling import random_w
from models.style_encoder import StyleEncoder
from models.whitening import measure_whitening

SEFA_PER_BAND = 4
COMPONENTS = 4
DRAWS = 10_000  # of w, to measure directions on
STEPS = 100  # of encoding from the mean latent, with no encoder
FAR = 0.25  # standard deviations of w; estimates of the same mean are .01 apart


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
        encoding=Encoding(steps=steps_for(generator, STEPS)),
        device=device,
        dtype=best_dtype(device),
        stored=torch.float32,
    )
    w = draws(model)
    found = sefa(generator, w, SEFA_PER_BAND) + pca(generator, w, COMPONENTS)
    return replace(model, attributes=as_attributes(model, found, set()))


def steps_for(generator: Generator, usual: int) -> int:
    """How many steps to encode in: large models are searched in coarse drawings, in fewer."""
    return usual if generator.config.img_resolution <= OWN_PX else LARGE_STEPS


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


def with_encoder(model: Model, encoder: StyleEncoder) -> Model:
    """A model with the encoder of a pSp or e4e file, and how it then encodes.

    e4e's code is made to be edited, so it is the twin itself. pSp's keeps more of the picture than
    edits bear: the mean over its layers is what the search for a twin in `W` begins with.

    Raises:
        ShapeError: it is for a generator of another size.
        CheckpointError: it was trained with another generator.
    """
    layout = model.layout
    if encoder.config.w_dim != layout.w_dim:
        raise ShapeError(f"its w has {encoder.config.w_dim} numbers, the model's {layout.w_dim}")
    fitting = encoder.for_layers(len(layout.layer_res)).to(model.device)
    if distance_of_means(model, fitting) > FAR:
        raise CheckpointError("it was trained with another generator: the mean w is another")
    is_twin = fitting.config.kind == "e4e"
    encoding = Encoding(steps=steps_for(model.generator, Encoding.steps))
    if is_twin:
        encoding = replace(encoding, plain="W+", plain_steps=0)
    return replace(model, encoder=fitting, encoding=encoding, reader=None)


def distance_of_means(model: Model, encoder: StyleEncoder) -> float:
    """From the mean w that codes start from to the model's own, in standard deviations of w; 0
    where they start from nothing."""
    mean, w = encoder.latent_avg[0], draws(model)
    if not mean.any():
        return 0.0
    return float((mean - model.generator.mapping.w_avg).norm() / w.std(dim=0).norm())
