"""Painting: a list of edits on an encoded picture. Pure but for what drawings it keeps.

A painting asks for the drawings that it needs, one after the other, so that those of several people
can be made in one pass (`models/together.py`); `paint` makes them for one alone.

Edits are applied in order to both latents of the picture (`models/twins.py`): what is copied from
elsewhere to both, what moves an attribute or draws anew to the plain one alone. What changes is
carried to the picture (`models/carry.py`): first the copies, from the faithful drawings, then the
rest, from the plain ones.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import attrgetter
from typing import TypeVar

from torch import Tensor

from models import edits as latent_edits
from models.carry import OBJECTS, TEXTURE, carry, finished, reach, touched
from models.edits import stronger
from models.errors import AttributeUnknown, SpaceError
from models.generator import Drawing
from models.images import Pixels, to_img
from models.latents import SQUARE, LatentMap
from models.model import Model
from models.pieces import draw
from models.reader import strength_to_reach
from models.region import Region, size_of, whole
from models.sampling import seed_w
from models.twins import Twins


@dataclass(frozen=True)
class Move:
    """Move an attribute by `strength` σ, or to where the picture reads `reach` σ.

    Attributes:
        mask: [1, 1, h, w] in [0, 1], as every edit's.
        layers: style layers [from, to); None: the attribute's own.
    """

    mask: Tensor
    attribute: str
    strength: float = 0.0
    reach: float | None = None
    layers: tuple[int, int] | None = None


@dataclass(frozen=True)
class Transplant:
    """Copy cells of another picture, or of the same one.

    Attributes:
        offset: (dx, dy) as fractions of the picture.
    """

    mask: Tensor
    donor: Twins
    offset: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Resample:
    """Draw new content: an `amount` of 0 keeps what is there, 1 replaces it."""

    mask: Tensor
    seed: int
    amount: float = 1.0


Edit = Move | Transplant | Resample

FAITHFUL: Callable[[Twins], LatentMap] = attrgetter("faithful")
PLAIN: Callable[[Twins], LatentMap] = attrgetter("plain")


@dataclass(frozen=True)
class Wanted:
    """A drawing that a painting waits for.

    Attributes:
        resolution: that it is drawn at; the model's if None.
        region: of what is drawn.
    """

    latent: LatentMap
    resolution: int | None
    region: Region


Result = TypeVar("Result")
Painting = Generator[Wanted, Drawing, Result]
"""Asks for drawings, and comes to what they are for."""


@dataclass
class Subject:
    """An encoded picture at hand; what its latents draw is drawn once for each size."""

    model: Model
    twins: Twins
    _drawn: dict[tuple[bool, int | None], Drawing] = field(default_factory=dict)

    def faithful(self, resolution: int | None = None) -> Drawing:
        """What the faithful latent draws."""
        return self._draw(True, resolution)

    def plain(self, resolution: int | None = None) -> Drawing:
        """What the plain latent draws."""
        return self._draw(self.twins.plain is self.twins.faithful, resolution)

    def _draw(self, is_faithful: bool, resolution: int | None) -> Drawing:
        key = (is_faithful, resolution)
        if key not in self._drawn:
            latent = self.twins.faithful if is_faithful else self.twins.plain
            self._drawn[key] = draw(self.model, latent, resolution)
        return self._drawn[key]

    @property
    def num_bytes(self) -> int:
        """How much memory it holds."""
        layers = {id(t): t for t in (*self.twins.faithful.layers, *self.twins.plain.layers)}
        drawn = [t for each in self._drawn.values() for t in (each.img, each.features)]
        return sum(t.untyped_storage().nbytes() for t in (*layers.values(), *drawn))


def paint(
    subject: Subject,
    original: Pixels,
    edits: Sequence[Edit],
    share: float = 1.0,
    resolution: int | None = None,
) -> Pixels:
    """The picture after edits, as `painting` comes to it."""
    return drawn_alone(subject.model, painting(subject, original, edits, share, resolution))


def drawn_alone(model: Model, work: Painting[Pixels]) -> Pixels:
    """Finish a painting, making its drawings one by one."""
    try:
        wanted = next(work)
        while True:
            wanted = work.send(draw(model, wanted.latent, wanted.resolution, wanted.region))
    except StopIteration as end:
        pixels: Pixels = end.value
        return pixels


def painting(
    subject: Subject,
    original: Pixels,
    edits: Sequence[Edit],
    share: float = 1.0,
    resolution: int | None = None,
) -> Painting[Pixels]:
    """Come to the picture after edits.

    Args:
        original: [H, W, 3], what was encoded, at its own size.
        share: of every edit, in [0, 1].
        resolution: that the change is drawn at; the model's if None.

    Returns:
        [H, W, 3]; pixels where no edit's feathered mask reaches are those of `original`.

    Raises:
        AttributeUnknown, SpaceError, ShapeError: of an edit that the model cannot do.
    """
    if not edits:
        return original
    model, twins = subject.model, subject.twins
    img = to_img(original).to(model.device)
    copies = [edit for edit in edits if isinstance(edit, Transplant)]
    others = [edit for edit in edits if not isinstance(edit, Transplant)]
    before = subject.plain(resolution)
    drawn, size = size_of(before.img), size_of(img)
    comparison = OBJECTS if model.prior is None else TEXTURE

    def after(kind: Callable[[Twins], LatentMap], done: Sequence[Edit], region: Region) -> Wanted:
        return Wanted(edited(model, twins, kind, done, share), resolution, region)

    if copies:
        region = reach(masks_of(copies), drawn, comparison)
        copied = yield after(FAITHFUL, copies, region)
        faithful = subject.faithful(resolution)
        img = carry(img, faithful, copied, masks_of(copies), comparison, region)
    if copies and others:
        before = yield after(PLAIN, copies, whole(drawn))
    if others:
        region = reach(masks_of(others), drawn, comparison)
        changed = yield after(PLAIN, edits, region)
        img = carry(img, before, changed, masks_of(others), comparison, region)
    shown = touched(over(edits), drawn, size, reach(masks_of(edits), drawn, comparison))
    return finished(original, img, shown)


def masks_of(edits: Sequence[Edit]) -> list[Tensor]:
    """Where each edit is."""
    return [edit.mask for edit in edits]


def over(edits: Sequence[Edit]) -> Tensor:
    """Where any of some edits is: the strongest of their masks at every place."""
    return reduce(stronger, masks_of(edits))


def edited(
    model: Model,
    twins: Twins,
    kind: Callable[[Twins], LatentMap],
    edits: Sequence[Edit],
    share: float = 1.0,
) -> LatentMap:
    """One of the two latents of a picture after edits; donors give theirs of the same kind."""
    latent = kind(twins)
    for edit in edits:
        match edit:
            case Move():
                latent = moved(model, latent, edit, share)
            case Transplant():
                mask = edit.mask * share
                latent = latent_edits.transplant(latent, kind(edit.donor), mask, edit.offset)
            case Resample():
                fresh = model.generator.broadcast(seed_w(model.generator, edit.seed))
                latent = latent_edits.resample(latent, fresh, edit.mask * share, edit.amount)
    return latent


def moved(model: Model, latent: LatentMap, edit: Move, share: float) -> LatentMap:
    """A latent after a share of a move. What is to be reached is looked for with all of it."""
    attribute, direction = model.attributes.find(edit.attribute)
    layers = edit.layers or attribute.layers
    if layers is not None and layers[1] > len(latent.layers):
        raise SpaceError(f"layers end at {len(latent.layers)}, got {list(layers)}")

    def by(strength: float) -> LatentMap:
        return latent_edits.move(latent, direction, strength, edit.mask, layers)

    if edit.reach is None:
        return by(edit.strength * share)
    found = strength_to_reach(edit.reach, lambda s: reading(model, by(s), edit.attribute))
    return by(found * share)


def readings(model: Model, latent: LatentMap) -> dict[str, float]:
    """What a latent reads of each attribute, in σ; nothing where the model has no reader, or the
    picture is not square."""
    if model.reader is None or latent.base != SQUARE:
        return {}
    said = model.reader.whole(latent, model.whitening, model.layout)[0].tolist()
    return {name: round(value, 3) for name, value in zip(model.reader.ids, said, strict=True)}


def reading(model: Model, latent: LatentMap, attribute_id: str) -> float:
    """What a latent reads of one attribute, in σ.

    Raises:
        AttributeUnknown: the model does not read it.
        ShapeError: the picture is not square.
    """
    if model.reader is None:
        raise AttributeUnknown(f"{model.card.id} cannot read attributes: give a strength")
    row = model.reader.row(attribute_id)
    return model.reader.whole(latent, model.whitening, model.layout)[0, row].item()
