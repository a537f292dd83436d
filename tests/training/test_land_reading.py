"""An encoder of land learns the fields that lands were drawn from."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from models.attributes import Attribute, AttributeSet
from models.latents import LatentMap
from models.perceptual import PerceptualConfig, PerceptualNet
from tests.fakes.tiny import tiny_land, tiny_model
from training.aerial import MAPS
from training.encoder import train_encoder
from training.gan_options import GanOptions
from training.land_lesson import ATTRIBUTES, LandLesson
from training.land_reading import LandReading, in_any_light, land_of_lesson, turned
from training.schedule import Steps


def test_latent_errors_fall_and_a_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.land_lesson.LAND_PX", 64)
    torch.manual_seed(0)
    net = PerceptualNet(PerceptualConfig(32, MAPS, (8, 8, 16), 16)).eval().requires_grad_(False)
    model = replace(tiny_land(), perceptual=net)
    options = GanOptions(resolution=32, w_dim=model.generator.config.z_dim, seed=1)
    lesson = LandReading(LandLesson(options, lands=2), batch=4)
    trained = train_encoder(model, lesson, tmp_path, Steps(101))
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [set(line) for line in lines] == [{"time", "step", "latent_error", "generated"}] * 5
    assert lines[-1]["generated"] < lines[0]["generated"]
    assert trained.encoder is not None
    more = train_encoder(trained, lesson, tmp_path, Steps(2), resume=True)
    assert more.encoder is not None


def test_only_models_that_had_the_lesson_are_asked_for_its_amounts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("training.domains.aerial.LANDS", 1)
    monkeypatch.setattr("training.land_lesson.LAND_PX", 64)
    land, people = tiny_land(), tiny_model()
    rows = torch.zeros(len(ATTRIBUTES), people.generator.num_ws, 16)
    amounts = AttributeSet(tuple(Attribute(name, name) for name in ATTRIBUTES), rows)
    assert isinstance(land_of_lesson(replace(land, attributes=amounts), "aerial", 1), LandLesson)
    assert land_of_lesson(replace(land, attributes=amounts), "planet", 1) is None
    assert land_of_lesson(land, "aerial", 1) is None
    assert land_of_lesson(replace(people, attributes=amounts), "aerial", 1) is None


def test_pictures_and_latents_are_turned_together() -> None:
    torch.manual_seed(2)
    coarse = torch.rand(2, 3, 4, 4)
    img = torch.nn.functional.interpolate(coarse, scale_factor=4)
    seen = set()
    for _ in range(40):
        picture, latent = turned(img, LatentMap((coarse, coarse)))
        for layer in latent.layers:
            assert torch.equal(torch.nn.functional.interpolate(layer, scale_factor=4), picture)
        seen.add(tuple(picture[0, 0].flatten().tolist()))
    assert len(seen) == 8, "four quarters, mirrored or not"


def test_any_light_keeps_what_is_in_a_picture() -> None:
    torch.manual_seed(3)
    coarse = (torch.rand(8, 3, 4, 4) * 2 - 1) * 0.5
    img = torch.nn.functional.interpolate(coarse, scale_factor=8)
    lit = in_any_light(img)
    assert lit.abs().max() <= 1
    for before, after in zip(img, lit, strict=True):
        both = torch.stack([before.flatten(), after.flatten()])
        assert not torch.equal(before, after)
        assert torch.corrcoef(both)[0, 1] > 0.8
