"""Learning attributes: directions that move one reading and leave the others, where it belongs.

Every attribute gets a direction [L, D], moved so that one σ of strength changes the perceptual
network's reading of it by one σ over generated pictures and every other reading by nothing. Half
of the training edits are painted at the attribute's place and composited, as a person would do, and
half of the latents are as the encoder gives them, whose cells differ. Land has no such place, and
its own latents differ from cell to cell.
Ours; the idea of conditioning on the others follows InterFaceGAN (Shen et al. 2020).
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from models.attributes import Attribute, AttributeSet
from models.edits import fit_mask, grid_of
from models.feather import feather
from models.latents import LatentMap, embed
from models.model import Model
from models.sampling import random_w
from training.domains import domain_of, places_of, targets_of
from training.errors import TrainingError
from training.generated import draw_latents, drawn_from
from training.probes import Probes
from training.readings import readings_of
from training.runs import Run
from training.schedule import OVER, Length, Progress, set_cosine_lr

LEAST_MOVE = 0.3  # σ for a σ of strength; less is held against a direction where that has weight
SIZE_WEIGHT = 0.002  # on the squared length of a direction in whitened units
MAX_STRENGTH = 2.5  # σ
LEAST_EFFECT = 0.02  # σ; what moves less is not made longer
MAX_LENGTHEN = 2.5


@torch.no_grad()
def read_generated(model: Model, num: int = 2048) -> tuple[Tensor, Tensor]:
    """w [num, D] of generated pictures, and what the perceptual network reads of them [num, T]."""
    rng = torch.Generator().manual_seed(7)
    latents, readings = [], []
    for _ in range(num // 64):
        latents.append(random_w(model.generator, 64, rng))
        img = model.render(model.generator.broadcast(latents[-1]))
        readings.append(readings_of(model, img))
    return torch.cat(latents), torch.cat(readings)


@torch.no_grad()
def least_squares(model: Model, num: int = 2048) -> tuple[Tensor, Tensor]:
    """Start: directions [T, D] by regression of w on the readings of generated pictures, and the
    readings' standard deviations [T]."""
    w, seen = read_generated(model, num)
    deviation = seen.std(dim=0).clamp(min=1e-3)  # a reading that never changes stays finite
    standard = (seen - seen.mean(dim=0)) / deviation
    centred = w - w.mean(dim=0)
    return torch.linalg.lstsq(standard, centred).solution, deviation


@dataclass(frozen=True)
class Lesson:
    """What is to be learnt.

    Attributes:
        attributes: A of them, turned as they are used.
        columns: [A], the reading that each attribute moves.
        directions: [A, L, D], to begin with.
        deviation: [T], of every reading over generated pictures.
        places: [A, 1, h, w], where each attribute usually shows.
        longest: [A], norms in w that directions are not to pass.
    """

    attributes: tuple[Attribute, ...]
    columns: Tensor
    directions: Tensor
    deviation: Tensor
    places: Tensor
    longest: Tensor


def lesson_of(model: Model, only: Sequence[str] = ()) -> Lesson:
    """The attributes of a model that its perceptual network reads: they are gone on with. If there
    are none, one for each of the network's targets, by least squares.

    Args:
        only: ids of those to go on with; all if empty.

    Raises:
        TrainingError: the model has no perceptual network, or none of that id is read by it.
    """
    domain, targets, places = domain_of(model), targets_of(model), places_of(model)
    names = [target.id for target in targets]
    read = [a for a in model.attributes.attributes if domain.read_as(a.id) in names]
    if missing := set(only) - {attribute.id for attribute in read}:
        raise TrainingError(f"no attribute that the network reads: {', '.join(sorted(missing))}")
    if only:
        read = [attribute for attribute in read if attribute.id in only]
    first, deviation = least_squares(model)
    if read:
        known = tuple(replace(attribute, layers=None, flipped=False) for attribute in read)
        columns = [names.index(domain.read_as(attribute.id)) for attribute in read]
        directions = torch.stack([as_painted(model, attribute.id) for attribute in read])
        longest = bounds(directions, first[columns])
    else:
        known = tuple(Attribute(id=t.id, title=t.title) for t in targets)
        columns = list(range(len(targets)))
        directions = first[:, None].repeat(1, model.generator.num_ws, 1)
        longest = torch.full((len(targets),), math.inf, device=model.device)
    return Lesson(
        known,
        torch.tensor(columns, device=model.device),
        directions,
        deviation,
        places[columns].to(model.device),
        longest,
    )


