"""Pictures of any size: are squares of a land as good as pictures of the training size, does the
land depend on how it was cut up, and how fast is it drawn?"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from models.errors import ShapeError
from models.generator import SURROUND
from models.land import Land
from models.latents import SQUARE
from models.model import Model
from models.ops import normalize_2nd_moment
from models.prior import PRIORS, sample_fields, sample_lengths
from training.domains import domain_of, pictures
from training.errors import TrainingError
from training.evaluation.distributions import frechet_distance
from training.evaluation.inception import find_inception
from training.generated import draw_latents, drawn_from
from training.land_lesson import ATTRIBUTES, drawn

SEAM_CHUNKS = 4  # side of the window whose seams are looked at: six borders
WINDOW = 6  # side in pictures of the window of a land that is looked at as a whole
CUT = 3  # of the part of a land in which a square is cut, several chunks wide
PER_LESSON = 4  # squares of a land of the lesson, which takes long to draw
LESSON = 2  # side of such a land, in pictures
BATCH = 64
TILES = (96, 256, 512)  # pixels; the same window is drawn in each
DISTANCES = (16, 64, 128)  # pixels
SCALES = (2, 4)
PER_SCALED = 8  # squares of the usual size for each that is looked at from further away


@dataclass(frozen=True)
class CoherenceRow:
    """How a land of one coherence hangs together.

    Attributes:
        coherence: correlation length in cells.
        frechet: of its squares to the renders.
        correlation: of the brightness of places 16, 64 and 128 px apart.
    """

    coherence: float
    frechet: float
    correlation: tuple[float, ...]


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
class AnySizeFigures:
    """Distances are in the embedding of the model's own perceptual network.

    Attributes:
        frechet_renders: between two sets of renders: what chance alone makes.
        frechet_square: of pictures of the training size to renders.
        frechet_land: of squares at random places of lands to renders.
        frechet_lesson: of what the lesson shows for fields (one sun, one net of roads) to renders;
            None of a model that had no such lesson.
        fid_renders, fid_square, fid_land: the same in Inception's features, 2,048 of them, so of
            few pictures they compare within one run only; None without it.
        tile_max_diff: largest difference between a window drawn in tiles of several sizes, in
            levels of 255.
        seam_ratio: mean step between neighbouring pixels across the border of two chunks, over
            that across all other borders of cells; 1: no seam.
        megapixels_per_second: of the land, one tile after the other.
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
    tile_max_diff: float
    seam_ratio: float
    megapixels_per_second: float
    coherences: tuple[CoherenceRow, ...]
    scales: tuple[ScaleRow, ...]


