"""Plain directions to compare the attribute model with: least squares, a linear SVM, SeFa.

Each is one direction of w for all layers (SeFa: of its band), for every attribute that the
perceptual network reads, scaled so that one unit of strength moves the reading by about one σ.
"""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from models.adopt import draws
from models.attributes import AttributeSet
from models.directions import in_sigma, sefa
from models.directions.direction import broadcast
from models.latents import embed
from models.model import Model
from training.attributes import Edits, edited_readings, least_squares, read_factors, usual_place
from training.generated import draw_latents

SVM_MARGIN_COST = 1.0
PROBES = 24  # generated pictures on which a direction is scaled
SEFA_PER_BAND = 16  # candidates for every attribute
MAX_SCALE = 8.0  # of a direction that hardly moves its reading


def baselines(model: Model) -> dict[str, AttributeSet]:
    """Every plain method's directions for the model's attributes, by the method's name."""
    w, readings = read_generated(model)
    plain: dict[str, Callable[[], Tensor]] = {
        "least squares": lambda: in_all_layers(model, least_squares(model)[0]),
        "SVM": lambda: in_all_layers(model, svm(w, readings)),
        "SeFa": lambda: best_of_sefa(model),
    }
    return {name: scaled(model, make()) for name, make in plain.items()}


@torch.no_grad()
def read_generated(model: Model, num: int = 2048) -> tuple[Tensor, Tensor]:
    """w [num, D] of generated pictures and what the perceptual network reads [num, T]."""
    assert model.perceptual is not None
    rng = torch.Generator().manual_seed(7)
    latents, readings = [], []
    for _ in range(num // 64):
        latent = draw_latents(model, 64, rng)
        latents.append(latent.layers[0][:, :, 0, 0])
        readings.append(model.perceptual(model.render(latent).clamp(-1, 1)).float())
    return torch.cat(latents), torch.cat(readings)


def in_all_layers(model: Model, directions: Tensor) -> Tensor:
    """[T, D] → [T, L, D]."""
    return torch.stack([broadcast(row, model.generator.num_ws) for row in directions])


def svm(w: Tensor, readings: Tensor) -> Tensor:
    """Normals [T, D] of the planes that part the upper from the lower half of each reading.

    Squared hinge loss with an L2 penalty on standardised w, as InterFaceGAN (Shen et al. 2020)
    fits them, by L-BFGS.
    """
    deviation = w.std(dim=0).clamp(min=1e-6)
    x = (w - w.mean(dim=0)) / deviation
    label = torch.where(readings > readings.median(dim=0).values, 1.0, -1.0)
    normals = torch.zeros(readings.shape[1], w.shape[1], requires_grad=True)
    bias = torch.zeros(readings.shape[1], requires_grad=True)
    optimiser = torch.optim.LBFGS([normals, bias], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimiser.zero_grad()
        slack = (1 - label * (x @ normals.T + bias)).clamp(min=0)
        total = slack.square().mean(dim=0).sum() * SVM_MARGIN_COST
        total = total + 0.5 * normals.square().sum() / len(w)
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    return (normals / deviation).detach()


@torch.no_grad()
def best_of_sefa(model: Model) -> Tensor:
    """For every attribute the SeFa direction [L, D] that moves its reading most against the
    others', turned so that the reading rises: [T, L, D]."""
    assert model.perceptual is not None
    w = draws(model)
    rows = [in_sigma(d, w).rows for d in sefa(model.generator, w, SEFA_PER_BAND)]
    latent = draw_latents(model, PROBES, torch.Generator().manual_seed(8))
    before = model.perceptual(model.render(latent)).float()
    moves = []
    for direction in rows:
        moved = latent.map(lambda i, wmap, d=direction: wmap + d[i][None, :, None, None])  # type: ignore[misc]
        moves.append((model.perceptual(model.render(moved)).float() - before).mean(dim=0))
    effect = torch.stack(moves)  # [directions, T]
    purity = effect.abs() / effect.norm(dim=1, keepdim=True).clamp(min=1e-6)
    chosen = purity.argmax(dim=0)
    signs = effect[chosen, torch.arange(effect.shape[1])].sign()
    return torch.stack(rows)[chosen] * signs[:, None, None]


@torch.no_grad()
def scaled(model: Model, directions: Tensor) -> AttributeSet:
    """Directions [T, L, D] as the model's attributes, each as strong as one σ of its reading when
    painted at its place."""
    factors = read_factors(model)
    latent = draw_latents(model, PROBES, torch.Generator().manual_seed(9))
    places = torch.cat([usual_place(f.region) for f in factors]).to(model.device)
    rows = []
    for k in range(len(directions)):
        slope, size = 0.0, 1.0
        for _ in range(3):  # a long direction bends: measure again where it is used
            edits = Edits(
                latent=embed(latent, "S+", model.layout),
                chosen=torch.full((PROBES,), k),
                strength=torch.ones(PROBES),
                mask=places[k : k + 1].expand(PROBES, -1, -1, -1),
            )
            slope = edited_readings(model, edits, directions * size)[:, k].mean().item()
            size *= min(max(1 / max(slope, 1e-3), 1 / MAX_SCALE), MAX_SCALE)
            size = min(size, 1e3)
        rows.append(directions[k] * size)
    by_name = {attribute.id: attribute for attribute in model.attributes.attributes}
    kept = [k for k, factor in enumerate(factors) if factor.name in by_name]
    attributes = tuple(replace(by_name[factors[k].name], layers=None, flipped=False) for k in kept)
    return AttributeSet(attributes, torch.stack([rows[k] for k in kept]))
