"""Pictures of any size: are squares of a land as good as pictures of the training size, does the
land depend on how it was cut up, and how fast is it drawn?"""

import time
from dataclasses import dataclass

from models.land import Land
from models.model import Model
from training.evaluation.continuity import correlation, seam_ratio, side_of, tile_difference
from training.evaluation.land_distances import LandDistances, land_distances

DISTANCES = (16, 64, 128)  # pixels


@dataclass(frozen=True)
class CoherenceRow:
    """How a land of one coherence hangs together.

    Attributes:
        coherence: correlation length in cells.
        correlation: of the brightness of places 16, 64 and 128 px apart.
    """

    coherence: float
    correlation: tuple[float, ...]


@dataclass(frozen=True)
class AnySizeFigures(LandDistances):
    """How far land is from renders, and whether it is one picture.

    Attributes:
        tile_max_diff: largest difference between a window drawn in tiles of several sizes, in
            levels of 255.
        seam_ratio: mean step between neighbouring pixels across the border of two chunks, over
            that across all other borders of cells; 1: no seam.
        megapixels_per_second: of the land, one tile after the other.
    """

    tile_max_diff: float
    seam_ratio: float
    megapixels_per_second: float
    coherences: tuple[CoherenceRow, ...]


def evaluate_any_size(model: Model, count: int, seed: int) -> AnySizeFigures:
    """Compare `count` squares of every kind, and look at one land as a whole.

    Raises:
        TrainingError: the model has no perceptual network.
        ShapeError: it was not trained spatially.
    """
    apart = land_distances(model, count, seed)
    assert model.prior is not None
    low, high = model.prior.lengths
    return AnySizeFigures(
        **vars(apart),
        tile_max_diff=tile_difference(Land(model, seed)),
        seam_ratio=seam_ratio(Land(model, seed)),
        megapixels_per_second=drawing_speed(Land(model, seed)),
        coherences=tuple(coherence_row(model, c, seed) for c in (low, (low * high) ** 0.5, high)),
    )


def drawing_speed(land: Land) -> float:
    """Megapixels of a land a second, one window after a first that is not timed."""
    side = side_of(land)
    land.draw(0, 0, side, side)
    begin = time.perf_counter()
    land.draw(side, side, side, side)[0, 0, 0, 0].item()  # waits for the device
    return side * side / 1e6 / (time.perf_counter() - begin)


def coherence_row(model: Model, coherence: float, seed: int) -> CoherenceRow:
    """The figures of one coherence."""
    land = Land(model, seed, coherence)
    window = land.draw(0, 0, side_of(land), side_of(land)).mean(dim=1)[0]
    return CoherenceRow(coherence, tuple(correlation(window, pixels) for pixels in DISTANCES))
