"""The lesson of the real Earth: squares of it, with the fields and the noise that stand for them.

The first channels of z, at every cell, are what the Earth has there (`training/planet/fields.py`),
and the noise of every layer is what is new at its sharpness (`training/planet/detail.py`), so the
generator can be shown the picture that they stand for. In sharpening its noise is left to chance,
and a critic judges what it makes of that. Ours.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from models.attributes import Attribute, AttributeSet
from models.generator import SURROUND
from models.images import from_uint8, to_uint8
from models.latents import SQUARE, LatentMap
from models.model import Model
from models.noise import Noise
from models.ops import normalize_2nd_moment
from models.prior import sample_fields
from training.gan import FIELD, GanTraining
from training.gan_options import GanOptions
from training.land_lesson import bumps, difference, listen_to_channels
from training.planet.detail import ToldNoise, sheet_of, told
from training.planet.earth import open_earth
from training.planet.fields import CHANNEL_TITLES, CHANNELS, measured, scores_of
from training.planet.sphere import looked_up, seen_from
from training.planet.squares import SQUARE_KM, place_of, view
from training.priors import open_prior
from training.taught import taught_directions

SQUARES = 1000  # held at once
BATCHES_PER_SQUARE = 4  # a square is replaced after so many batches
BATCH = 4  # pictures of a step
AUDIBLE = 0.5  # strength of the noise at first, beside features of a deviation of 1
REMIND_EVERY = 2  # steps of sharpening
REMINDER = 1.0  # weight
CELLS = 20_000  # of which it is measured what goes together
AMOUNT = 2.0  # σ, as much as is painted: far from proportional where the sea becomes land


class Painted(NamedTuple):
    """How a channel is painted: what goes with it on the Earth goes along.

    Attributes:
        beside: how far other channels go with it, whatever they do on the Earth; 0: they stay.
    """

    beside: Mapping[str, float]

    @property
    def is_put_on(self) -> bool:
        """Whether it brings land along, or takes it: then there is no less of it to paint, for
        where there is no ice is not the sea."""
        return self.beside.get("land", 0) != 0


GROUND = dict.fromkeys(("land", "depth", "height", "relief"), 0.0)
ATTRIBUTES = {
    "land": Painted({}),
    "height": Painted({"relief": 1.0, "land": 0.7, "green": -0.3, "sand": -0.3}),
    "sand": Painted({"land": 0.7}),
    "green": Painted({"land": 0.8}),
    "ice": Painted({"land": 1.0}),
    "depth": Painted({"land": -1.0}),
    "warmth": Painted({**GROUND, "green": 1.0, "sand": 0.5, "ice": -0.5}),
}
"""Channels, in the order in which a person is shown them."""
OPPOSITES = {"land": "Sea", "warmth": "Cold"}
"""And less, where that is another thing to paint."""
USUAL, MOST = 3.0, 4.0
"""σ that a brush begins with, and goes to: with 2, the deep sea shows through what is painted on it
(decision 26)."""
NOT_OFFERED = ("height",)
"""At 10 km a pixel the Earth's mountains are hardly seen, and painted ones are not either."""


class Square(NamedTuple):
    """A square of the Earth.

    Attributes:
        known: [K, h, w], the first channels of its field, with what surrounds it.
        img: uint8 [3, R, R].
        levels: its noise, float16, as `told` has it.
    """

    known: Tensor
    img: Tensor
    levels: list[Tensor]


