"""Are things that are put on really there? Measured against pairs of renders with and without.

A classifier calls the ghost of a hat a hat, and nearest neighbours in its features call it a
render: people do not. What they see is that the hair shows through, that the hat is pale, and that
the place around it has changed; those three are measured here. Ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from models.edits import fit_mask
from models.images import resize_img
from models.model import Model
from models.perceptual import PerceptualNet
from training.domains import drawn_of
from training.drawn import set_of
from training.evaluation.people import Person, box_of, encoded

THINGS = {"hat": (0.0, 1.0), "glasses": (0.0, 1.0), "beard": (-0.6, 0.8), "moustache": (-0.8, 0.8)}
"""Factors of what is there or not: without it, and with it."""
STRENGTH = 2.0  # σ
SCALE = 2  # times the model's resolution: pictures are larger than what models draw
DETAIL_PX = 2.0  # of 256: the deviation of the Gaussian that detail is finer than
RIM_PX = 4  # of 256: the outlines of a thing, which may lie on those of what it covers
STRONGEST = 0.3  # share of the places whose detail is looked for
COVERED, CHANGED = (
    0.2,
    0.04,
)  # of the range [-1, 1]: differences of a pair that are, or are not, a thing


@dataclass(frozen=True)
class ThingRow:
    """One thing, over all pictures.

    Attributes:
        shows_through: what is left of the detail that the thing covers, less what is left of it in
            the render: 0 is solid, 1 is nothing there.
        strength: mean change at the thing's place over that of the render.
        spill: mean change where the render does not change, in levels of 255.
        put_on: share of pictures that the judge calls with it after +2 σ.
        taken_off: share of pictures of people who have it that the judge calls without it after −2.
    """

    id: str
    shows_through: float
    strength: float
    spill: float
    put_on: float
    taken_off: float


@dataclass(frozen=True)
class Seen:
    """What of a change is seen: the first three figures of a `ThingRow`."""

    shows_through: float
    strength: float
    spill: float


def without_things(factors: Tensor) -> Tensor:
    """The same people [N, F] with nothing on, and nothing tinted that they may be given."""
    return with_factors(
        factors, {name: off for name, (off, _) in THINGS.items()} | {"glasses_tint": -0.5}
    )


def with_factors(factors: Tensor, values: dict[str, float]) -> Tensor:
    """Factors [N, F] of which some are the same for all."""
    names, changed = set_of(factors).names, factors.clone()
    for name, value in values.items():
        changed[:, names.index(name)] = value
    return changed


def evaluate_things(model: Model, judge: PerceptualNet, count: int, seed: int) -> list[ThingRow]:
    """Put every thing that the model has an attribute for on `count` people, and take it off
    others, painted as boxes at ±2 σ."""
    known = {attribute.id for attribute in model.attributes.attributes}
    bare = without_things(drawn_of(model).sample(seed, 0, count))
    people = encoded(model, bare, SCALE)
    rows = []
    for name in tqdm([name for name in THINGS if name in known], desc="Putting things on"):
        worn = with_factors(bare, {name: THINGS[name][1]})
        rows.append(measure(judge, people, encoded(model, worn, SCALE), name))
    return rows


def measure(
    judge: PerceptualNet, bare: Sequence[Person], worn: Sequence[Person], name: str
) -> ThingRow:
    """One row: of people without and with a thing."""
    before, with_it = (torch.cat([person.img for person in each]) for each in (bare, worn))
    put_on, taken_off = (
        torch.cat([p.painted(name, s, box_of(p.factors, name)) for p in each])
        for each, s in ((bare, STRENGTH), (worn, -STRENGTH))
    )
    boxes = torch.cat([box_of(person.factors, name) for person in bare])
    seen = compare(before, with_it, put_on, boxes)
    column = judge.config.targets.index(name)
    none, some, after, gone = (
        read(judge, img)[:, column] for img in (before, with_it, put_on, taken_off)
    )
    middle = (none.mean() + some.mean()) / 2
    return ThingRow(
        id=name,
        shows_through=seen.shows_through,
        strength=seen.strength,
        spill=seen.spill,
        put_on=float((after > middle).float().mean()),
        taken_off=float((gone < middle).float().mean()),
    )


@torch.inference_mode()
def read(judge: PerceptualNet, img: Tensor) -> Tensor:
    """What the judge reads of pictures of any size."""
    side = judge.config.resolution
    said: Tensor = judge(resize_img(img, (side, side)).clamp(-1, 1))
    return said


def compare(before: Tensor, worn: Tensor, edited: Tensor, painted: Tensor) -> Seen:
    """What is seen of edited pictures beside renders without and with the thing: [N, 3, H, W].

    Args:
        painted: [N, 1, h, w], the masks. A hat also flattens hair that is nowhere near it.
    """
    px = before.shape[2] / 256
    difference = (worn - before).abs().amax(dim=1, keepdim=True)
    rim = round(RIM_PX * px)
    place = (difference > COVERED) & (fit_mask(painted, (before.shape[2], before.shape[3])) > 0.5)
    inside = F.max_pool2d((~place).float(), 2 * rim + 1, 1, rim) == 0
    unchanged = F.max_pool2d((difference > CHANGED).float(), 2 * rim + 1, 1, rim) == 0
    # Of what is nowhere wide, the outlines count as well.
    is_wide = inside.sum(dim=(1, 2, 3)) > place.sum(dim=(1, 2, 3)) / 2
    core = torch.where(is_wide[:, None, None, None], inside, place)
    detail, true, ours = (img - blurred(img, DETAIL_PX * px) for img in (before, worn, edited))
    fine = strongest(detail.square().sum(dim=1, keepdim=True), core)
    energy = (detail.square() * fine).sum().clamp(min=1e-6)
    left, kept = ((each * detail * fine).sum() / energy for each in (ours, true))
    change, wanted = ((img - before).abs() for img in (edited, worn))
    spill = (change * unchanged).sum() / (3 * unchanged.sum()).clamp(min=1)
    return Seen(
        shows_through=float(left - kept),
        strength=float((change * place).sum() / (wanted * place).sum().clamp(min=1e-6)),
        spill=float(spill * 127.5),
    )


def strongest(energy: Tensor, where: Tensor) -> Tensor:
    """The places [N, 1, H, W] of each picture's strongest detail among those asked for."""
    marked = torch.zeros_like(where)
    for i in range(len(energy)):
        if where[i].any():
            least = torch.quantile(energy[i][where[i]], 1 - STRONGEST)
            marked[i] = where[i] & (energy[i] >= least)
    return marked


def blurred(img: Tensor, deviation: float) -> Tensor:
    """Pictures [N, C, H, W] through a Gaussian of that deviation, in pixels."""
    reach = int(3 * deviation + 1)
    places = torch.arange(-reach, reach + 1, device=img.device)
    kernel = torch.exp(-0.5 * (places / deviation).square())
    kernel = (kernel / kernel.sum()).expand(img.shape[1], 1, 1, -1)
    padded = F.pad(img, [reach] * 4, mode="replicate")
    across = F.conv2d(padded, kernel, groups=img.shape[1])
    return F.conv2d(across, kernel.mT, groups=img.shape[1])
