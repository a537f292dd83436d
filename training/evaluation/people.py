"""Unseen renders of people, encoded and ready to be painted on as a person would."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from tqdm import tqdm

from models.attributes import AttributeSet
from models.images import Pixels, resize_img, to_img, to_pixels
from models.latents import LatentMap, embed
from models.model import Model
from models.painting import Move, Subject, paint
from models.twins import Twins, find_twin, twin_steps
from training.domains import drawn_of
from training.drawn import set_of

BATCH = 8  # encoded together
MASK_CELLS = 64


@dataclass(frozen=True)
class Person:
    """A render [1, 3, H, W], its factors [1, F], and its latents at hand."""

    factors: Tensor
    img: Tensor
    subject: Subject

    @property
    def pixels(self) -> Pixels:
        """The render as it is uploaded."""
        return to_pixels(self.img)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the render."""
        return self.img.shape[2], self.img.shape[3]

    def with_attributes(self, attributes: AttributeSet) -> "Person":
        """The same person, whose attributes are moved in other ways."""
        model = replace(self.subject.model, attributes=attributes)
        return replace(self, subject=replace(self.subject, model=model))

    @torch.inference_mode()
    def painted(self, attribute: str, strength: float, mask: Tensor) -> Tensor:
        """The picture [1, 3, H, W] after painting an attribute, as the product shows it."""
        move = Move(mask.to(self.img.device), attribute, strength)
        return to_img(paint(self.subject, self.pixels, [move])).to(self.img.device)


def unseen(model: Model, count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Factors and pictures of people that no training has seen.

    Raises:
        TrainingError: as `drawn_of` has it.
    """
    drawn = drawn_of(model)
    factors = drawn.sample(seed, 0, count)
    return factors, drawn.render(factors, model.layout.resolution).to(model.device)


def encoded(model: Model, factors: Tensor, scale: int = 1) -> list[Person]:
    """People of factors [N, F], rendered at `scale` times the model's resolution, with their plain
    latents: what is painted shows on those alone, and the pictures are as they are.

    Raises:
        TrainingError: as `drawn_of` has it.
    """
    drawn = drawn_of(model)
    people: list[Person] = []
    size = model.layout.resolution
    for rows in tqdm(torch.split(factors, BATCH), desc="Encoding"):
        img = drawn.render(rows, scale * size).to(model.device)
        seen = resize_img(img, (size, size)).clamp(-1, 1)
        people += people_of(model, rows, img, find_twin(model, seen, twin_steps(model)).latent)
    return people


def people_of(model: Model, factors: Tensor, img: Tensor, latent: LatentMap) -> list[Person]:
    """N encoded pictures by themselves, whose own latents are edited."""
    on_grid = embed(latent, "S+", model.layout)
    own = [on_grid.picture(i) for i in range(len(img))]
    return [
        Person(factors[i : i + 1], img[i : i + 1], Subject(model, Twins(own[i], own[i])))
        for i in range(len(img))
    ]


def place_of(factors: Tensor, name: str) -> Tensor:
    """The mask [N, 1, 64, 64] of where an attribute lies in pictures of factors [N, F]."""
    drawn = set_of(factors)
    return drawn.region_mask(factors, drawn.region_of(name), MASK_CELLS)


def box_of(factors: Tensor, name: str) -> Tensor:
    """The smallest box around an attribute's place, as somebody paints who takes no care:
    [N, 1, 64, 64]."""
    place = place_of(factors, name)
    down, across = place.amax(dim=3, keepdim=True), place.amax(dim=2, keepdim=True)
    return between(down, 2) * between(across, 3)


def between(marks: Tensor, dim: int) -> Tensor:
    """1 from the first to the last mark along an axis."""
    from_first = marks.cummax(dim=dim).values
    to_last = marks.flip(dim).cummax(dim=dim).values.flip(dim)
    return from_first * to_last


def readable(known: AttributeSet, targets: Sequence[str]) -> list[str]:
    """The attributes that are offered and read from pictures; directions that were found may not
    be read."""
    return [a.id for a in known.attributes if a.offered and a.id in targets]
