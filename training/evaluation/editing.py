"""Do painted edits do what they say? Judged by a regressor that took no part in making them.

A method of making directions is measured like any other: the model's own attributes, and those of
plain methods (`training.evaluation.baselines`), at strengths at which each has the same effect.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from models.attributes import AttributeSet
from models.edits import move
from models.feather import feather
from models.images import to_img
from models.model import Model
from models.perceptual import PerceptualNet
from training.domains import drawn_of
from training.drawn import set_of
from training.errors import TrainingError
from training.evaluation.people import Person, encoded, place_of, readable

STRENGTHS = (-2.0, -1.0, 1.0, 2.0)
TRUTH = "rendered"


@dataclass(frozen=True)
class EditingRow:
    """One attribute by one method.

    Attributes:
        slope: judge's σ of the attribute per σ of strength.
        moved: judge's σ at the strongest.
        sign_rate: share of edits that move the attribute the right way.
        leak: mean absolute move of the other attributes over that of the attribute.
        outside_max_diff: largest change of a pixel outside the feathered mask, of 255.
    """

    id: str
    method: str
    slope: float
    moved: float
    sign_rate: float
    leak: float
    outside_max_diff: int


def evaluate_editing(
    model: Model,
    judge: PerceptualNet,
    count: int,
    seed: int,
    others: dict[str, AttributeSet] | None = None,
) -> list[EditingRow]:
    """Paint every attribute at its place on `count` unseen renders, at strengths ±1 and ±2.

    Args:
        others: further ways to move the same attributes, by the method's name.

    Raises:
        TrainingError: the judge reads none of the model's attributes.
    """
    if not readable(model.attributes, judge.config.targets):
        raise TrainingError(f"{model.card.id} has no attribute that the judge reads")
    people = encoded(model, drawn_of(model).sample(seed, 0, count))
    rows = [measure_truth(judge, people, name) for name in judge.config.targets]
    for method, attributes in ({"learnt": model.attributes} | (others or {})).items():
        for name in tqdm(readable(attributes, judge.config.targets), desc=f"Editing, {method}"):
            moving = [person.with_attributes(attributes) for person in people]
            rows.append(measure(judge, moving, name, method))
    return rows


@torch.inference_mode()
def measure(judge: PerceptualNet, people: Sequence[Person], name: str, method: str) -> EditingRow:
    """One row of the table."""
    moves, outside = [], 0
    for person in people:
        mask = place_of(person.factors, name)
        shown = [person.painted(name, strength, mask) for strength in STRENGTHS]
        outside = max(outside, *(outside_difference(person, img, mask) for img in shown))
        readings = judge(torch.cat([person.img, *shown]))
        moves.append(readings[1:] - readings[:1])
    column = judge.config.targets.index(name)
    return row_of(torch.stack(moves).cpu(), column, name, method, outside)


def row_of(moved: Tensor, column: int, name: str, method: str, outside: int) -> EditingRow:
    """The figures of moves [pictures, strengths, targets] of the judge's readings."""
    strength = torch.tensor(STRENGTHS)
    own, leaked = moved[:, :, column], others_of(moved, column)
    return EditingRow(
        id=name,
        method=method,
        slope=float((own * strength).sum() / (strength.square().sum() * len(own))),
        moved=float(own[:, -1].mean()),
        sign_rate=float((own * strength > 0).float().mean()),
        leak=float(leaked.abs().mean() / own.abs().mean().clamp(min=1e-6)),
        outside_max_diff=outside,
    )


@torch.inference_mode()
def measure_truth(judge: PerceptualNet, people: Sequence[Person], name: str) -> EditingRow:
    """The row of edits that nothing can better: the person drawn anew with one factor changed, and
    put where the attribute lies. What leaks here is the judge's own, and the place's."""
    column = judge.config.targets.index(name)
    moves = []
    for person in people:
        soft = feather(place_of(person.factors, name), person.size).to(person.img.device)
        render = set_of(person.factors).render
        anew = [render(changed(person.factors, name, s), person.size[0]) for s in STRENGTHS]
        drawn = torch.cat(anew).to(person.img.device)
        readings = judge(torch.cat([person.img, person.img + soft * (drawn - person.img)]))
        moves.append(readings[1:] - readings[:1])
    return row_of(torch.stack(moves).cpu(), column, name, TRUTH, outside=0)


def changed(factors: Tensor, name: str, strength: float) -> Tensor:
    """Factors [1, F] with one of them moved by so many σ of its distribution, within its range."""
    drawn = set_of(factors)
    k = drawn.names.index(name)
    factor = drawn.factors[k]
    moved = factors.clone()
    if factor.kind == "binary":
        moved[:, k] = float(strength > 0)
    else:
        deviation = (factor.high - factor.low) / math.sqrt(12)
        moved[:, k] = (factors[:, k] + strength * deviation).clamp(factor.low, factor.high)
    return moved


def others_of(moved: Tensor, column: int) -> Tensor:
    """Every target's move [..., T] but that of one."""
    return torch.cat([moved[..., :column], moved[..., column + 1 :]], dim=-1)


def outside_difference(person: Person, img: Tensor, mask: Tensor) -> int:
    """The largest difference of levels where the feathered mask is 0."""
    untouched = (feather(mask, person.size) == 0).to(img.device)
    difference = (to_img(person.pixels).to(img.device) - img).abs() * untouched
    return round(float(difference.max()) * 127.5)


@dataclass(frozen=True)
class EditScore:
    """How a set of encoded pictures takes edits.

    Attributes:
        success: share of edits that move their attribute the right way.
        leakage: mean absolute move of the other attributes over that of the attribute.
        outside_change: mean absolute change of the generator's own picture outside the feathered
            mask, in levels of 255, before the composite takes it away.
    """

    success: float
    leakage: float
    outside_change: float


@torch.inference_mode()
def score_edits(
    model: Model, judge: PerceptualNet, people: Sequence[Person], per_picture: int = 8
) -> EditScore | None:
    """Paint `per_picture` attributes on everybody, one σ up and down; every method and space is
    given the same ones. None where the judge reads none of the model's attributes."""
    names = readable(model.attributes, judge.config.targets)
    if not names:
        return None
    own, leaked, outside = [], [], []
    for k, person in enumerate(people):
        before = judge(person.img)
        plain, base = person.subject.twins.plain, person.subject.plain().img
        for name in (names[(k * per_picture + i) % len(names)] for i in range(per_picture)):
            attribute, direction = model.attributes.find(name)
            mask = place_of(person.factors, name).to(model.device)
            away = F.relu(1 - feather(mask, person.size).sign())
            column = judge.config.targets.index(name)
            for strength in (-1.0, 1.0):
                moved = (judge(person.painted(name, strength, mask)) - before)[0].cpu()
                own.append(moved[column] * strength)
                leaked.append(others_of(moved, column).abs().mean())
                bare = model.render(move(plain, direction, strength, mask, attribute.layers))
                change = (bare - base).abs() * away
                outside.append(change.sum() / (3 * away.sum().clamp(min=1)) * 127.5)
    moves = torch.stack(own)
    return EditScore(
        success=float((moves > 0).float().mean()),
        leakage=float(torch.stack(leaked).mean() / moves.abs().mean().clamp(min=1e-6)),
        outside_change=float(torch.stack(outside).mean()),
    )
