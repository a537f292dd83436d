"""How plainly latents edit by themselves, without a twin, and what of them says so.

Every person gets a hat, glasses, a beard and a moustache, painted on the latent that a way of
encoding finds. Beside what is seen of that stand measures of the latent alone. Ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import mean

import torch
from torch import Tensor
from tqdm import tqdm

from models.latents import LatentMap, embed
from models.model import Model
from models.regularisers import (
    Regulariser,
    disagreement,
    like_generated,
    roughness,
    wasserstein_to_normal,
)
from training.domains import drawn_of
from training.evaluation.inversion import BATCH, Setting, encode
from training.evaluation.people import Person, box_of, people_of
from training.evaluation.things import (
    STRENGTH,
    THINGS,
    compare,
    with_factors,
    without_things,
)

SPACES = ("W", "S4", "S8", "W+", "S+4", "S+")
MEASURES: dict[str, Regulariser] = {
    "wasserstein": wasserstein_to_normal,
    "disagreement": disagreement,
    "roughness": roughness,
}
WEIGHTS = (0.4, 20.0)  # times the model's own; the second is the page's Editable
SHARES = (0.3, 3.0)


@dataclass(frozen=True)
class PlainnessRow:
    """One way to encode, means over the pictures.

    Attributes:
        plausibility, wasserstein, disagreement, roughness: of the latents, on the grid of
            `S+` (`models/regularisers.py`).
        shows_through, strength: of the things, as in a `ThingRow`; means over them.
    """

    space: str
    regulariser: str
    weight: float
    psnr_db: float
    plausibility: float
    wasserstein: float
    disagreement: float
    roughness: float
    shows_through: float
    strength: float


def plainness_settings(model: Model, steps: int) -> list[Setting]:
    """Spaces from the least to the most free one without disagreement in the regulariser; and S+
    with shares of it, lighter and heavier."""
    init = "mean" if model.encoder is None else "encoder"
    weight = model.encoding.regulariser
    alone = Setting("S+", init, steps, weight, like_generated_but(0.0), "without disagreement")
    rows = [replace(alone, space=space) for space in SPACES]
    rows += [replace(alone, weight=times * weight) for times in WEIGHTS]
    for share in SHARES:
        measure = like_generated_but(share)
        rows.append(replace(alone, measure=measure, name=f"{share:g} × disagreement"))
    return rows + [
        replace(alone, weight=times * weight, measure=like_generated, name="as shipped")
        for times in (1, *WEIGHTS)
    ]


def like_generated_but(share: float) -> Regulariser:
    """What encoding keeps small, with another share of disagreement."""
    return lambda maps: like_generated(maps) + (share - 1) * disagreement(maps)


def evaluate_plainness(
    model: Model, count: int, seed: int, settings: Sequence[Setting]
) -> list[PlainnessRow]:
    """Encode `count` people in every way, and put on each the things that the model has attributes
    for; nothing, if it has none.

    Raises:
        TrainingError: the model does not draw people.
    """
    drawn = drawn_of(model)
    bare = without_things(drawn.sample(seed, 0, count))
    size = model.layout.resolution
    img = drawn.render(bare, size).to(model.device)
    known = {attribute.id for attribute in model.attributes.attributes}
    worn = {
        name: drawn.render(with_factors(bare, {name: on}), size).to(model.device)
        for name, (_, on) in THINGS.items()
        if name in known
    }
    if not worn:
        return []
    shown = tqdm(settings, desc="How plainly latents edit")
    return [plainness(model, bare, img, worn, setting) for setting in shown]


def plainness(
    model: Model, bare: Tensor, img: Tensor, worn: dict[str, Tensor], setting: Setting
) -> PlainnessRow:
    """One row, of people [N, F] and their renders without and with each thing."""
    people: list[Person] = []
    figures: list[dict[str, Tensor]] = []
    for part in torch.split(torch.arange(len(img)), BATCH):
        found = encode(model, img[part], setting)
        people += people_of(model, bare[part], img[part], found.latent)
        drawn = {"psnr_db": found.psnr_db, "plausibility": found.plausibility}
        figures.append(drawn | measured(model, found.latent))
    seen = []
    for name, with_it in worn.items():
        boxes = box_of(bare, name)
        edited = [p.painted(name, STRENGTH, box_of(p.factors, name)) for p in people]
        seen.append(compare(img, with_it, torch.cat(edited), boxes))
    return PlainnessRow(
        space=setting.space,
        regulariser=setting.name,
        weight=setting.weight,
        shows_through=mean(each.shows_through for each in seen),
        strength=mean(each.strength for each in seen),
        **{name: torch.cat([each[name] for each in figures]).mean().item() for name in figures[0]},
    )


@torch.no_grad()
def measured(model: Model, latent: LatentMap) -> dict[str, Tensor]:
    """What is measured of latents alone, [N] each."""
    maps = [model.whitening.to_v(wmap) for wmap in embed(latent, "S+", model.layout).layers]
    return {name: measure(maps) for name, measure in MEASURES.items()}
