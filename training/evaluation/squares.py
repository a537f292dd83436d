"""Squares of a picture's size to compare land by: single pictures, and parts of lands of the model
and of the lesson, from near and from further away."""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from models.generator import SURROUND
from models.land import CHUNK_PX, Land
from models.latents import SQUARE, LatentMap
from models.model import Model
from models.noise import Place
from models.ops import normalize_2nd_moment
from models.prior import PRIORS, sample_fields, sample_lengths
from training.gan import FIELD
from training.land_lesson import drawn

PER_LESSON = 4  # squares of a land of the lesson, which takes long to draw
LESSON = 2  # side of such a land, in pictures
BATCH = 64


def squares(model: Model, count: int, seed: int) -> Iterator[Tensor]:
    """Pictures of the training size, each a draw of its own, as in training: with noise of its own,
    and a field that goes on around it."""
    assert model.prior is not None
    rng, mapping = torch.Generator().manual_seed(seed), model.generator.mapping

    def noise(constant: Tensor, place: Place) -> Tensor:
        drawn = torch.randn(place.num, 1, place.height, place.width, generator=rng)
        return drawn.to(constant.device)

    for start in range(0, count, BATCH):
        num, z_dim = min(BATCH, count - start), model.generator.config.z_dim
        wmap = mapping.cells(sample_fields(model.prior, num, z_dim, *FIELD, model.device, rng))
        latent = LatentMap((wmap,) * model.generator.num_ws, FIELD)
        yield model.generator.synthesis(latent, noise, model.dtype, SURROUND)


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
        shown = [land[:, :, y : y + size, x : x + size] for y, x in places]
        yield torch.cat(shown).to(model.device)


def tiled(model: Model, count: int, seed: int, scale: int) -> Iterator[Tensor]:
    """Such pictures side by side, `scale` in a row and as many rows, shrunk to the size of one."""
    each = scale * scale
    for k in range(count):
        img = torch.cat(list(squares(model, each, seed + k)))
        rows = torch.cat(list(img.reshape(scale, scale, *img.shape[1:]).unbind(1)), dim=3)
        yield F.avg_pool2d(torch.cat(list(rows), dim=1)[None], scale)


def cut(model: Model, count: int, seed: int, scale: int = 1) -> Iterator[Tensor]:
    """Squares at random places, each of a land of its own with a correlation length as in training,
    of `scale` times the training size and shrunk to it."""
    assert model.prior is not None
    rng = torch.Generator().manual_seed(seed)
    lengths = sample_lengths(model.prior, count, rng).tolist()
    side = model.layout.resolution * scale
    for start in range(0, count, BATCH):
        shown = []
        for k in range(start, min(start + BATCH, count)):
            top, left = torch.randint(CHUNK_PX, (2,), generator=rng).tolist()
            land = Land(model, seed + k, lengths[k])
            shown.append(F.avg_pool2d(land.draw(top, left, side, side), scale))
        yield torch.cat(shown)
