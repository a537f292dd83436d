"""What only procedural land allows: the land that a field of z stands for, to learn from.

The first channels of z, at every cell, are the amounts that the land has there (water, wood, town,
…), so a generator can be shown what each field should look like. Where trees and houses stand is
not in z: only what is left of a picture at a distance is compared, and the game draws the rest.
Ours.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from models.attributes import Attribute, AttributeSet
from models.generator import SURROUND, MappingNetwork
from models.images import from_uint8, to_uint8
from models.latents import SQUARE, LatentMap
from models.layers import FullyConnected
from models.model import Model
from models.noise import Noise, no_noise
from models.ops import normalize_2nd_moment
from models.prior import PRIORS, sample_fields
from training.aerial import AMOUNTS, PIXEL_M, Amounts, Sun, Window, view
from training.crops import BATCHES_PER_LAND, LAND_PX, metres_per_pixel
from training.gan import FIELD, GanTraining
from training.gan_options import GanOptions
from training.taught import taught_directions


class Taught(NamedTuple):
    """An attribute that the lesson teaches: more of an amount, or less of it."""

    amount: str
    sign: int
    title: str


ATTRIBUTES = {
    "wet": Taught("dryness", -1, "Water"),
    "wood": Taught("wood", 1, "Forest"),
    "town": Taught("town", 1, "Town"),
    "ripeness": Taught("ripeness", 1, "Ripe fields"),
    "autumn": Taught("autumn", 1, "Autumn leaves"),
    "snow": Taught("snow", 1, "Snow"),
    "lushness": Taught("lushness", 1, "Lush grass"),
}
CHANNELS = (*AMOUNTS, "river", "flow", "main_road")
"""What the first channels of z are in the lesson."""
LANDS = 40
SUN = Sun(direction=1.1, elevation=0.75)
"""Of every land of the lesson: a field of z says nothing of it."""
KNOWN_SIZES = 3  # a cell, half of one and a quarter
BATCH = 4  # pictures of a step: every place of one is an example, and steps are what it takes


class LandLesson:
    """Lands with the fields of z that they were drawn from."""

    def __init__(
        self, options: GanOptions, rank: int = 0, nimg: int = 0, lands: int | None = None
    ) -> None:
        """Draw the lands.

        Args:
            lands: how many at once; `LANDS` if not given.
            rank: of several processes with the same lands; each takes other squares of them.
            nimg: squares that were taken already; what is taken now are others.
        """
        resolution, z_dim, seed = options.resolution, options.w_dim, options.seed
        self.resolution = resolution
        self.rng = np.random.default_rng([seed, rank, nimg])
        self.cell_px = resolution // SQUARE[0]
        self.cells = max(2 * SQUARE[0], LAND_PX // self.cell_px)  # of a land, down and across
        # Pixels over which pictures are averaged before they are compared: 1, 2, 4, … a cell's.
        self.squares = [1 << k for k in range(self.cell_px.bit_length())]
        # In sharpening, what is larger than a quarter of a cell is held to the known land.
        self.known = self.squares[-KNOWN_SIZES:]
        self.fold = round(PIXEL_M / metres_per_pixel(resolution))  # of the critic
        self.num_channels = len(CHANNELS)
        self.z_dim = z_dim
        self.batches = 0
        self.fields = self.sample(lands or LANDS, torch.Generator().manual_seed(seed))
        shown = tqdm(self.fields, desc="Drawing the lands of fields", unit="land")
        self.lands = torch.stack([self.land_of(field, seed + k) for k, field in enumerate(shown)])

    def sample(self, num: int, rng: torch.Generator) -> Tensor:
        """Fields [num, Z, h, w] of as many lands, with their surround."""
        side = self.cells + 2 * SURROUND
        prior, cpu = PRIORS["field"], torch.device("cpu")
        return normalize_2nd_moment(sample_fields(prior, num, self.z_dim, side, side, cpu, rng))

    def land_of(self, field: Tensor, seed: int) -> Tensor:
        """The land of a field [Z, h, w] with what surrounds it: uint8 [3, H, W]."""
        return to_uint8(drawn(field, seed, self.cells * self.cell_px, self.cell_px))[0]

    def batch(self, num: int) -> tuple[Tensor, Tensor]:
        """Fields z [num, Z, h, w] with their surround, and pictures [num, 3, R, R]; now and then of
        a fresh land."""
        self.batches += 1
        if self.batches % BATCHES_PER_LAND == 0:
            self.replace_land(self.batches // BATCHES_PER_LAND % len(self.lands))
        fields, pictures = [], []
        for _ in range(num):
            k, row, column = self.rng.integers([len(self.lands), *[self.cells - SQUARE[0] + 1] * 2])
            fields.append(self.fields[k, :, row : row + FIELD[0], column : column + FIELD[1]])
            top, left = row * self.cell_px, column * self.cell_px
            size = self.resolution
            pictures.append(self.lands[k, :, top : top + size, left : left + size])
        return torch.stack(fields), from_uint8(torch.stack(pictures))

    def replace_land(self, k: int) -> None:
        """Draw another land in the place of the k-th."""
        seed = int(self.rng.integers(2**31))
        self.fields[k] = self.sample(1, torch.Generator().manual_seed(seed))[0]
        self.lands[k] = self.land_of(self.fields[k], seed)

    def draw(self, training: GanTraining, noise: Noise) -> tuple[Tensor, Tensor, Tensor]:
        """What the generator makes of a batch of fields, what it should, and the maps of every
        channel [N, M, R, R]."""
        z, target = (x.to(training.device) for x in self.batch(BATCH))
        generator = training.generator
        wmap = generator.mapping.cells(z)
        generator.mapping.w_avg.lerp_(wmap.detach().mean(dim=(0, 2, 3)), 0.005)
        latent = LatentMap((wmap,) * generator.num_ws, FIELD)
        img = generator.synthesis(latent, noise, training.dtype, SURROUND)
        return img, target, self.maps(z)

    def maps(self, z: Tensor) -> Tensor:
        """The channels of fields [N, Z, h, w] at every pixel of their pictures."""
        places = (torch.arange(self.resolution) + 0.5) / self.cell_px
        weights = bumps(places, FIELD[0]).to(z)
        return weights @ z[:, : len(CHANNELS)] @ weights.T

    def reminder(self, _training: GanTraining, _step: int) -> None:
        """None: the land that sharpening holds pictures to is the lesson's."""
        return None

    def begin(self, training: GanTraining) -> None:
        """Prepare a generator that has learnt nothing yet."""
        if training.blank:
            listen_to_channels(training.generator.mapping, len(CHANNELS))

    def __call__(self, training: GanTraining) -> tuple[Tensor, int]:
        """The loss of a batch, and its pictures."""
        img, target, _ = self.draw(training, no_noise)
        return difference(img, target, self.squares), BATCH