def bounds(directions: Tensor, plain: Tensor) -> Tensor:
    """How long attributes [A, L, D] that are gone on with may become: as long as they are, if they
    have been made longer than the plain directions [A, D] of their readings before."""
    lengths = directions.flatten(1).norm(dim=1)
    natural = plain.norm(dim=1) * directions.shape[1] ** 0.5
    return torch.where(lengths > 1.3 * natural, lengths, MAX_LENGTHEN * natural)


def as_painted(model: Model, attribute_id: str) -> Tensor:
    """What an edit adds for one σ of an attribute, turned and in its style layers: [L, D]."""
    attribute, direction = model.attributes.find(attribute_id)
    first, last = attribute.layers or (0, len(direction))
    rows = torch.zeros_like(direction)
    rows[first:last] = direction[first:last]
    return rows


def train_attributes(
    model: Model,
    folder: Path,
    length: Length,
    *,
    only: Sequence[str] = (),
    batch: int = 12,
    lr: float = 0.01,
    seed: int = 0,
    resume: bool = False,
) -> Model:
    """Learn a direction for every target of the perceptual network, or go on with the attributes
    that the model has and the network reads; the model's others stay as they are.

    Args:
        only: ids of those to go on with; all if empty.

    Raises:
        TrainingError: the model has no perceptual network, or none of that id is read by it.
    """
    lesson, tuition = lesson_of(model, only), domain_of(model).tuition
    ids = [attribute.id for attribute in lesson.attributes]
    options = {"model": model.card.id, "batch": batch, "lr": lr, "attributes": ids}
    run = Run(folder, options, resume=resume)
    directions = lesson.directions.requires_grad_(True)
    optimiser = torch.optim.Adam([directions], lr, betas=(0.9, 0.99))
    if (state := run.load()) is not None:
        directions.data.copy_(state["directions"])
        optimiser.load_state_dict(state["optimiser"])
    progress = Progress.of(state).left
    rng = torch.Generator().manual_seed(seed + progress.step)

    def save(at: Progress) -> None:
        kept = {"directions": directions.detach(), "optimiser": optimiser.state_dict()}
        run.save(kept | {"place": asdict(at)})

    scale = w_scale(model)
    for now in length.watch("Learning attributes", progress):
        set_cosine_lr(optimiser, now.passed, lr)
        edits = draw_edits(model, lesson.places, batch, rng)
        moved = edited_readings(model, edits, directions) / lesson.deviation
        own, others, wrong = errors_of(moved, lesson.columns[edits.chosen], edits.strength)
        size = (directions[edits.chosen] / scale).square().mean()
        loss = own + tuition.others * others + tuition.wrong_way * wrong + SIZE_WEIGHT * size
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        if now.step % 25 == 0:
            run.log(step=now.step, loss=loss.item(), own=own.item(), others=others.item())
            save(now.after)
    save(OVER)
    lengthened = lengthen(model, replace(lesson, directions=directions.detach()))
    learnt = AttributeSet(lesson.attributes, lengthened)
    return replace(model, attributes=with_learnt(model.attributes, learnt))


def with_learnt(before: AttributeSet, learnt: AttributeSet) -> AttributeSet:
    """The attributes that were learnt in their places, the others as they were, new ones at the
    end."""
    rows = {a.id: (a, row) for a, row in zip(before.attributes, before.directions, strict=True)}
    rows |= {a.id: (a, row) for a, row in zip(learnt.attributes, learnt.directions, strict=True)}
    attributes, directions = zip(*rows.values(), strict=True)
    return AttributeSet(attributes, torch.stack(directions))


