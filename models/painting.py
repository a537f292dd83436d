"""Painting: a list of edits on an encoded picture. Pure but for what drawings it keeps.

A painting asks for the drawings that it needs, one after the other, so that those of several people
can be made in one pass (`models/together.py`); `paint` makes them for one alone.

Edits are applied in order to both latents of the picture (`models/twins.py`): what is copied from
elsewhere to both, what moves an attribute or draws anew to the plain one alone. What changes is
carried to the picture (`models/carry.py`): first the copies, from the faithful drawings, then the
rest, from the plain ones.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

from torch import Tensor

from models import edits as latent_edits
from models.carry import OBJECTS, TEXTURE, Touched, carried, finished, pooling, reach
from models.edits import Step, source_of, stronger
from models.errors import AttributeUnknown, SpaceError
from models.generator import Drawing
from models.images import Pixels
from models.latents import SQUARE, LatentMap, embed
from models.model import Model
from models.pieces import (
    COMPARED,
    Mosaic,
    Tell,
    cells_of_piece,
    draw,
    picture_size,
    pieces_of,
    silent,
)
from models.reader import strength_to_reach
from models.region import Region, whole
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

Kind = Callable[[Twins], LatentMap]
"""Which of the two latents of a picture."""
FAITHFUL: Kind = attrgetter("faithful")
PLAIN: Kind = attrgetter("plain")


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

    def faithful(self, resolution: int | None = None, tell: Tell = silent) -> Drawing:
        """What the faithful latent draws."""
        return self._draw(True, resolution, tell)

    def plain(self, resolution: int | None = None, tell: Tell = silent) -> Drawing:
        """What the plain latent draws."""
        return self._draw(self.twins.plain is self.twins.faithful, resolution, tell)

    def _draw(self, is_faithful: bool, resolution: int | None, tell: Tell) -> Drawing:
        key = (is_faithful, resolution)
        if key not in self._drawn:
            latent = self.twins.faithful if is_faithful else self.twins.plain
            self._drawn[key] = draw(self.model, latent, resolution, tell=tell, dtype=COMPARED)
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
            drawing = draw(model, wanted.latent, wanted.resolution, wanted.region)
            del wanted  # its latent is as large as the next one
            wanted = work.send(drawing)
    except StopIteration as end:
        pixels: Pixels = end.value
        return pixels


def painting(
    subject: Subject,
    original: Pixels,
    edits: Sequence[Edit],
    share: float = 1.0,
    resolution: int | None = None,
    tell: Tell = silent,
) -> Painting[Pixels]:
    """Come to the picture after edits.

    Args:
        original: [H, W, 3], what was encoded, at its own size.
        share: of every edit, in [0, 1].
        resolution: that the change is drawn at; the model's if None.
        tell: hears how many pieces are drawn, where what the edits reach takes several; may raise,
            before anything is drawn, too.

    Returns:
        [H, W, 3]; pixels where no edit's feathered mask reaches are those of `original`.

    Raises:
        AttributeUnknown, SpaceError, ShapeError: of an edit that the model cannot do.
    """
    if not edits:
        return original
    copies = [edit for edit in edits if isinstance(edit, Transplant)]
    others = [edit for edit in edits if not isinstance(edit, Transplant)]
    drawn = picture_size(subject.model, subject.twins.plain, resolution)
    comparison = OBJECTS if subject.model.prior is None else TEXTURE
    everything = reach(masks_of(edits), drawn, comparison)
    if (pieces := len(pieces_of(everything, drawn))) == 1:
        tell = silent  # what is drawn before, for all edits to come, may be large all the same
    else:
        tell(0, pieces)
    before, changes = subject.plain(resolution, tell), []

    def after(kind: Kind, done: Sequence[Edit], region: Region) -> Painting[Drawing]:
        return redrawing(subject, kind, done, region, share, resolution, tell)

    if copies:
        region = reach(masks_of(copies), drawn, comparison)
        copied = yield from after(FAITHFUL, copies, region)
        faithful = subject.faithful(resolution, tell)
        changes.append(carried(faithful, copied, masks_of(copies), comparison, region))
    if copies and others:
        before = yield from after(PLAIN, copies, whole(drawn))
    if others:
        region = reach(masks_of(others), drawn, comparison)
        changed = yield from after(PLAIN, edits, region)
        changes.append(carried(before, changed, masks_of(others), comparison, region))
    return finished(original, changes, Touched(over(edits), drawn, everything))


def masks_of(edits: Sequence[Edit]) -> list[Tensor]:
    """Where each edit is."""
    return [edit.mask for edit in edits]


def over(edits: Sequence[Edit]) -> Tensor:
    """Where any of some edits is: the strongest of their masks at every place."""
    return reduce(stronger, masks_of(edits))


def redrawing(
    subject: Subject,
    kind: Kind,
    edits: Sequence[Edit],
    region: Region,
    share: float = 1.0,
    resolution: int | None = None,
    tell: Tell = silent,
) -> Painting[Drawing]:
    """Come to what one of a picture's latents draws of a region after edits; where that is large,
    piece by piece, each of the cells that it depends on."""
    model, base = subject.model, kind(subject.twins).base
    size = picture_size(model, kind(subject.twins), resolution)
    mosaic, pieces = Mosaic(region, pooling(size), COMPARED), pieces_of(region, size)
    for k, piece in enumerate(pieces):
        if len(pieces) > 1:
            tell(k, len(pieces))
        cells = cells_of_piece(model, base, piece, resolution) if len(pieces) > 1 else None
        drawn = yield Wanted(
            edited(model, subject.twins, kind, edits, share, cells), resolution, piece
        )
        mosaic.put(drawn, piece)
    return mosaic.drawing()


def edited(
    model: Model,
    twins: Twins,
    kind: Kind,
    edits: Sequence[Edit],
    share: float = 1.0,
    cells: Region | None = None,
) -> LatentMap:
    """One of the two latents of a picture after edits, on the model's grid; donors give theirs of
    the same kind.

    Args:
        cells: of the base, that are wanted; None: all.
    """

    def fine(whole_latent: LatentMap, part: Region | None) -> LatentMap:
        known = whole_latent if part is None else whole_latent.part(part)
        return embed(known, "S+", model.layout)

    latent = fine(kind(twins), cells)
    for edit in in_turns(edits):
        match edit:
            case list():
                steps = [step_of(model, move, move.strength * share) for move in edit]
                latent = latent_edits.go(latent, steps)
            case Move():
                latent = reached(model, latent, edit, share)
            case Transplant():
                donor, part = kind(edit.donor), None
                if cells is not None:
                    part = source_of(cells, latent.base, donor.base, edit.offset)
                mask = edit.mask * share
                latent = latent_edits.transplant(latent, fine(donor, part), mask, edit.offset)
            case Resample():
                fresh = model.generator.broadcast(seed_w(model.generator, edit.seed))
                latent = latent_edits.resample(latent, fresh, edit.mask * share, edit.amount)
    return latent


def in_turns(edits: Sequence[Edit]) -> Iterator[list[Move] | Edit]:
    """Edits in order; moves by a strength that follow each other are made at once."""

    def adds_up(edit: Edit) -> bool:
        return isinstance(edit, Move) and edit.reach is None

    for at_once, some in groupby(edits, adds_up):
        if at_once:
            yield [edit for edit in some if isinstance(edit, Move)]
        else:
            yield from some


def step_of(model: Model, edit: Move, strength: float) -> Step:
    """A move by so many σ."""
    attribute, direction = model.attributes.find(edit.attribute)
    layers, num = edit.layers or attribute.layers, len(direction)
    if layers is not None and layers[1] > num:
        raise SpaceError(f"layers end at {num}, got {list(layers)}")
    return Step(edit.mask, strength * direction, layers)


def reached(model: Model, latent: LatentMap, edit: Move, share: float) -> LatentMap:
    """A latent after a share of a move to a reading, which is looked for with all of it."""

    def by(strength: float) -> LatentMap:
        return latent_edits.go(latent, [step_of(model, edit, strength)])

    wanted = edit.reach or 0.0
    found = strength_to_reach(wanted, lambda s: reading(model, by(s), edit.attribute))
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
