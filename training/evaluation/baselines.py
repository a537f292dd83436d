"""Plain directions to compare the attribute model with: least squares, a linear SVM, SeFa.

Each is one direction of w for all layers (SeFa: of its band), for every attribute that the
perceptual network reads, as long as it takes to move that reading as far as the model's own does.
"""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor
from tqdm import tqdm

from models.adopt import draws
from models.attributes import AttributeSet, shift
from models.directions import in_sigma, sefa
from models.directions.direction import Direction, broadcast
from models.model import Model
from training.attributes import least_squares, read_generated
from training.domains import places_of, targets_of
from training.generated import draw_latents
from training.probes import PROBES, Probes
from training.readings import readings_of

LENGTHS = (0.5, 1.0, 2.0, 4.0)  # σ of its own coordinate that a direction may be long
SEFA_PER_BAND = 16  # candidates for every attribute
ITERATIONS = 200


def baselines(model: Model) -> dict[str, AttributeSet]:
    """Every plain method's directions for the model's attributes, by the method's name."""
    plain: dict[str, Callable[[], Tensor]] = {
        "least squares": lambda: in_all_layers(model, least_squares(model)[0]),
        "SVM": lambda: in_all_layers(model, svm(*read_generated(model))),
        "SeFa": lambda: best_of_sefa(model),
    }
    return {name: matched(model, make(), name) for name, make in plain.items()}


def in_all_layers(model: Model, directions: Tensor) -> Tensor:
    """[T, D] → [T, L, D]."""
    return torch.stack([broadcast(row, model.generator.num_ws) for row in directions])


def svm(w: Tensor, readings: Tensor) -> Tensor:
    """Normals [T, D] of the planes in w that part the upper from the lower half of each reading.

    Squared hinge loss with an L2 penalty, by L-BFGS; the normal is the direction, as in
    InterFaceGAN (Shen et al. 2020).
    """
    x = (w - w.mean(dim=0)) / w.std()
    label = torch.where(readings > readings.median(dim=0).values, 1.0, -1.0)
    normals = torch.zeros(readings.shape[1], w.shape[1], device=w.device, requires_grad=True)
    bias = torch.zeros(readings.shape[1], device=w.device, requires_grad=True)
    optimiser = torch.optim.LBFGS(
        [normals, bias], max_iter=ITERATIONS, line_search_fn="strong_wolfe"
    )

    def loss() -> Tensor:
        optimiser.zero_grad()
        slack = (1 - label * (x @ normals.T + bias)).clamp(min=0)
        total = slack.square().mean(dim=0).sum() + 0.5 * normals.square().sum() / len(w)
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    return normals.detach()


@torch.no_grad()
def best_of_sefa(model: Model) -> Tensor:
    """For every attribute the SeFa direction that moves its reading most against the others':
    [T, L, D]."""
    w = draws(model)
    rows = [in_sigma(d, w).rows for d in sefa(model.generator, w, SEFA_PER_BAND)]
    latent = draw_latents(model, PROBES, torch.Generator().manual_seed(8))
    before = readings_of(model, model.render(latent))
    moved = [readings_of(model, model.render(shift(latent, row, 1.0))) - before for row in rows]
    effect = torch.stack([m.mean(dim=0) for m in moved])  # [directions, T]
    purity = effect.abs() / effect.norm(dim=1, keepdim=True).clamp(min=1e-6)
    return torch.stack(rows)[purity.argmax(dim=0)]


@torch.no_grad()
def matched(model: Model, directions: Tensor, name: str) -> AttributeSet:
    """Directions [T, L, D] as the model's attributes, those that it reads: as long as it takes to
    move the reading as far as the model's own direction does when it is painted at its place; no
    longer than the largest of `LENGTHS`, and turned so that the reading rises."""
    targets, places = targets_of(model), places_of(model).to(model.device)
    columns = {target.id: k for k, target in enumerate(targets)}
    known = [attribute for attribute in model.attributes.attributes if attribute.id in columns]
    probes = Probes(model)
    w = draws(model)
    rows = []
    for attribute in tqdm(known, desc=f"Measuring {name}"):
        k = columns[attribute.id]
        place = places[k : k + 1]
        wanted = probes.effect(model.attributes.find(attribute.id)[1], place, k)
        row = in_sigma(Direction(attribute.id, directions[k], name), w).rows
        row = row * (1.0 if probes.effect(row, place, k) >= 0 else -1.0)
        effects = [probes.effect(row * length, place, k) for length in LENGTHS]
        rows.append(row * length_for(wanted, effects))
    plain = tuple(replace(a, layers=None, flipped=False) for a in known)
    return AttributeSet(plain, torch.stack(rows))


def length_for(wanted: float, effects: list[float]) -> float:
    """The length that has the wanted effect, between those that were measured; the one with the
    largest effect if none reaches it."""
    before, begun = 0.0, 0.0
    for length, effect in zip(LENGTHS, effects, strict=True):
        if effect >= wanted:
            share = (wanted - before) / max(effect - before, 1e-6)
            return begun + share * (length - begun)
        before, begun = effect, length
    return LENGTHS[max(range(len(effects)), key=effects.__getitem__)]