@torch.no_grad()
def lengthen(model: Model, lesson: Lesson) -> Tensor:
    """Directions as long as it takes to move their own reading by one σ when painted at their
    place, within bounds: leaving the others alone has made them shorter than that. Those that are
    gone on with get the length that they had at most."""
    probes = Probes(model)
    effects = [
        probes.effect(row, lesson.places[k : k + 1], column) / lesson.deviation[column].item()
        for k, (row, column) in enumerate(
            zip(lesson.directions, lesson.columns.tolist(), strict=True)
        )
    ]
    factors = [min(MAX_LENGTHEN, max(1.0, 1 / e)) if e > LEAST_EFFECT else 1.0 for e in effects]
    lengths = torch.tensor(factors, device=lesson.directions.device)
    lengths = torch.minimum(lengths, lesson.longest / lesson.directions.flatten(1).norm(dim=1))
    return lesson.directions * lengths[:, None, None]


@dataclass(frozen=True)
class Edits:
    """A batch of training edits.

    Attributes:
        latent: the latents [N] that are edited: S+, or fields of land.
        chosen: [N], the attribute of each edit.
        strength: [N], in σ.
        mask: [N, 1, h, w]; all ones, or the attribute's usual place.
    """

    latent: LatentMap
    chosen: Tensor
    strength: Tensor
    mask: Tensor


def draw_edits(model: Model, places: Tensor, num: int, rng: torch.Generator) -> Edits:
    """Draw random edits, half of them painted at their attribute's place [A, 1, h, w]."""
    chosen = torch.randint(len(places), (num,), generator=rng)
    strength = (torch.rand(num, generator=rng) * 2 - 1) * MAX_STRENGTH
    painted = (torch.rand(num, generator=rng) < 0.5).to(model.device)[:, None, None, None]
    return Edits(
        latent=draw_spatial(model, num, rng),
        chosen=chosen.to(model.device),
        strength=strength.to(model.device),
        mask=torch.where(painted, places[chosen.to(model.device)], torch.ones_like(places[:1])),
    )


@torch.no_grad()
def draw_spatial(model: Model, num: int, rng: torch.Generator) -> LatentMap:
    """Draw latents whose cells can differ: fields as they are; else in S+, and every other time
    what the encoder makes of generated pictures."""
    if model.prior is not None:
        return draw_latents(model, num, rng)
    plain = draw_latents(model, num, rng, mixing=0.5)
    if model.encoder is None or torch.rand((), generator=rng) < 0.5:
        return embed(plain, "S+", model.layout)
    maps = model.predict(drawn_from(model, plain), model.encoder)
    return LatentMap(tuple(model.whitening.to_w(v) for v in maps))


def errors_of(moved: Tensor, own: Tensor, strength: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """How wrongly readings [N, T] moved, in σ: the chosen one of each row [N], the others, and how
    far the chosen one is from having moved the right way.

    Of the others every little counts (no quadratic bottom): leakage is the sum of many small moves.
    """
    chosen = F.one_hot(own, moved.shape[1]).bool()
    wrong = F.relu(LEAST_MOVE * strength.abs() - moved[chosen] * strength.sign())
    return F.smooth_l1_loss(moved[chosen], strength), moved[~chosen].abs().mean(), wrong.mean()


def edited_readings(model: Model, edits: Edits, directions: Tensor) -> Tensor:
    """How the readings [N, T] change when edits move along their directions [A, L, D]."""
    latent, mask = edits.latent, edits.mask
    step_by = edits.strength[:, None, None] * directions[edits.chosen]  # [N, L, D]
    with torch.no_grad():
        before = model.render(latent)

    def moved(i: int, wmap: Tensor) -> Tensor:
        return wmap + fit_mask(mask, grid_of(wmap)) * step_by[:, i, :, None, None]

    after = model.render(latent.map(moved))
    soft = feather(mask, (before.shape[2], before.shape[3]))
    shown = before + soft * (after - before)
    with torch.no_grad():
        unchanged = readings_of(model, before)
    return readings_of(model, shown) - unchanged


@torch.no_grad()
def w_scale(model: Model, num: int = 4096) -> Tensor:
    """Standard deviation [D] of every coordinate of w, floored so that none is free."""
    deviation = random_w(model.generator, num, torch.Generator().manual_seed(3)).std(dim=0)
    return deviation.clamp(min=deviation.mean().item() * 0.1)
