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
from training.errors import TrainingError
from training.gan_options import GanOptions
from training.priors import open_prior
from training.runs import load_state


def source_of(options: GanOptions) -> str:
    """What a run learnt from, in words that say nothing of the machine."""
    domain = DOMAINS.get(options.data)
    return "a folder of pictures" if domain is None else domain.origin


def card_of(name: str, options: GanOptions, first: Model | None) -> Card:
    """What a model that a run has made says of itself: where it began is part of that, and, on
    free data, so is the licence of its beginning. Of a folder's pictures no licence is known,
    whatever the model is called."""
    domain = DOMAINS.get(options.data)
    if domain is not None and domain.name == name and (first is None or first.card.id == name):
        return domain.card
    trained = f"trained on {source_of(options)}"
    if first is None:
        return Card(name, name, trained, "unknown")
    card = first.card
    license_ = "unknown" if domain is None else card.license
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
    domain = DOMAINS.get(options.data)
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
        fit=FitBounds() if domain is None else domain.fit,
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
    if state.get("has_had_lesson") and domain is not None:
        return replace(model, attributes=with_learnt(model.attributes, domain.attributes(model)))
    return model
