"""Painting on the shipped portraits: what is put on is there, and what is kept is kept."""

import numpy as np
import pytest
import torch
from torch import Tensor

from models.attributes import shift
from models.description import SHIPPED_DIR
from models.edits import fit_mask
from models.heat import heat_of
from models.images import to_img
from models.latents import embed
from models.model import Model, load_model
from models.painting import Edit, Move, Resample, Subject, Transplant, paint
from models.twins import Twins
from training.evaluation.people import Person, box_of, encoded, place_of
from training.evaluation.things import THINGS, blurred, compare, with_factors, without_things
from training.portraits import render, sample_factors

SEED = 955_000


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(SHIPPED_DIR / "portraits", dtype=torch.float32)


@pytest.fixture(scope="module")
def people(model: Model) -> list[Person]:
    return encoded(model, without_things(sample_factors(SEED, 0, 4)), scale=2)


def together(people: list[Person]) -> Tensor:
    return torch.cat([person.img for person in people])


def edited(person: Person, *edits: Edit) -> Tensor:
    with torch.inference_mode():
        return to_img(paint(person.subject, person.pixels, edits))


@pytest.mark.parametrize("thing", ["hat", "moustache"])
def test_a_thing_that_is_put_on_is_no_ghost(people: list[Person], thing: str) -> None:
    with_it = with_factors(torch.cat([p.factors for p in people]), {thing: THINGS[thing][1]})
    worn = render(with_it, people[0].size[0])
    boxes = torch.cat([box_of(p.factors, thing) for p in people])
    painted = torch.cat([p.painted(thing, 2.0, boxes[i : i + 1]) for i, p in enumerate(people)])
    seen = compare(together(people), worn, painted, boxes)
    assert seen.shows_through < 0.25
    assert 0.6 < seen.strength < 1.4
    ghost = torch.lerp(together(people), worn, 0.5)
    assert compare(together(people), worn, ghost, boxes).shows_through > 0.4, (
        "or the measure is blind"
    )


def test_hair_of_another_colour_keeps_its_strands(people: list[Person]) -> None:
    for person in people:
        mask = place_of(person.factors, "hair_lightness")
        strength = 2.0 if person.factors[0, 5] < 0.5 else -2.0
        after = person.painted("hair_lightness", strength, mask)
        before = person.img
        fine, kept = (img - blurred(img, 2.0) for img in (before, after))
        slope = (fine * kept).sum() / fine.square().sum()
        assert slope > 0.6
        assert (after - before).abs().max() > 0.1


def test_edits_compose_in_any_order_of_places(people: list[Person]) -> None:
    person = people[0]
    hat = Move(box_of(person.factors, "hat"), "hat", 2.0)
    glasses = Move(box_of(person.factors, "glasses"), "glasses", 2.0)
    one, other = edited(person, hat, glasses), edited(person, glasses, hat)
    assert (one - other).abs().max() < 0.02
    for edit in (hat, glasses):
        alone = edited(person, edit)
        assert (one - alone).abs().max() > 0.2, "the other one is there, too"


def test_a_faint_edit_stays_beside_a_strong_one(people: list[Person]) -> None:
    person = people[0]
    cheeks, below = torch.zeros(1, 1, 32, 32), torch.zeros(1, 1, 32, 32)
    cheeks[..., 14:20, 8:24] = 1
    below[..., 27:, :] = 1
    faint, strong = Move(cheeks, "skin_tone", 0.3), Move(below, "clothing_lightness", 3.0)
    alone, both = edited(person, faint), edited(person, faint, strong)
    assert (alone - person.img).abs().mean() > 1e-3
    above = (slice(None), slice(None), slice(None, 140))  # what the strong one moves
    faintly = (alone - person.img)[above].abs().mean()
    assert (both - alone)[above].abs().mean() < 0.1 * faintly
    assert (both - alone).abs().max() > 0.2


def test_what_is_copied_covers_what_was_painted_before(people: list[Person]) -> None:
    person = people[0]
    hat = Move(box_of(person.factors, "hat"), "hat", 2.0)
    own = Transplant(torch.ones(1, 1, 8, 8), person.subject.twins)
    covered = edited(person, hat, own)
    assert (covered - person.img).abs().max() < 0.02
    over = edited(person, own, hat)
    assert (over - edited(person, hat)).abs().max() < 0.02


def test_new_content_is_where_it_was_asked_for(people: list[Person]) -> None:
    person = people[0]
    mask = torch.zeros(1, 1, 32, 32)
    mask[..., 4:20, 4:28] = 1
    new = edited(person, Resample(mask, seed=5))
    assert (new[..., 64:96, 96:160] - person.img[..., 64:96, 96:160]).abs().mean() > 0.05
    assert torch.equal(new[..., 200:, :], to_img(person.pixels)[..., 200:, :])


def test_the_twin_is_edited_and_the_faithful_latent_is_not(model: Model) -> None:
    """Whatever keeps the picture, the change is that of the plain latent."""
    rng = torch.Generator().manual_seed(0)
    w, other = torch.randn(2, 1, 128, generator=rng)
    plain, strange = (
        embed(model.generator.broadcast(each), "S+", model.layout) for each in (w, other)
    )
    picture = np.full((128, 128, 3), 128, np.uint8)
    move = Move(torch.ones(1, 1, 8, 8), "hair_lightness", 1.0)
    with torch.inference_mode():
        shown = [
            paint(Subject(model, Twins(faithful, plain)), picture, [move])
            for faithful in (plain, strange)
        ]
    assert np.array_equal(shown[0], shown[1])
    assert not np.array_equal(shown[0], picture)


@pytest.mark.parametrize("attribute", ["hair_lightness", "skin_tone", "clothing_hue"])
def test_where_it_shows_is_where_it_is(model: Model, people: list[Person], attribute: str) -> None:
    """Hair for hair: the places that light up are those of the plain latent, which is edited."""
    _, direction = model.attributes.find(attribute)
    for person in people:
        plain = person.subject.twins.plain
        more, less = (model.render(shift(plain, direction, s)) for s in (1.0, -1.0))
        heat = heat_of(more - less)
        place = fit_mask(place_of(person.factors, attribute), (heat.shape[2], heat.shape[3]))
        inside = (heat * place).sum() / heat.sum()
        assert inside > 0.6
