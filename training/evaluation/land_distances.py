"""How far what a spatially trained model draws is from renders: near by, and from further away."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from models.errors import ShapeError
from models.model import Model
from training.domains import domain_of, pictures
from training.domains.base import Domain
from training.errors import TrainingError
from training.evaluation.distributions import frechet_distance
from training.evaluation.embeddings import Embedder, distances, embedded
from training.evaluation.inception import find_inception
from training.evaluation.squares import BATCH, cut, lesson_squares, squares, tiled
from training.land_lesson import ATTRIBUTES

SCALES = (2, 4)
PER_SCALED = 8  # squares of the usual size for each that is looked at from further away


@dataclass(frozen=True)
class ScaleRow:
    """How land looks from further away: squares of `scale` times the side, shrunk to it.

    Attributes:
        frechet_land: of the model's land to renders.
        frechet_tiled: of pictures of the training size side by side, each a draw of its own.
    """

    scale: int
    frechet_land: float
    frechet_tiled: float


@dataclass(frozen=True)
class LandDistances:
    """Fréchet distances in the embedding of the model's own perceptual network.

    Attributes:
        frechet_renders: between two sets of renders: what chance alone makes.
        frechet_square: of pictures of the training size to renders.
        frechet_land: of squares at random places of lands to renders.
        frechet_lesson: of what the lesson shows for fields (one sun, one net of roads) to renders;
            None of a model that had no such lesson.
        fid_renders, fid_square, fid_land: the same in Inception's features, 2,048 of them, so of
            few pictures they compare within one run only; None without it.
    """

    model: str
    count: int
    seed: int
    frechet_renders: float
    frechet_square: float
    frechet_land: float
    frechet_lesson: float | None
    fid_renders: float | None
    fid_square: float | None
    fid_land: float | None
    scales: tuple[ScaleRow, ...]


def land_distances(
    model: Model, count: int, seed: int, domain: Domain | None = None
) -> LandDistances:
    """Compare `count` squares of every kind.

    Args:
        domain: what the model was trained on; what its network reads if None.

    Raises:
        TrainingError: the model has no perceptual network.
        ShapeError: it was not trained spatially.
    """
    if model.prior is None:
        raise ShapeError(f"{model.card.id} was not trained spatially: it draws one size")
    if model.perceptual is None:
        raise TrainingError(
            f"{model.card.id} has no perceptual network to compare pictures with: "
            "latentbrush train perceptual --data aerial"
        )
    domain, size = domain or domain_of(model), model.layout.resolution
    device = str(model.device)
    inception = find_inception(model.device)
    networks: list[Embedder] = [model.perceptual, *([] if inception is None else [inception])]
    real, again = (
        embedded(networks, pictures(domain, seed + k, count, size, device), count, title)
        for k, title in enumerate(("Renders", "More renders"))
    )
    square = embedded(networks, squares(model, count, seed), count, "Pictures of the training size")
    land = embedded(networks, cut(model, count, seed), count, "Squares of lands")
    frechet_renders, fid_renders = distances(real, again)
    frechet_square, fid_square = distances(real, square)
    frechet_land, fid_land = distances(real, land)
    frechet_lesson = None
    if {attribute.id for attribute in model.attributes.attributes} >= set(ATTRIBUTES):
        taught = lesson_squares(model, count, seed)
        (shown,) = embedded([model.perceptual], taught, count, "Lands of the lesson")
        frechet_lesson = frechet_distance(real[0], shown)
    return LandDistances(
        model=model.card.id,
        count=count,
        seed=seed,
        frechet_renders=frechet_renders,
        frechet_square=frechet_square,
        frechet_land=frechet_land,
        frechet_lesson=frechet_lesson,
        fid_renders=fid_renders,
        fid_square=fid_square,
        fid_land=fid_land,
        scales=tuple(scale_rows(model, domain, count // PER_SCALED, seed)),
    )


def scale_rows(model: Model, domain: Domain, count: int, seed: int) -> Iterator[ScaleRow]:
    """The figures of every scale of which the domain has pictures, of `count` squares."""
    assert model.perceptual is not None
    network, size = [model.perceptual], model.layout.resolution
    device = str(model.device)
    scales = [scale for scale in SCALES if scale <= domain.widest]
    if not scales:
        return
    wide = torch.cat(list(pictures(domain, seed + 2, count, size, device, max(scales))))
    for scale in scales:
        side = size * scale
        real = (
            F.avg_pool2d(batch[:, :, :side, :side], scale) for batch in torch.split(wide, BATCH)
        )
        land, side_by_side = cut(model, count, seed, scale), tiled(model, count, seed, scale)
        (wanted,) = embedded(network, real, count, f"Renders, x{scale}")
        (found,) = embedded(network, land, count, f"Land, x{scale}")
        (apart,) = embedded(network, side_by_side, count, f"Side by side, x{scale}")
        yield ScaleRow(scale, frechet_distance(wanted, found), frechet_distance(wanted, apart))