class PlanetLesson:
    """Squares of the Earth with the fields and the noise that they stand for."""

    def __init__(
        self, options: GanOptions, rank: int = 0, nimg: int = 0, squares: int | None = None
    ) -> None:
        """Cut the first squares.

        Args:
            rank: of several processes; each takes other squares.
            nimg: squares that were taken already; what is taken now are others.
            squares: how many are held at once; `SQUARES` if not given.
        """
        self.resolution, self.z_dim = options.resolution, options.w_dim
        self.cell_px = options.resolution // SQUARE[0]
        self.squares = [1 << k for k in range(self.cell_px.bit_length())]
        self.known = [self.cell_px]  # is all that chance leaves of a square
        self.fold = 1  # of the critic, which sees every pixel, and not every other one apart
        self.num_channels = len(CHANNELS)
        self.prior = open_prior("planet")
        self.rng = np.random.default_rng([options.seed, rank, nimg])
        self.cut = self.cuts(int(self.rng.integers(2**62)))
        shown = tqdm(range(squares or SQUARES), desc="Cutting squares of the Earth", unit="square")
        self.pool = [next(self.cut) for _ in shown]
        self.batches = 0

    def cuts(self, seed: int) -> Iterator[Square]:
        """Squares of a seed, one after the other."""
        earth, fields = open_earth(), measured()
        size, pixel_km = self.resolution, SQUARE_KM / self.resolution
        inner = slice(size // 2, size // 2 + size)
        index = 0
        while True:
            place = place_of(earth, seed, index)
            rng = torch.Generator().manual_seed((seed + index) % 2**62)
            square = view(earth, place, size, pixel_km)
            around = seen_from(place, (2 * size, 2 * size), pixel_km)
            layers = looked_up(earth.layers[:4], around) / 255  # colours and water
            layers[:, inner, inner] = torch.cat([square.img / 2 + 0.5, square.maps[:1]])
            yield Square(
                fields.amounts.to_normal(scores_of(earth, place, FIELD)),
                to_uint8(square.img[None])[0],
                [level.half() for level in told(sheet_of(layers), rng)],
            )
            index += 1

    def batch(self, num: int) -> tuple[Tensor, Tensor]:
        """Fields z [num, Z, h, w] with their surround, and pictures [num, 3, R, R]."""
        return self.told_batch(num)[:2]

    def told_batch(self, num: int) -> tuple[Tensor, Tensor, ToldNoise]:
        """The same with the noise that they are to be drawn from; now and then a square is cut
        anew."""
        self.batches += 1
        if self.batches % BATCHES_PER_SQUARE == 0:
            oldest = self.batches // BATCHES_PER_SQUARE % len(self.pool)
            self.pool[oldest] = next(self.cut)
        chosen = [self.pool[k] for k in self.rng.integers(0, len(self.pool), num)]
        known = torch.stack([square.known for square in chosen])
        z = sample_fields(self.prior, num, self.z_dim, *FIELD, torch.device("cpu"))
        z[:, : len(CHANNELS)] = known
        levels = zip(*(square.levels for square in chosen), strict=True)
        noise = ToldNoise(tuple(torch.stack(level).float() for level in levels))
        img = from_uint8(torch.stack([square.img for square in chosen]))
        return normalize_2nd_moment(z), img, noise

    def draw(
        self, training: GanTraining, noise: Noise | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """What the generator makes of a batch of fields, what it should, and the maps of every
        channel [N, K, R, R].

        Args:
            noise: the one that stands for the squares if None.
        """
        z, target, said = self.told_batch(BATCH)
        z, target = z.to(training.device), target.to(training.device)
        generator = training.generator
        wmap = generator.mapping.cells(z)
        generator.mapping.w_avg.lerp_(wmap.detach().mean(dim=(0, 2, 3)), 0.005)
        latent = LatentMap((wmap,) * generator.num_ws, FIELD)
        img = generator.synthesis(latent, noise or said, training.dtype, SURROUND)
        return img, target, self.maps(z)

    def maps(self, z: Tensor) -> Tensor:
        """The channels of fields [N, Z, h, w] at every pixel of their pictures."""
        places = (torch.arange(self.resolution) + 0.5) / self.cell_px
        weights = bumps(places, FIELD[0]).to(z)
        return weights @ z[:, : len(CHANNELS)] @ weights.T

    def reminder(self, training: GanTraining, step: int) -> Tensor | None:
        """The lesson's own loss now and then, so that noise goes on meaning what it was told to."""
        return REMINDER * self(training)[0] if step % REMIND_EVERY == 0 else None

    def begin(self, training: GanTraining) -> None:
        """Prepare a generator, or the layers of it, that have learnt nothing yet: their noise is
        heard from the start."""
        if training.blank:
            listen_to_channels(training.generator.mapping, len(CHANNELS))
        for name, parameter in training.generator.named_parameters():
            if name.endswith("noise_strength") and parameter == 0:
                torch.nn.init.constant_(parameter, AUDIBLE)

    def __call__(self, training: GanTraining) -> tuple[Tensor, int]:
        """The loss of a batch, and its pictures."""
        img, target, _ = self.draw(training)
        return difference(img, target, self.squares), BATCH


@torch.no_grad()
def planet_attributes(model: Model) -> AttributeSet:
    """The channels as attributes of a model that had the lesson.

    A channel that is moved by itself soon stands for what there is nowhere, such as ice in the
    middle of a rain forest, and nobody knows what is drawn then: a lagoon (decision 25).
    """
    assert model.prior is not None
    rng = torch.Generator().manual_seed(13)
    z_dim, num = model.generator.config.z_dim, len(CHANNELS)
    cells = sample_fields(model.prior, CELLS, z_dim, 1, 1, torch.device("cpu"), rng)[:, :, 0, 0]
    taught = taught_directions(model, lambda z: normalize_2nd_moment(z)[:, :num])

    def direction(channel: str, painted: Painted) -> Tensor:
        shares = goes_along(cells[:, :num], channel, painted).to(model.device)
        if painted.is_put_on:
            return put_on(model, cells.to(model.device), shares)
        return torch.einsum("k,kld->ld", shares, taught)

    attributes = tuple(
        Attribute(
            name,
            CHANNEL_TITLES[name],
            min=0.0 if painted.is_put_on else -MOST,
            max=MOST,
            default=USUAL,
            opposite=OPPOSITES.get(name, ""),
            offered=name not in NOT_OFFERED,
        )
        for name, painted in ATTRIBUTES.items()
    )
    directions = [direction(name, painted) for name, painted in ATTRIBUTES.items()]
    return AttributeSet(attributes, torch.stack(directions))


def put_on(model: Model, cells: Tensor, shares: Tensor) -> Tensor:
    """How w changes per σ where `AMOUNT` of some channels is put on, on average over fields of
    single cells z [P, Z], all style layers alike: [L, D].

    Args:
        shares: how much of every channel [K] is put on.
    """
    mapping = model.generator.mapping
    step = F.pad(AMOUNT * shares, (0, cells.shape[1] - len(shares)))
    change: Tensor = (mapping(cells + step) - mapping(cells)).mean(dim=0) / AMOUNT
    return change.repeat(model.generator.num_ws, 1)


def goes_along(cells: Tensor, channel: str, painted: Painted) -> Tensor:
    """How much of every channel [K] there is more with one more of a channel, by least squares
    over cells [P, K]."""
    known = [CHANNELS.index(name) for name in (channel, *painted.beside)]
    free = [k for k in range(len(CHANNELS)) if k not in known]
    given = torch.cat([cells[:, known], torch.ones(len(cells), 1)], dim=1)
    shares = torch.zeros(len(CHANNELS))
    shares[known] = torch.tensor([1.0, *painted.beside.values()])
    shares[free] = shares[known] @ torch.linalg.lstsq(given, cells[:, free]).solution[:-1]
    return shares
