"""Drawing for several people at once: what waits together, and is alike, is drawn in one pass.

A painting says what it wants drawn and waits for it (`models/painting.py`), so paintings of several
people can be brought to where they wait, and their drawings be made in one batch. That pays as far
as a pass costs something that does not grow with what is drawn. (Ours; decision 49.)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor

from models.generator import Drawing
from models.latents import LatentMap, is_even
from models.model import Model
from models.painting import Painting, Result, Wanted
from models.pieces import draw
from models.region import Patch, Region

PASS_PX = {"cpu": 96**2}
"""How many pixels more could be drawn in the time that a pass takes however little it draws."""
GPU_PASS_PX = 512**2  # what launching its kernels takes; estimated
MOST = 8  # paintings at once: so many wait for the slowest of them


@dataclass(frozen=True)
class Batch:
    """Drawings of one kind, made in one pass: for each of them, all of their regions.

    Attributes:
        members: places of the drawings among all.
    """

    wanted: Wanted
    members: tuple[int, ...]

    def cost(self, pass_px: int) -> int:
        """What it takes to draw, in pixels."""
        return pass_px + len(self.members) * self.wanted.region.area

    def joined(self, other: "Batch") -> "Batch":
        """Both in one."""
        region = self.wanted.region.joined(other.wanted.region)
        return Batch(replace(self.wanted, region=region), self.members + other.members)

    def fits(self, other: "Batch") -> bool:
        """Whether one pass can draw both."""
        return kind_of(self.wanted) == kind_of(other.wanted)


def kind_of(wanted: Wanted) -> tuple[object, ...]:
    """What drawings have in common that one pass can make."""
    shapes = tuple(layer.shape for layer in wanted.latent.layers)
    return (wanted.resolution, wanted.latent.base, wanted.latent.cells, shapes)


def pass_px(device: torch.device) -> int:
    """The fixed cost of a pass on a device, in pixels."""
    return PASS_PX.get(device.type, GPU_PASS_PX)


def at_once(resolution: int, device: torch.device) -> int:
    """How many paintings by a model are worth doing together: one that is so large that it keeps
    its device busy by itself does them one by one, and nobody waits for another's."""
    return max(1, min(MOST, MOST * pass_px(device) // resolution**2))


def paint_together(model: Model, paintings: Sequence[Painting[Result]]) -> list[Result | Exception]:
    """Finish paintings by one model. One that cannot be done fails by itself.

    Returns:
        For each what it comes to, or what it raised.
    """
    done: dict[int, Result | Exception] = {}
    waiting: dict[int, Wanted] = {}

    def go_on(i: int, step: Callable[[], Wanted]) -> None:
        try:
            waiting[i] = step()
        except StopIteration as end:
            done[i] = end.value
        except Exception as error:  # its owner's to be told of
            done[i] = error

    for i, each in enumerate(paintings):
        go_on(i, partial(next, each))
    while waiting:
        asked, waiting = waiting, {}
        passes = batches(asked, pass_px(model.device))
        while passes:
            members = passes[0].members
            try:
                drawn = drawings(model, passes.pop(0), asked)
            except Exception as error:  # of those in the batch alone
                for i in members:
                    go_on(i, partial(paintings[i].throw, error))
            else:
                for i, drawing in drawn:
                    del asked[i]  # its latent is as large as the next one
                    go_on(i, partial(paintings[i].send, drawing))
    return [done[i] for i in range(len(paintings))]


def batches(asked: dict[int, Wanted], pass_px: int) -> list[Batch]:
    """Put drawings together where that takes less than making them one by one."""
    found: list[Batch] = []
    for i, wanted in asked.items():
        single = Batch(wanted, (i,))
        for k, batch in enumerate(found):
            joined = batch.joined(single)
            apart = batch.cost(pass_px) + single.cost(pass_px)
            if batch.fits(single) and joined.cost(pass_px) <= apart:
                found[k] = joined
                break
        else:
            found.append(single)
    return found


def drawings(model: Model, batch: Batch, asked: dict[int, Wanted]) -> list[tuple[int, Drawing]]:
    """Draw a batch: each member's place, and the region that it asked for."""
    latents = [asked[i].latent for i in batch.members]
    region = batch.wanted.region
    drawn = draw(model, stacked(latents), batch.wanted.resolution, region)
    return [(i, part_of(drawn, k, region, asked[i].region)) for k, i in enumerate(batch.members)]


def stacked(latents: Sequence[LatentMap]) -> LatentMap:
    """Latents of one shape as one of several pictures."""

    def layer(i: int, wmap: Tensor) -> Tensor:
        each = [latent.layers[i] for latent in latents]
        if all(is_even(one) for one in each):
            return torch.cat([one[:, :, :1, :1] for one in each]).expand(-1, -1, *wmap.shape[2:])
        return torch.cat(each)

    return latents[0].map(layer)


def part_of(drawn: Drawing, k: int, region: Region, wanted: Region) -> Drawing:
    """A region of one of the pictures that were drawn together."""
    img, features = drawn.img[k : k + 1], drawn.features[k : k + 1]
    if wanted == region:
        return Drawing(img, features)
    step = region.height // features.shape[2]  # regions begin and end where features do
    known = Patch(features, region.divided(step))
    return Drawing(Patch(img, region).part(wanted), known.part(wanted.divided(step)))