@torch.no_grad()
def listen_to_channels(mapping: MappingNetwork, num: int) -> None:
    """Make a fresh mapping network deaf to channels of z that mean nothing in the lesson, and as
    much keener on the first `num`, which do: the rest is noise, which takes a long time to
    unlearn."""
    layer = mapping.get_submodule("fc0")
    assert isinstance(layer, FullyConnected)
    weight = layer.weight
    weight[:, num:] = 0
    weight[:, :num] *= (weight.shape[1] / num) ** 0.5


def amount_attributes(model: Model) -> AttributeSet:
    """The amounts as attributes of a model that had the lesson."""
    rows = taught_directions(model, lambda z: normalize_2nd_moment(z)[:, : len(AMOUNTS)])
    moved = [taught.sign * rows[AMOUNTS.index(taught.amount)] for taught in ATTRIBUTES.values()]
    attributes = tuple(Attribute(name, taught.title) for name, taught in ATTRIBUTES.items())
    return AttributeSet(attributes, torch.stack(moved))


def drawn(field: Tensor, seed: int, side: int, cell_px: int) -> Tensor:
    """The land of a field [Z, h, w] with its surround, from its origin on: [1, 3, side, side]."""
    pixel_m = metres_per_pixel(cell_px * SQUARE[0])

    def amounts(_seed: int, window: Window) -> Amounts:
        return amounts_at(field, window, cell_px * pixel_m)

    return view(seed, 0, 0, side, side, amounts, SUN, pixel_m).img[None]


def difference(img: Tensor, target: Tensor, squares: Sequence[int]) -> Tensor:
    """Mean absolute difference of pictures [N, 3, R, R], averaged over squares of several sizes in
    pixels."""
    gap = img - target
    levels = [F.avg_pool2d(gap, side).abs().mean() for side in squares]
    return torch.stack(levels).sum()


def amounts_at(field: Tensor, window: Window, cell_m: float) -> Amounts:
    """The first channels of a field [Z, h, w] with its surround, as the amounts and courses on a
    window whose origin is the first cell's corner."""
    by_row = bumps(window.y / cell_m, field.shape[1]).float()
    by_column = bumps(window.x / cell_m, field.shape[2]).float()
    maps = by_row @ field[: len(CHANNELS)] @ by_column.T
    found = dict(zip(CHANNELS, maps, strict=True))
    return found | {"side_road": found["main_road"]}  # one net of roads is dense enough


def bumps(places: Tensor, cells: int) -> Tensor:
    """Weights [P, cells] of a field's cells at places [P], in cells from the first one that is not
    of the surround: a cubic B-spline around each middle."""
    middles = torch.arange(cells) + 0.5 - SURROUND
    away = (places[:, None] - middles[None]).abs()
    near = 2 / 3 - away.square() * (1 - away / 2)
    return torch.where(away < 1, near, (2 - away).clamp(min=0) ** 3 / 6)
