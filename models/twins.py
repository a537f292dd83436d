"""A picture in latent space twice: as faithfully as can be, and as plainly as edits need it.

A latent that keeps a picture well is free in every layer and cell, and moving it along a direction
draws a ghost of what the same move draws on one vector for all of them (decision 5). So
every picture that is encoded has a twin, a plain latent near to it. Edits move the twin, and the
change that it shows is carried to the picture (`models/carry.py`). Ours; StyleFeatureEditor
(CVPR 2024) takes the change of a plain code in the same spirit.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from models.inversion import Inversion, OnStep, invert, measured
from models.latents import LatentMap, Stored, embed, is_within
from models.model import Model
from models.pieces import picture_size, pieces_of
from models.region import whole

STEPS_FROM_MEAN = 100  # without an encoder's answer to begin with
FURTHER = 40  # steps, for a picture that the model does not know well: decision 8


@dataclass(frozen=True)
class Twins:
    """A picture's latents, in any spaces that the model's grid (`S+`) contains.

    Attributes:
        faithful: what keeps the picture.
        plain: what is edited in its stead; the same latent where it is plain enough itself.
    """

    faithful: LatentMap
    plain: LatentMap


def twin_steps(model: Model, steps: int | None = None) -> int:
    """How long to look for a twin at first, and no longer than for the faithful latent."""
    steps = model.encoding.steps if steps is None else steps
    return min(steps, STEPS_FROM_MEAN if model.encoder is None else model.encoding.plain_steps)


def find_twin(
    model: Model,
    img: Tensor,
    steps: int,
    begin: LatentMap | None = None,
    regulariser: float | None = None,
    on_step: OnStep = lambda step, steps, preview: None,
) -> Inversion:
    """The plain latents of pictures [N, 3, H, W], in the model's plain space.

    Args:
        steps: of the search; 0 is the encoder alone, its answer averaged into that space.
        begin: an earlier twin to go on from.
        regulariser: weight of the pull towards generated latents; the model's default if None.

    Raises:
        NoEncoder, ShapeError, SpaceError: as `invert` has them.
    """
    encoding = model.encoding
    found = invert(
        model,
        img,
        space=encoding.plain,
        steps=steps,
        regulariser=regulariser,
        begin=begin,
        on_step=on_step,
    )
    if encoding.plain_truncation == 1 or begin is not None:  # an earlier twin is pulled already
        return found
    mean = model.generator.mapping.w_avg[None, :, None, None]
    pulled = found.latent.map(lambda _, wmap: mean.lerp(wmap, encoding.plain_truncation))
    return measured(model, img, pulled)


def is_plain(model: Model, space: str) -> bool:
    """Whether latents of a space are plain enough to be edited themselves."""
    return is_within(space, model.encoding.plain, model.layout)


def twins_of(
    model: Model, stored: Stored, on_step: OnStep = lambda step, steps, preview: None
) -> Twins:
    """A stored latent and its twin, on the model's device. A latent from before there were twins
    gets that of what it draws."""

    def at_hand(latent: LatentMap) -> LatentMap:
        latent = latent.to(model.device)
        size = picture_size(model, latent)
        is_large = len(pieces_of(whole(size), size)) > 1
        return latent if is_large else embed(latent, "S+", model.layout)  # once for all edits

    faithful = at_hand(stored.latent)
    if stored.plain is not None:
        return Twins(faithful, at_hand(stored.plain))
    if is_plain(model, stored.space):
        return Twins(faithful, faithful)
    with torch.inference_mode(False), torch.enable_grad():  # wherever it is asked for
        drawn = model.render(faithful).detach().clamp(-1, 1)
        twin = find_twin(model, drawn, twin_steps(model), on_step=on_step).latent
    return Twins(faithful, at_hand(twin))
