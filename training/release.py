"""Turning a finished run of the GAN into a model's folder."""

from dataclasses import replace
from pathlib import Path

import torch

from models.attributes import AttributeSet
from models.generator import Generator
from models.model import Card, Encoding, FitBounds, Model, best_dtype
from models.whitening import measure_whitening
from training.attributes import with_learnt
from training.domains import DOMAINS
from training.drawn import DRAWN, PORTRAITS
from training.errors import TrainingError
from training.gan_options import GanOptions
from training.land_lesson import amount_attributes
from training.planet_lesson import planet_attributes
from training.portrait_lesson import factor_attributes
from training.priors import open_prior
from training.runs import load_state

FIT = {"portraits": FitBounds(0.35, 0.5), "aerial": FitBounds(0.5, 0.7)}
"""Of models of procedural data: between unseen renders and other pictures (decision 8)."""

BUNDLED = {
    "portraits": Card(
        "portraits",
        "Drawn portraits",
        "trained by this project on its own renders",
        "MIT",
        aligned="portraits",
        purpose="Drawn faces seen from the front, as this project’s renderer draws them. It does"
        " not know photos.",
    ),
    "people": Card(
        "people",
        "Drawn people",
        "trained by this project on its own renders",
        "MIT",
        aligned="portraits",
        purpose="Drawn people seen from the front, as this project’s renderer draws them. It does"
        " not know photos.",
    ),
    "aerial": Card(
        "aerial",
        "Drawn land",
        "trained by this project on its own renders",
        "MIT",
        any_size=True,
        purpose="Land seen from straight above, about 1 m a pixel, as this project’s renderer"
        " draws it.",
    ),
    "planet": Card(
        "planet",
        "Another Earth",
        "trained by this project on NASA’s Blue Marble, which is in the public domain",
        "MIT",
        any_size=True,
        purpose="Land and sea from far above, 10 km a pixel, as satellites see the Earth without"
        " clouds.",
    ),
}

FREE = {name: f"the drawn set {name}" for name in DOMAINS} | {"planet": "NASA’s Blue Marble"}
"""Data of which no licence is asked for."""


def source_of(options: GanOptions) -> str:
    """What a run learnt from, in words that say nothing of the machine."""
    return FREE.get(options.data, "a folder of pictures")


def card_of(name: str, options: GanOptions, first: Model | None) -> Card:
    """What a model that a run has made says of itself: where it began is part of that, and, on
    free data, so is the licence of its beginning. Of a folder's pictures no licence is known,
    whatever the model is called."""
    if name in BUNDLED and options.data == name and (first is None or first.card.id == name):
        return BUNDLED[name]
    trained = f"trained on {source_of(options)}"
    if first is None:
        return Card(name, name, trained, "unknown")
    card = first.card
    license_ = card.license if options.data in FREE else "unknown"
    return Card(name, name, f"{card.source}; then {trained}", license_, origin=card.origin)


def release_generator(
    run: Path, name: str, device: str = "cpu", first: Model | None = None
) -> Model:
    """The moving average of a run as a model without encoder; and without attributes, unless its
    latents stand for factors of what was drawn.

    Args:
        first: the model that the run started from; its other parts are kept, to be trained on,
            but for attributes that the run's lesson says itself.

    Raises:
        TrainingError: there is no run of a generator in that folder.
    """
    state = load_state(run)
    if "ema" not in state:
        raise TrainingError(f"{run} holds the training of something else than a generator")
    options = GanOptions(**state["options"])
    generator = Generator(options.generator)
    generator.load_state_dict(state["ema"])
    where = torch.device(device)
    generator.eval().requires_grad_(False).to(where)
    model = Model(
        card=replace(card_of(name, options, first), any_size=options.prior is not None),
        generator=generator,
        whitening=measure_whitening(generator),
        encoder=None,
        perceptual=None,
        attributes=AttributeSet((), torch.zeros(0, device=where)),
        encoding=Encoding() if options.prior is None else Encoding(plain="S4"),
        fit=FIT.get(options.data, FitBounds()),
        device=where,
        dtype=best_dtype(where),
        prior=None if options.prior is None else open_prior(options.prior),
    )
    if first is not None:
        encoder = first.encoder
        if encoder is not None:
            encoder = encoder.in_coordinates(first.whitening, model.whitening)
        model = replace(
            model, encoder=encoder, perceptual=first.perceptual, attributes=first.attributes
        )
    if state.get("has_had_lesson"):
        taught = attributes_of_lesson(model, options.data)
        return replace(model, attributes=with_learnt(model.attributes, taught))
    return model


def attributes_of_lesson(model: Model, data: str) -> AttributeSet:
    """What the lesson of a data set says of a model's w."""
    if data == "planet":
        return planet_attributes(model)
    if model.prior is None:
        return factor_attributes(model, DRAWN.get(data, PORTRAITS))
    return amount_attributes(model)
