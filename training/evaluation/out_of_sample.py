"""Pictures that the generator has never drawn: can a space hold them, and edit a part of them?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import torch
from torch import Tensor
from tqdm import tqdm

from models.edits import move
from models.feather import feather
from models.inversion import Inversion
from models.latents import embed
from models.model import Model
from models.perceptual import PerceptualNet
from training.domains import drawn_of
from training.drawn import set_of
from training.evaluation.inversion import Setting, encode, now, warm_up
from training.evaluation.people import place_of, readable

SEAM = 1 / 16  # width of the soft seam between two people, of a picture's side
EYE = (0.36, 0.50, 0.14)  # x and y of an eye's middle and the radius copied, of the picture's side
FOREHEAD = (0.50, 0.34)


@dataclass(frozen=True)
class OutOfSampleRow:
    """Medians over the pictures of a case; the fields of `InversionRow`, without swaps.

    Attributes:
        other_change: of two people in one picture, how far the bare generator moves the readings of
            the one who was not painted, over the effect on the other; None for one person.
        other_same_change: the same of the painted attribute alone.
    """

    case: str
    space: str
    regularised: bool
    init: str
    steps: int
    psnr_db: float
    perceptual: float
    plausibility: float
    edit_success: float | None
    leakage: float | None
    other_change: float | None
    other_same_change: float | None
    seconds: float


def seam(height: int, width: int) -> Tensor:
    """A step [1, 1, h, w] from 0 to 1 in the middle, softened."""
    x = (torch.arange(width) + 0.5) / width - 0.5
    return (x / (SEAM * height / width) + 0.5).clamp(0, 1).expand(1, 1, height, width)


def two_people(factors: Tensor, size: int) -> Tensor:
    """Pairs of neighbours in one picture twice as wide: [N, 3, R, 2R]."""
    render = set_of(factors).render
    first, second = render(factors, size), render(factors.roll(1, 0), size)
    wide_first = torch.cat([first, first.flip(3)], dim=3)
    wide_second = torch.cat([second.flip(3), second], dim=3)
    return torch.lerp(wide_first, wide_second, seam(size, 2 * size))


def halves(factors: Tensor, size: int) -> Tensor:
    """The left half of one person and the right half of another."""
    render = set_of(factors).render
    return torch.lerp(render(factors, size), render(factors.roll(1, 0), size), seam(size, size))


def twice_as_large(factors: Tensor, size: int) -> Tensor:
    """The middle of a picture twice as large: the face fills it."""
    img = set_of(factors).render(factors, 2 * size)
    return img[:, :, size // 2 : -size // 2, size // 2 : -size // 2]


def three_eyes(factors: Tensor, size: int) -> Tensor:
    """An eye once more, on the forehead."""
    img = set_of(factors).render(factors, size)
    dx, dy = (round((a - b) * size) for a, b in zip(FOREHEAD, EYE[:2], strict=True))
    moved = img.roll((dy, dx), dims=(2, 3))
    y, x = torch.meshgrid(*[(torch.arange(size) + 0.5) / size] * 2, indexing="ij")
    distance = ((x - FOREHEAD[0]) ** 2 + ((y - FOREHEAD[1]) * 1.4) ** 2).sqrt()
    return torch.lerp(img, moved, ((EYE[2] - distance) / 0.04).clamp(0, 1)[None, None])


CASES: dict[str, Callable[[Tensor, int], Tensor]] = {
    "two people": two_people,
    "three eyes": three_eyes,
    "halves of two people": halves,
    "twice as large": twice_as_large,
}


def evaluate_out_of_sample(
    model: Model,
    judge: PerceptualNet | None,
    count: int,
    seed: int,
    settings: Sequence[Setting],
) -> list[OutOfSampleRow]:
    """Encode `count` pictures of every case in every way."""
    factors = drawn_of(model).sample(seed, 0, count)
    return [measure(model, judge, factors, case, setting) for case in CASES for setting in settings]


def measure(
    model: Model, judge: PerceptualNet | None, factors: Tensor, case: str, setting: Setting
) -> OutOfSampleRow:
    """One row of the table."""
    pictures = CASES[case](factors, model.layout.resolution).to(model.device)
    warm_up(model, pictures, setting)
    found, seconds = [], []
    for img in tqdm(torch.split(pictures, 1), desc=f"{case}, {setting.space}"):
        begin = now(model)
        found.append(encode(model, img, setting))
        seconds.append(now(model) - begin)
    success, leakage, other, same = None, None, None, None
    names = [] if judge is None else readable(model.attributes, judge.config.targets)
    if case == "two people" and judge is not None and names:
        success, leakage, other, same = edit_one_of_two(model, judge, factors, pictures, found)
    return OutOfSampleRow(
        case=case,
        space=setting.space,
        regularised=setting.weight > 0,
        init=setting.init,
        steps=setting.steps,
        psnr_db=median(f.psnr_db.item() for f in found),
        perceptual=median(f.perceptual.item() for f in found),
        plausibility=median(f.plausibility.item() for f in found),
        edit_success=success,
        leakage=leakage,
        other_change=other,
        other_same_change=same,
        seconds=median(seconds),
    )


@torch.inference_mode()
def edit_one_of_two(
    model: Model,
    judge: PerceptualNet,
    factors: Tensor,
    pictures: Tensor,
    found: Sequence[Inversion],
    per_picture: int = 8,
) -> tuple[float, float, float, float]:
    """Paint attributes on the left one of two people, one σ up and down.

    Returns:
        Share of edits that go the right way; the mean absolute move of that person's other
        attributes over the effect; of the other person's attributes over the effect; and of the
        other person's same attribute over the effect.
    """
    names = readable(model.attributes, judge.config.targets)
    size = model.layout.resolution
    own, leaked, other, same = [], [], [], []
    for k, inverted in enumerate(found):
        img = pictures[k : k + 1]
        latent = embed(inverted.latent, "S+", model.layout)
        before = judge(torch.cat([img[..., :size], img[..., size:]])).cpu()
        for name in (names[(k * per_picture + i) % len(names)] for i in range(per_picture)):
            attribute, direction = model.attributes.find(name)
            place = place_of(factors[k : k + 1], name)
            mask = torch.cat([place, torch.zeros_like(place)], dim=3).to(model.device)
            soft = feather(mask, (img.shape[2], img.shape[3]))
            column = judge.config.targets.index(name)
            for strength in (-1.0, 1.0):
                change = model.render(move(latent, direction, strength, mask, attribute.layers))
                change = change - inverted.img
                left = (img + soft * change).clamp(-1, 1)[..., :size]
                right = (img + change).clamp(-1, 1)[..., size:]  # bare: nothing is masked away
                moved = judge(torch.cat([left, right])).cpu() - before
                own.append(moved[0, column] * strength)
                leaked.append(torch.cat([moved[0, :column], moved[0, column + 1 :]]).abs().mean())
                other.append(moved[1].abs().mean())
                same.append(moved[1, column].abs())
    effect = torch.stack(own).abs().mean().clamp(min=1e-6)
    return (
        float((torch.stack(own) > 0).float().mean()),
        float(torch.stack(leaked).mean() / effect),
        float(torch.stack(other).mean() / effect),
        float(torch.stack(same).mean() / effect),
    )
