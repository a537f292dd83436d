"""How strong attributes are, and which work: by what is seen of them after everything else.

What the lesson says of w is not what a person sees of an edit: it is painted on a twin, at a place,
and carried to a picture. So people are painted, and beside them rendered anew with one factor moved
by as many σ. An attribute is made as strong as its render, as far as it is as like it as it can be;
one whose change is not like that of the render is not offered. Ours.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from tqdm import tqdm

from models.attributes import Attribute, AttributeSet
from models.feather import feather
from models.model import Model
from training.domains import drawn_of
from training.drawn import DRAWN, set_of
from training.evaluation.editing import changed
from training.evaluation.people import Person, encoded, place_of

SEED = 5_000_000
PEOPLE = 32
STRENGTH = 2.0  # σ
SHOWS = 0.1  # of the range [-1, 1]: where a render changes by more, the edit is compared
LIKE = 0.4  # cosine between the edits' changes and the renders', below which it is not offered
LENGTHS = (0.8, 0.9, 1.0, 1.12, 1.25)  # tried, times the one that a direction has
NEARLY = 0.96  # of the best cosine: lengths that are as good as any


@dataclass(frozen=True)
class Effect:
    """What an attribute's edits do beside renders of the same, over both signs.

    Attributes:
        like: cosine of the edits' changes and the renders'.
        strength: mean change where the renders change, over theirs.
    """

    like: float
    strength: float


def calibrate(model: Model, only: Sequence[str] = (), num: int = PEOPLE) -> Model:
    """Portraits whose attributes are as strong as renders of the same, by groups, the best first;
    those that are unlike their renders are kept, but not offered.

    Args:
        only: attributes to calibrate; the others stay as they are. All if empty.
    """
    drawn = drawn_of(model)
    people = encoded(model, drawn.sample(SEED, 0, num))
    factors = set(drawn.names)
    attributes, rows = list(model.attributes.attributes), list(model.attributes.directions)
    likes = [0.0] * len(rows)
    for k, attribute in enumerate(tqdm(attributes, desc="Calibrating attributes")):
        if attribute.id not in factors or (only and attribute.id not in only):
            continue
        effects = {length: measure(people, attribute, length * rows[k]) for length in LENGTHS}
        likes[k] = max(effect.like for effect in effects.values())
        good = [length for length in LENGTHS if effects[length].like >= NEARLY * likes[k]]
        if likes[k] >= LIKE:
            rows[k] = rows[k] * min(
                good, key=lambda length: abs(math.log(effects[length].strength))
            )
        group = next(
            (name for name, ids in drawn.groups.items() if attribute.id in ids.split()), ""
        )
        attributes[k] = replace(attribute, group=group, offered=likes[k] >= LIKE)
    if not only:  # the best first
        order = sorted(range(len(rows)), key=lambda k: -likes[k])
        attributes, rows = ([each[k] for k in order] for each in (attributes, rows))
    found = AttributeSet(tuple(attributes), torch.stack(rows))
    return replace(model, attributes=arranged(found))


def arranged(known: AttributeSet) -> AttributeSet:
    """The same attributes by their groups."""
    order = sorted(range(len(known.attributes)), key=lambda k: place_in(known.attributes[k]))
    return AttributeSet(tuple(known.attributes[k] for k in order), known.directions[order])


def place_in(attribute: Attribute) -> int:
    """Where an attribute's group comes in the list; those without one at the end."""
    groups = list(dict.fromkeys(name for drawn in DRAWN.values() for name in drawn.groups))
    return groups.index(attribute.group) if attribute.group in groups else len(groups)


@torch.inference_mode()
def measure(people: Sequence[Person], attribute: Attribute, direction: Tensor) -> Effect:
    """What is seen of an attribute on some people, at ±2 σ along a direction [L, D]."""
    name, moving = attribute.id, AttributeSet((attribute,), direction[None])
    like: list[Tensor] = []
    seen: list[Tensor] = []
    for person in people:
        place = place_of(person.factors, name)
        soft = feather(place, person.size).to(person.img.device)
        for strength in (STRENGTH, -STRENGTH):
            anew = set_of(person.factors).render(
                changed(person.factors, name, strength), person.size[0]
            )
            true = soft * (anew.to(person.img.device) - person.img)
            shown = person.with_attributes(moving).painted(name, strength, place)
            ours = shown - person.img
            like.append(
                torch.stack([(true * ours).sum(), true.square().sum(), ours.square().sum()])
            )
            shows = (true.abs() > SHOWS).float()
            seen.append(torch.stack([(ours.abs() * shows).sum(), (true.abs() * shows).sum()]))
    product, true_square, our_square = torch.stack(like).sum(dim=0).tolist()
    change, wanted = torch.stack(seen).sum(dim=0).tolist()
    return Effect(
        like=product / max((true_square * our_square) ** 0.5, 1e-9),
        strength=max(change, 1e-9) / max(wanted, 1e-9),
    )