def evaluate_any_size(model: Model, count: int, seed: int) -> AnySizeFigures:
    """Compare `count` squares of every kind.

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
    domain, size = domain_of(model), model.layout.resolution
    device = str(model.device)
    inception = find_inception(model.device)
    networks: list[Embedder] = [model.perceptual, *([] if inception is None else [inception])]
    real, again = (
        embedded(networks, pictures(domain, seed + k, count, size, device), count, title)
        for k, title in enumerate(("Renders", "More renders"))
    )
    square = embedded(networks, squares(model, count, seed), count, "Pictures of the training size")
    land = embedded(networks, cut(model, None, count, seed), count, "Squares of lands")
    frechet_renders, fid_renders = distances(real, again)
    frechet_square, fid_square = distances(real, square)
    frechet_land, fid_land = distances(real, land)
    frechet_lesson = None
    if {attribute.id for attribute in model.attributes.attributes} >= set(ATTRIBUTES):
        taught = lesson_squares(model, count, seed)
        (shown,) = embedded([model.perceptual], taught, count, "Lands of the lesson")
        frechet_lesson = frechet_distance(real[0], shown)
    low, high = model.prior.lengths
    rows = [coherence_row(model, c, count, seed, real[0]) for c in (low, (low * high) ** 0.5, high)]
    return AnySizeFigures(
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
        tile_max_diff=tile_difference(Land(model, seed)),
        seam_ratio=seam_ratio(Land(model, seed)),
        megapixels_per_second=drawing_speed(Land(model, seed)),
        coherences=tuple(rows),
        scales=tuple(scale_rows(model, count // PER_SCALED, seed)),
    )


def side_of(land: Land) -> int:
    """Side in pixels of the windows that are looked at."""
    return WINDOW * land.model.layout.resolution


def drawing_speed(land: Land) -> float:
    """Megapixels of a land a second, one window after a first that is not timed."""
    side = side_of(land)
    land.draw(0, 0, side, side)
    begin = time.perf_counter()
    land.draw(side, side, side, side)[0, 0, 0, 0].item()  # waits for the device
    return side * side / 1e6 / (time.perf_counter() - begin)


class Embedder(Protocol):
    """A network that pictures are compared by."""

    def embedding(self, img: Tensor) -> Tensor:
        """Features [N, E] of pictures [N, 3, H, W] in [-1, 1]."""
        ...


@torch.inference_mode()
def embedded(
    networks: Sequence[Embedder], batches: Iterator[Tensor], count: int, title: str
) -> list[Tensor]:
    """Embeddings [count, E] of pictures by each network, on the CPU."""
    found: list[list[Tensor]] = [[] for _ in networks]
    with tqdm(total=count, desc=title, unit="picture") as bar:
        for img in batches:
            for network, features in zip(networks, found, strict=True):
                features.append(network.embedding(img.clamp(-1, 1)).float().cpu())
            bar.update(len(img))
    return [torch.cat(features)[:count] for features in found]


def distances(real: Sequence[Tensor], other: Sequence[Tensor]) -> tuple[float, float | None]:
    """The Fréchet distance by the model's own network, and by Inception if it took part."""
    found = [frechet_distance(a, b) for a, b in zip(real, other, strict=True)]
    return found[0], found[1] if len(found) > 1 else None


def squares(model: Model, count: int, seed: int) -> Iterator[Tensor]:
    """Pictures of the training size, each a draw of its own."""
    rng = torch.Generator().manual_seed(seed)
    for start in range(0, count, BATCH):
        yield drawn_from(model, draw_latents(model, min(BATCH, count - start), rng))


