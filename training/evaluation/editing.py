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
from models.composite import composite, feather
from models.edits import move
from models.images import to_img, to_pixels
from models.inversion import Inversion, invert
from models.latents import LatentMap, embed
from models.model import Model
from models.perceptual import PerceptualNet
from training.domains import domain_of
from training.errors import TrainingError
from training.portraits import FACTORS, region_mask, render, sample_factors

STRENGTHS = (-2.0, -1.0, 1.0, 2.0)
MASK_CELLS = 64
TRUTH = "rendered"


@dataclass(frozen=True)
class EditingRow:
    """One attribute by one method.

    Attributes:
        slope: judge's σ of the attribute per σ of strength.
        sign_rate: share of edits that move the attribute the right way.
        leak: mean absolute move of the other attributes over that of the attribute.
        outside_max_diff: largest change of a pixel outside the feathered mask, of 255.
    """

    id: str
    method: str
    slope: float
    sign_rate: float
    leak: float
    outside_max_diff: int


@dataclass(frozen=True)
class Subject:
    """A picture [1, 3, H, W] to edit, with its latent and what the generator makes of it."""

    factors: Tensor
    img: Tensor
    latent: LatentMap
    base: Tensor


def unseen(model: Model, count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Factors and pictures of portraits that no training has seen.

    Raises:
        TrainingError: the model reads another domain. One that reads none is shown people.
    """
    if model.perceptual is not None and domain_of(model).name != "portraits":
        raise TrainingError(
            f"{model.card.id} does not draw portraits: that is what is measured here"
        )
    factors = sample_factors(seed, 0, count)
    return factors, render(factors, model.layout.resolution).to(model.device)


def subjects_of(model: Model, factors: Tensor, img: Tensor, found: Inversion) -> list[Subject]:
    """N inverted pictures, each ready to be edited in S+."""
    latent = embed(found.latent, "S+", model.layout)
    return [
        Subject(
            factors[i : i + 1],
            img[i : i + 1],
            latent.picture(i),
            found.img[i : i + 1],
        )
        for i in range(len(img))
    ]


def readable(known: AttributeSet, targets: Sequence[str]) -> list[str]:
    """The attributes that are read from pictures; directions that were found may not be."""
    return [attribute.id for attribute in known.attributes if attribute.id in targets]


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
    factors, pictures = unseen(model, count, seed)
    subjects: list[Subject] = []
    for part in tqdm(torch.split(torch.arange(count), 8), desc="Encoding"):
        found = invert(model, pictures[part])
        subjects += subjects_of(model, factors[part], pictures[part], found)
    rows = [measure_truth(judge, subjects, name) for name in judge.config.targets]
    for method, attributes in ({"learnt": model.attributes} | (others or {})).items():
        for name in tqdm(readable(attributes, judge.config.targets), desc=f"Editing, {method}"):
            rows.append(measure(model, judge, subjects, attributes, name, method))
    return rows


@torch.inference_mode()
def measure(
    model: Model,
    judge: PerceptualNet,
    subjects: Sequence[Subject],
    attributes: AttributeSet,
    name: str,
    method: str,
) -> EditingRow:
    """One row of the table."""
    column = judge.config.targets.index(name)
    moves, outside = [], 0
    for subject in subjects:
        mask = place_of(subject.factors, name).to(model.device)
        shown = [paint(model, subject, attributes, name, mask, s) for s in STRENGTHS]
        outside = max(outside, *(outside_difference(subject, img, mask) for img in shown))
        readings = judge(torch.cat([subject.img, *shown]))
        moves.append(readings[1:] - readings[:1])
    return row_of(torch.stack(moves).cpu(), column, name, method, outside)


def row_of(moved: Tensor, column: int, name: str, method: str, outside: int) -> EditingRow:
    """The figures of moves [pictures, strengths, targets] of the judge's readings."""
    strength = torch.tensor(STRENGTHS)
    own, leaked = moved[:, :, column], others_of(moved, column)
    return EditingRow(
        id=name,
        method=method,
        slope=float((own * strength).sum() / (strength.square().sum() * len(own))),
        sign_rate=float((own * strength > 0).float().mean()),
        leak=float(leaked.abs().mean() / own.abs().mean().clamp(min=1e-6)),
        outside_max_diff=outside,
    )


@torch.inference_mode()
def measure_truth(judge: PerceptualNet, subjects: Sequence[Subject], name: str) -> EditingRow:
    """The row of edits that nothing can better: the person drawn anew with one factor changed, and
    put where the attribute lies. What leaks here is the judge's own, and the place's."""
    column = judge.config.targets.index(name)
    moves = []
    for subject in subjects:
        size = (subject.img.shape[2], subject.img.shape[3])
        soft = feather(place_of(subject.factors, name), size).to(subject.img.device)
        anew = [render(changed(subject.factors, name, s), size[0]) for s in STRENGTHS]
        drawn = torch.cat(anew).to(subject.img.device)
        readings = judge(torch.cat([subject.img, subject.img + soft * (drawn - subject.img)]))
        moves.append(readings[1:] - readings[:1])
    return row_of(torch.stack(moves).cpu(), column, name, TRUTH, outside=0)


def changed(factors: Tensor, name: str, strength: float) -> Tensor:
    """Factors [1, F] with one of them moved by so many σ of its distribution, within its range."""
    k = [factor.name for factor in FACTORS].index(name)
    factor = FACTORS[k]
    moved = factors.clone()
    if factor.kind == "binary":
        moved[:, k] = float(strength > 0)
    else:
        deviation = (factor.high - factor.low) / math.sqrt(12)
        moved[:, k] = (factors[:, k] + strength * deviation).clamp(factor.low, factor.high)
    return moved


def place_of(factors: Tensor, name: str) -> Tensor:
    """The mask [N, 1, 64, 64] of where an attribute lies in portraits of factors [N, F]."""
    region = next(factor.region for factor in FACTORS if factor.name == name)
    return region_mask(factors, region, MASK_CELLS)


def others_of(moved: Tensor, column: int) -> Tensor:
    """Every target's move [..., T] but that of one."""
    return torch.cat([moved[..., :column], moved[..., column + 1 :]], dim=-1)


def paint(
    model: Model,
    subject: Subject,
    attributes: AttributeSet,
    name: str,
    mask: Tensor,
    strength: float,
) -> Tensor:
    """The picture after painting an attribute, as the product would show it."""
    attribute, direction = attributes.find(name)
    edited = move(subject.latent, direction, strength, mask, attribute.layers)
    shown = composite(to_pixels(subject.img), subject.base, model.render(edited), mask)
    return to_img(shown).to(model.device)


def outside_difference(subject: Subject, img: Tensor, mask: Tensor) -> int:
    """The largest difference of levels where the feathered mask is 0."""
    untouched = feather(mask, (img.shape[2], img.shape[3])) == 0
    difference = (to_img(to_pixels(subject.img)).to(img.device) - img).abs() * untouched
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
    model: Model, judge: PerceptualNet, subjects: Sequence[Subject], per_picture: int = 8
) -> EditScore | None:
    """Paint `per_picture` attributes on every subject, one σ up and down; every method and space
    is given the same ones. None where the judge reads none of the model's attributes."""
    names = readable(model.attributes, judge.config.targets)
    if not names:
        return None
    own, leaked, outside = [], [], []
    for k, subject in enumerate(subjects):
        before = judge(subject.img)
        for name in (names[(k * per_picture + i) % len(names)] for i in range(per_picture)):
            attribute, direction = model.attributes.find(name)
            mask = place_of(subject.factors, name).to(model.device)
            soft = feather(mask, (subject.img.shape[2], subject.img.shape[3]))
            for strength in (-1.0, 1.0):
                edited = move(subject.latent, direction, strength, mask, attribute.layers)
                change = model.render(edited) - subject.base
                moved = (judge((subject.img + soft * change).clamp(-1, 1)) - before)[0].cpu()
                column = judge.config.targets.index(name)
                own.append(moved[column] * strength)
                leaked.append(others_of(moved, column).abs().mean())
                away = F.relu(1 - soft.sign())
                outside.append((change.abs() * away).sum() / (3 * away.sum().clamp(min=1)) * 127.5)
    moves = torch.stack(own)
    return EditScore(
        success=float((moves > 0).float().mean()),
        leakage=float(torch.stack(leaked).mean() / moves.abs().mean().clamp(min=1e-6)),
        outside_change=float(torch.stack(outside).mean()),
    )
