"""Attributes painted on a quarter of unseen lands: does what is measured there move the right way,
and does anything change elsewhere?"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from tqdm import tqdm

from models.attributes import Attribute
from models.feather import softened
from models.generator import SURROUND
from models.land import FEATHER_PX, Land
from models.land_painting import PixelBox, Stroke, draw_painted
from models.latents import SQUARE
from models.model import Model
from models.ops import normalize_2nd_moment
from models.perceptual import PerceptualNet
from models.prior import PRIORS, sample_fields
from training.aerial import AMOUNTS
from training.domains import domain_reading
from training.land_lesson import ATTRIBUTES, drawn

STRENGTHS = (-2.0, -1.0, 1.0, 2.0)
SIDES = 4  # of a window, in pictures of the training size


@dataclass(frozen=True)
class PaintingRow:
    """One attribute.

    Attributes:
        sign_rate: share of lands and strengths where its factor moves the right way inside.
        more_rate: the same share where more of it is painted: where there is none, less of it
            changes nothing.
        slope: change of the factor inside, in its deviations over renders, per σ; least squares.
        from_least: where there is least of it, a quarter of the lands, how far the amount that a
            brush begins with brings it to what the quarter with most reads: 1 is all the way. The
            least of these lands, and of its opposite, too. A tint moves the right way; this tells.
        outside_max_diff: largest change beyond the soft edge, in levels of 255.
        rendered_rate: the same share for edits without fault, lands drawn anew with more or less of
            the amount: where there is none of it, less is none, too. None of what is no amount.
    """

    id: str
    factor: str
    sign_rate: float
    more_rate: float
    slope: float
    from_least: float
    outside_max_diff: float
    rendered_rate: float | None


@torch.inference_mode()
def evaluate_painting(
    model: Model, judge: PerceptualNet, count: int, seed: int
) -> list[PaintingRow]:
    """Paint every attribute that the judge can read on `count` lands, at ±1 and ±2 σ as far as it
    goes, where more or less of it would be seen."""
    targets = list(judge.config.targets)
    domain = domain_reading(targets)
    bounds = {a.id: (a.min, a.max) for a in model.attributes.attributes}
    names = [(name, domain.read_as(name)) for name in bounds]
    readable = [(name, factor) for name, factor in names if factor in targets]
    side = SIDES * model.layout.resolution
    quarter = side // 2
    mask = torch.ones(1, 1, quarter, quarter, device=model.device)
    whole = torch.zeros(1, 1, side, side, device=model.device)
    whole[:, :, :quarter, :quarter] = 1
    outside = softened(whole, FEATHER_PX // 2) == 0
    reads: list[Tensor] = []
    moves: dict[str, list[tuple[float, float]]] = {name: [] for name, _ in readable}
    leaks = dict.fromkeys(moves, 0.0)
    for k in tqdm(range(count), desc="Painting lands", unit="land"):
        land = Land(model, seed + k)
        box: PixelBox = (0, 0, side, side)
        before = land.draw(*box)
        read = read_inside(judge, before, quarter)
        reads.append(read)
        said = dict(zip(targets, read.tolist(), strict=True))
        for name, factor in readable:
            column = targets.index(factor)
            low, high = bounds[name]
            for strength in (s for s in STRENGTHS if low <= s <= high):
                if not domain.can_show(factor, strength > 0, said):
                    continue
                stroke = Stroke(name, strength, 0, 0, mask)
                after = draw_painted(land, [stroke], box, before)
                moved = read_inside(judge, after, quarter)[column] - read[column]
                moves[name].append((strength, moved.item()))
                change = ((after - before).abs().amax(dim=1, keepdim=True) * outside).max().item()
                leaks[name] = max(leaks[name], change * 127.5)

    def reached(name: str, factor: str) -> float:
        column = targets.index(factor)

        def painted(k: int, strength: float) -> float:
            stroke = Stroke(name, strength, 0, 0, mask)
            after = draw_painted(Land(model, seed + k), [stroke], (0, 0, side, side))
            return read_inside(judge, after, quarter)[column].item()

        amounts = amounts_of(model.attributes.find(name)[0])
        return least_reached(torch.stack(reads)[:, column].cpu(), amounts, painted)

    is_drawn = domain.name == "aerial"
    faultless = rendered_rates(model, judge, dict(readable), count, seed) if is_drawn else {}
    return [
        PaintingRow(
            id=name,
            factor=factor,
            sign_rate=share_right(moves[name]),
            more_rate=share_right([(s, m) for s, m in moves[name] if s > 0]),
            slope=sum(s * m for s, m in moves[name]) / sum(s * s for s, _ in moves[name]),
            from_least=reached(name, factor),
            outside_max_diff=leaks[name],
            rendered_rate=faultless.get(name),
        )
        for name, factor in readable
        if any(s > 0 for s, _ in moves[name])
    ]


def amounts_of(attribute: Attribute) -> list[float]:
    """The amounts that brushes of an attribute begin with: of its opposite, too."""
    return [attribute.default, *([-attribute.default] if attribute.opposite else [])]


def least_reached(
    known: Tensor, amounts: Sequence[float], painted: Callable[[int, float], float]
) -> float:
    """How far amounts bring the lands that have least of something to what those that have most
    read: the least of them.

    Args:
        known: what every land reads of it, [K].
        painted: what one reads when so much is painted on it.
    """
    quarter = max(1, len(known) // 4)
    reached = []
    for amount in amounts:
        sign = math.copysign(1.0, amount)
        order = (sign * known).argsort()
        most = (sign * known)[order[-quarter:]].mean().item()
        for k in order[:quarter].tolist():
            before = sign * known[k].item()
            reached.append((sign * painted(k, amount) - before) / max(most - before, 1e-6))
    return min(reached)


def share_right(moves: Sequence[tuple[float, float]]) -> float:
    """The share of strengths and what they moved that agree in sign."""
    return sum(s * m > 0 for s, m in moves) / len(moves)


def rendered_rates(
    model: Model, judge: PerceptualNet, factors: Mapping[str, str], count: int, seed: int
) -> dict[str, float]:
    """How often renders of `count` fields move the right way when an amount is changed everywhere,
    by the attribute's name."""
    targets, cell_px = list(judge.config.targets), model.layout.resolution // SQUARE[0]
    side = SIDES * model.layout.resolution // 2
    rng, reach = torch.Generator().manual_seed(seed), side // cell_px + 2 * SURROUND
    z_dim = model.generator.config.z_dim
    fields = sample_fields(PRIORS["field"], count, z_dim, reach, reach, torch.device("cpu"), rng)
    right: dict[str, list[bool]] = {name: [] for name in factors if name in ATTRIBUTES}
    for k, field in enumerate(tqdm(normalize_2nd_moment(fields), desc="Drawing lands anew")):
        before = read_inside(judge, drawn(field, k, side, cell_px).to(model.device), side)
        for name in right:
            column, taught = targets.index(factors[name]), ATTRIBUTES[name]
            for strength in STRENGTHS:
                changed = field.clone()
                changed[AMOUNTS.index(taught.amount)] += taught.sign * strength
                img = drawn(changed, k, side, cell_px).to(model.device)
                after = read_inside(judge, img, side)
                right[name].append(((after - before)[column] * strength).item() > 0)
    return {name: sum(all_of_it) / len(all_of_it) for name, all_of_it in right.items()}


def read_inside(judge: PerceptualNet, img: Tensor, quarter: int) -> Tensor:
    """What the judge reads of the painted quarter, cut into its pictures and averaged: [T]."""
    size = judge.config.resolution
    rows = torch.split(img[:, :, :quarter, :quarter], size, dim=2)
    squares = torch.cat([square for row in rows for square in torch.split(row, size, dim=3)])
    said: Tensor = judge(squares.clamp(-1, 1))
    return said.float().mean(dim=0)