def lesson_squares(model: Model, count: int, seed: int) -> Iterator[Tensor]:
    """Squares at random places of lands as the lesson draws them, each of a field of its own."""
    size = model.layout.resolution
    cell_px = size // SQUARE[0]
    side, reach = LESSON * size, LESSON * SQUARE[0] + 2 * SURROUND
    rng, z_dim = torch.Generator().manual_seed(seed), model.generator.config.z_dim
    for k in range(-(-count // PER_LESSON)):
        fields = sample_fields(PRIORS["field"], 1, z_dim, reach, reach, torch.device("cpu"), rng)
        land = drawn(normalize_2nd_moment(fields)[0], seed + k, side, cell_px)
        places = torch.randint(side - size + 1, (PER_LESSON, 2), generator=rng).tolist()
        squares = [land[:, :, y : y + size, x : x + size] for y, x in places]
        yield torch.cat(squares).to(model.device)


def tiled(model: Model, count: int, seed: int, scale: int) -> Iterator[Tensor]:
    """Such pictures side by side, `scale` in a row and as many rows, shrunk to the size of one."""
    each = scale * scale
    for k in range(count):
        img = torch.cat(list(squares(model, each, seed + k)))
        rows = torch.cat(list(img.reshape(scale, scale, *img.shape[1:]).unbind(1)), dim=3)
        yield F.avg_pool2d(torch.cat(list(rows), dim=1)[None], scale)


def cut(
    model: Model, coherence: float | None, count: int, seed: int, scale: int = 1
) -> Iterator[Tensor]:
    """Squares at random places, each of a land of its own, of `scale` times the training size and
    shrunk to it.

    Args:
        coherence: of all lands, in base cells; as in training, each has its own, if None.
    """
    assert model.prior is not None
    rng = torch.Generator().manual_seed(seed)
    own = sample_lengths(model.prior, count, rng).tolist()
    side = model.layout.resolution * scale
    within = max(CUT, scale + 1) * model.layout.resolution - side + 1
    for start in range(0, count, BATCH):
        squares = []
        for k in range(start, min(start + BATCH, count)):
            top, left = torch.randint(within, (2,), generator=rng).tolist()
            land = Land(model, seed + k, own[k] if coherence is None else coherence)
            squares.append(F.avg_pool2d(land.draw(top, left, side, side), scale))
        yield torch.cat(squares)


def scale_rows(model: Model, count: int, seed: int) -> Iterator[ScaleRow]:
    """The figures of every scale, of `count` squares."""
    assert model.perceptual is not None
    network, size = [model.perceptual], model.layout.resolution
    domain, device = domain_of(model), str(model.device)
    wide = torch.cat(list(pictures(domain, seed + 2, count, size, device, max(SCALES))))
    for scale in SCALES:
        side = size * scale
        real = (
            F.avg_pool2d(batch[:, :, :side, :side], scale) for batch in torch.split(wide, BATCH)
        )
        land, side_by_side = cut(model, None, count, seed, scale), tiled(model, count, seed, scale)
        (wanted,) = embedded(network, real, count, f"Renders, x{scale}")
        (found,) = embedded(network, land, count, f"Land, x{scale}")
        (apart,) = embedded(network, side_by_side, count, f"Side by side, x{scale}")
        yield ScaleRow(scale, frechet_distance(wanted, found), frechet_distance(wanted, apart))


def coherence_row(
    model: Model, coherence: float, count: int, seed: int, real: Tensor
) -> CoherenceRow:
    """The figures of one coherence."""
    assert model.perceptual is not None
    squares = cut(model, coherence, count, seed)
    (found,) = embedded([model.perceptual], squares, count, f"Squares of coherence {coherence:.1f}")
    land = Land(model, seed, coherence)
    window = land.draw(0, 0, side_of(land), side_of(land)).mean(dim=1)[0]
    return CoherenceRow(
        coherence=coherence,
        frechet=frechet_distance(real, found),
        correlation=tuple(correlation(window, distance) for distance in DISTANCES),
    )


def correlation(window: Tensor, distance: int) -> float:
    """Of the values [H, W] of places so far apart, along both axes."""
    pairs = (
        (window[:, distance:], window[:, :-distance]),
        (window[distance:], window[:-distance]),
    )
    found = [torch.corrcoef(torch.stack([a.flatten(), b.flatten()]))[0, 1] for a, b in pairs]
    return float(torch.stack(found).mean())


def tile_difference(land: Land) -> float:
    """The largest difference between a window drawn in tiles of several sizes, of 255."""
    drawn, side = [], side_of(land)
    for tile in TILES:
        rows = [
            torch.cat([land.draw(top, left, tile, tile) for left in range(0, side, tile)], 3)
            for top in range(0, side, tile)
        ]
        drawn.append(torch.cat(rows, dim=2)[:, :, :side, :side])
    return max(float((img - drawn[0]).abs().max()) * 127.5 for img in drawn[1:])


def seam_ratio(land: Land) -> float:
    """How much larger steps between pixels are where chunks meet, across and down."""
    side = SEAM_CHUNKS * land.chunk_cells * land.cell_px
    window = land.draw(0, 0, side, side)
    across = (window[..., 1:] - window[..., :-1]).abs().mean(dim=(0, 1, 2))
    down = (window[..., 1:, :] - window[..., :-1, :]).abs().mean(dim=(0, 1, 3))
    at_cells = torch.stack([across, down])[:, land.cell_px - 1 :: land.cell_px]
    at_chunks = at_cells[:, land.chunk_cells - 1 :: land.chunk_cells]
    others = (at_cells.sum() - at_chunks.sum()) / (at_cells.numel() - at_chunks.numel())
    return float(at_chunks.mean() / others)
