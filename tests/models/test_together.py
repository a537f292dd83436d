"""What several people paint is drawn in one pass where that pays, and is what each alone gets."""

import numpy as np
import pytest
import torch

from models.edits import move
from models.errors import AttributeUnknown
from models.generator import Drawing
from models.images import Pixels
from models.latents import LatentMap, embed, is_even
from models.model import Model
from models.painting import (
    Edit,
    Move,
    Painting,
    Resample,
    Subject,
    Transplant,
    Wanted,
    paint,
    painting,
)
from models.region import Region
from models.together import Batch, at_once, batches, paint_together
from models.twins import Twins
from tests.models.test_regions import spatial

EVERYWHERE = torch.ones(1, 1, 16, 16)


@pytest.fixture(scope="module")
def people(model: Model) -> list[tuple[Subject, Pixels]]:
    rng, numbers = torch.Generator().manual_seed(2), np.random.default_rng(2)
    made = []
    for _ in range(4):
        subject = Subject(model, Twins(spatial(model, rng), spatial(model, rng)))
        made.append((subject, numbers.integers(0, 256, (32, 32, 3), dtype=np.uint8)))
    return made


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pictures each drawing from now on is of."""
    seen: list[int] = []
    draw = Model.draw

    def counting(
        model: Model, latent: LatentMap, resolution: int | None = None, region: Region | None = None
    ) -> Drawing:
        seen.append(len(latent.layers[0]))
        return draw(model, latent, resolution, region)

    monkeypatch.setattr(Model, "draw", counting)
    return seen


def lists_of(people: list[tuple[Subject, Pixels]]) -> list[list[Edit]]:
    """One move, a copy and a move, nothing, and new content."""
    donor = people[0][0].twins
    corner = EVERYWHERE.clone()
    corner[..., 4:, :] = 0
    return [
        [Move(corner, "smile", 2.0)],
        [Transplant(EVERYWHERE, donor), Move(EVERYWHERE, "smile", -2.0)],
        [],
        [Resample(EVERYWHERE, 3)],
    ]


def begun(people: list[tuple[Subject, Pixels]]) -> list[Painting[Pixels]]:
    pairs = zip(people, lists_of(people), strict=True)
    return [painting(subject, original, edits) for (subject, original), edits in pairs]


def test_everyone_gets_what_is_theirs(
    model: Model, people: list[tuple[Subject, Pixels]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with torch.inference_mode():
        pairs = zip(people, lists_of(people), strict=True)
        alone = [paint(subject, original, edits) for (subject, original), edits in pairs]
        drawn = counted(monkeypatch)
        together = paint_together(model, begun(people))
    for one, other in zip(alone, together, strict=True):
        assert isinstance(other, np.ndarray)
        assert np.abs(one.astype(int) - other).max() <= 1
    assert drawn == [3, 1, 1]  # the copy, with what is painted alone; then the rest of that list


def test_what_cannot_be_done_is_its_owners_alone(
    model: Model, people: list[tuple[Subject, Pixels]]
) -> None:
    (subject, original), (other, picture) = people[:2]
    wrong = painting(other, picture, [Move(EVERYWHERE, "no such thing", 1.0)])
    right = painting(subject, original, [Move(EVERYWHERE, "smile", 1.0)])
    with torch.inference_mode():
        failed, done = paint_together(model, [wrong, right])
    assert isinstance(failed, AttributeUnknown)
    assert isinstance(done, np.ndarray)
    assert (done != original).any()


def test_what_cannot_be_drawn_is_told_to_those_it_is_for(
    model: Model, people: list[tuple[Subject, Pixels]]
) -> None:
    (subject, original), (other, picture) = people[:2]
    layers = subject.twins.plain.layers
    torn = LatentMap((layers[0][..., :3, :], *layers[1:]), subject.twins.plain.base)
    wrong = painting(Subject(model, Twins(torn, torn)), original, [])  # nothing is drawn
    broken = waits_for(Wanted(torn, None, Region(0, 8, 0, 8)))
    right = painting(other, picture, [Move(EVERYWHERE, "smile", 1.0)])
    with torch.inference_mode():
        _, failed, done = paint_together(model, [wrong, broken, right])
    assert isinstance(failed, Exception)
    assert isinstance(done, np.ndarray)


def waits_for(wanted: Wanted) -> Painting[Pixels]:
    drawing = yield wanted
    return drawing.img.numpy()


def test_a_picture_of_one_vector_is_moved_and_drawn_as_one(
    model: Model, people: list[tuple[Subject, Pixels]]
) -> None:
    """Where nothing differs from cell to cell, one cell is looked at: the same picture, sooner."""
    latent = embed(
        model.generator.broadcast(torch.randn(1, model.layout.w_dim)), "S+", model.layout
    )
    dense = latent.map(lambda _, wmap: wmap.contiguous())
    assert all(
        is_even(wmap) and not is_even(filled)
        for wmap, filled in zip(latent.layers, dense.layers, strict=True)
    )
    _, direction = model.attributes.find("smile")
    for mask, stays in [(EVERYWHERE, True), (torch.eye(16)[None, None], False)]:
        shifted, filled = (move(each, direction, 1.5, mask) for each in (latent, dense))
        assert all(is_even(wmap) for wmap in shifted.layers) == stays
        with torch.inference_mode():
            assert (model.render(shifted) - model.render(filled)).abs().max() < 1e-5
    original = people[0][1]
    edits: list[Edit] = [Move(EVERYWHERE, "smile", 2.0)]
    with torch.inference_mode():
        pair = [
            painting(Subject(model, Twins(each, each)), original, edits)
            for each in (latent, latent)
        ]
        for pixels in paint_together(model, pair):
            assert isinstance(pixels, np.ndarray)
            assert (
                np.abs(
                    pixels.astype(int) - paint(Subject(model, Twins(dense, dense)), original, edits)
                ).max()
                <= 1
            )


def test_far_apart_places_of_large_pictures_are_drawn_one_by_one(model: Model) -> None:
    latent = spatial(model, torch.Generator())
    corners = [Region(0, 64, 0, 64), Region(960, 1024, 960, 1024), Region(0, 64, 32, 96)]
    asked = {i: Wanted(latent, None, region) for i, region in enumerate(corners)}
    assert [batch.members for batch in batches(asked, 96**2)] == [(0, 2), (1,)]
    assert batches(asked, 96**2)[0] == Batch(
        Wanted(latent, None, Region(0, 64, 0, 96)), members=(0, 2)
    )


def test_drawings_of_other_kinds_are_not_put_together(model: Model) -> None:
    latent = spatial(model, torch.Generator())
    shared = LatentMap(tuple(layer[..., :1, :1] for layer in latent.layers), latent.base)
    region = Region(0, 8, 0, 8)
    kinds = [Wanted(latent, None, region), Wanted(shared, None, region), Wanted(latent, 16, region)]
    assert len(batches(dict(enumerate(kinds)), 10**9)) == 3


def test_large_models_draw_for_one_at_a_time() -> None:
    cpu, gpu = torch.device("cpu"), torch.device("cuda")
    assert [at_once(resolution, cpu) for resolution in (64, 128, 256, 1024)] == [8, 4, 1, 1]
    assert [at_once(resolution, gpu) for resolution in (256, 1024)] == [8, 2]
