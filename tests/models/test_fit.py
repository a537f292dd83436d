"""Whether a picture is like what a model knows."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from models.fit import distance_apart, fit_of, likeness
from models.model import FitBounds, Model, load_model
from models.sampling import seed_w
from models.twins import find_twin, twin_steps
from tests.fakes.tiny import tiny_land, tiny_model
from training.aerial import view
from training.portraits import render, sample_factors

PRETRAINED = Path(__file__).resolve().parents[2] / "models" / "pretrained"


@pytest.fixture(scope="module")
def portraits() -> Model:
    return load_model(PRETRAINED / "portraits", "cpu", torch.float32)


def verdict(model: Model, img: torch.Tensor, apart: float) -> str:
    drawn = find_twin(model, img, twin_steps(model)).img
    return fit_of(model, img, drawn, apart).verdict


def test_unseen_renders_are_close_and_other_pictures_strangers(portraits: Model) -> None:
    apart = distance_apart(portraits)
    size = portraits.layout.resolution
    for person in range(4):
        img = render(sample_factors(880_000, person, 1), size)
        assert verdict(portraits, img, apart) == "close"
    torch.manual_seed(0)
    small = torch.zeros(1, 3, size, size)
    face = render(sample_factors(880_000, 9, 1), 32)
    small[:, :, 50:82, 50:82] = face.mean(dim=1, keepdim=True)
    strangers = {
        "flat grey": torch.zeros(1, 3, size, size),
        "noise": torch.rand(1, 3, size, size) * 2 - 1,
        "a small grey face": small,
        "land": render_of_land(size),
    }
    found = {name: verdict(portraits, img, apart) for name, img in strangers.items()}
    assert set(found.values()) == {"stranger"}, found


def render_of_land(size: int) -> torch.Tensor:
    return view(3, 0, 0, size, size).img[None]


def test_the_bounds_are_the_models_own() -> None:
    model = tiny_model()
    img = torch.zeros(1, 3, 32, 32)
    other = model.render(model.generator.broadcast(seed_w(model.generator, 3)))
    share = likeness(model, img, other).item()
    wide, narrow = (replace(model, fit=FitBounds(share * f, share * 2)) for f in (1.1, 0.9))
    assert fit_of(wide, img, other, 1.0).verdict == "close"
    assert fit_of(narrow, img, other, 1.0).verdict == "rough"
    assert fit_of(narrow, img, other, 0.4).verdict == "stranger"
    assert fit_of(narrow, img, other, 0.4).share == pytest.approx(share / 0.4)
    assert fit_of(narrow, img, img, 1.0).share == pytest.approx(0, abs=1e-6)


def test_land_is_compared_by_what_is_in_it(portraits: Model) -> None:
    land = load_model(PRETRAINED / "aerial", "cpu", torch.float32)
    img = render_of_land(128)
    moved = img.roll((40, 24), dims=(2, 3))
    assert likeness(land, img, moved) < 0.2 * land.distance(img, moved)
    assert likeness(portraits, img, moved) == portraits.distance(img, moved)


@pytest.mark.parametrize("size", [32, 64])
def test_land_without_a_network_is_compared_by_its_colours(size: int) -> None:
    without = replace(tiny_land(), perceptual=None)
    green, blue = (torch.zeros(1, 3, size, size) for _ in range(2))
    green[:, 1], blue[:, 2] = 1, 1
    grain = torch.randn(1, 3, size, size, generator=torch.Generator().manual_seed(0)) * 0.2
    assert likeness(without, green, green + grain) < 0.2 * likeness(without, green, blue)
    apart = distance_apart(without)
    own = without.render(without.generator.broadcast(seed_w(without.generator, 3)))
    assert 0.01 < apart < 2
    assert fit_of(without, own, own, apart).verdict == "close"
