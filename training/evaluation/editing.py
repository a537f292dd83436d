"""Do painted edits do what they say? Judged by a regressor that took no part in making them."""

from dataclasses import dataclass

import torch
from torch import Tensor
from tqdm import tqdm

from models.composite import composite, feather
from models.edits import move
from models.images import to_img, to_pixels
from models.inversion import invert
from models.latents import LatentMap, embed
from models.model import Model
from models.perceptual import PerceptualNet
from training.portraits import FACTORS, region_mask, render, sample_factors

STRENGTHS = (-2.0, -1.0, 1.0, 2.0)
MASK_CELLS = 64


@dataclass(frozen=True)
class EditingRow:
    """One attribute.

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
    """A picture to edit, with its latent."""

    factors: Tensor
    img: Tensor
    latent: LatentMap
    base: Tensor


def evaluate_editing(model: Model, judge: PerceptualNet, count: int, seed: int) -> list[EditingRow]:
    """Paint every attribute at its place on `count` unseen renders, at strengths ±1 and ±2."""
    factors = sample_factors(seed, 0, count)
    pictures = render(factors, model.layout.resolution).to(model.device)
    subjects = []
    for i in tqdm(range(count), desc="Encoding"):
        found = invert(model, pictures[i : i + 1])
        latent = embed(found.latent, "S+", model.layout)
        subjects.append(Subject(factors[i : i + 1], pictures[i : i + 1], latent, found.img))
    names = [attribute.id for attribute in model.attributes.attributes]
    return [measure(model, judge, subjects, name) for name in tqdm(names, desc="Editing")]


@torch.inference_mode()
def measure(model: Model, judge: PerceptualNet, subjects: list[Subject], name: str) -> EditingRow:
    """One row of the table."""
    region = next(factor.region for factor in FACTORS if factor.name == name)
    column = judge.config.targets.index(name)
    moves, outside = [], 0
    for subject in subjects:
        mask = region_mask(subject.factors, region, MASK_CELLS).to(model.device)
        shown = [paint(model, subject, name, mask, strength) for strength in STRENGTHS]
        outside = max(outside, *(outside_difference(subject, img, mask) for img in shown))
        readings = judge(torch.cat([subject.img, *shown]))
        moves.append(readings[1:] - readings[:1])
    moved = torch.stack(moves).cpu()  # [pictures, strengths, targets]
    strength = torch.tensor(STRENGTHS)
    own = moved[:, :, column]
    others = torch.cat([moved[:, :, :column], moved[:, :, column + 1 :]], dim=2)
    return EditingRow(
        id=name,
        method="learnt",
        slope=float((own * strength).sum() / (strength.square().sum() * len(own))),
        sign_rate=float((own * strength > 0).float().mean()),
        leak=float(others.abs().mean() / own.abs().mean().clamp(min=1e-6)),
        outside_max_diff=outside,
    )


def paint(model: Model, subject: Subject, name: str, mask: Tensor, strength: float) -> Tensor:
    """The picture after painting an attribute, as the product would show it."""
    attribute, direction = model.attributes.find(name)
    edited = move(subject.latent, direction, strength, mask, attribute.layers)
    shown = composite(to_pixels(subject.img), subject.base, model.render(edited), mask)
    return to_img(shown).to(model.device)


def outside_difference(subject: Subject, img: Tensor, mask: Tensor) -> int:
    """The largest difference of levels where the feathered mask is 0."""
    untouched = feather(mask, (img.shape[2], img.shape[3])) == 0
    difference = (to_img(to_pixels(subject.img)).to(img.device) - img).abs() * untouched
    return round(float(difference.max()) * 127.5)
