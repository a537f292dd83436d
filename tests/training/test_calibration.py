"""Attributes are as strong as their renders, and those that do nothing are not offered."""

from dataclasses import replace

import torch

from models.attributes import AttributeSet
from models.description import SHIPPED_DIR
from models.model import load_model
from training.calibration import LENGTHS, calibrate
from training.portraits import FACTORS
from training.portraits.factors import GROUPS


def test_what_is_weak_is_made_longer_and_what_does_nothing_is_not_offered() -> None:
    model = load_model(SHIPPED_DIR / "portraits", dtype=torch.float32)
    light, light_row = model.attributes.find("background_lightness")
    hat, _ = model.attributes.find("hat")
    rng = torch.Generator().manual_seed(0)
    nonsense = 0.05 * torch.randn(light_row.shape, generator=rng)
    known = AttributeSet((hat, light), torch.stack([nonsense, 0.4 * light_row]))
    found = calibrate(replace(model, attributes=known), num=2).attributes
    assert [a.id for a in found.attributes] == ["hat", "background_lightness"], "by group"
    assert [a.group for a in found.attributes] == ["worn", "background"]
    assert [a.offered for a in found.attributes] == [False, True]
    length = (found.directions[1] / (0.4 * light_row)).mean().item()
    assert any(abs(length - tried) < 1e-4 for tried in LENGTHS)
    assert length > 1
    assert torch.equal(found.directions[0], nonsense), "as it was"


def test_only_what_was_trained_is_calibrated() -> None:
    model = load_model(SHIPPED_DIR / "portraits", dtype=torch.float32)
    names = ("background_lightness", "hat")
    found = [model.attributes.find(name) for name in names]
    weak = torch.stack([0.5 * row for _, row in found])
    known = AttributeSet(tuple(attribute for attribute, _ in found), weak)
    after = calibrate(replace(model, attributes=known), only=["hat"], num=2).attributes
    assert torch.equal(after.find("background_lightness")[1], weak[0])
    assert not torch.equal(after.find("hat")[1], weak[1])
    assert [a.id for a in after.attributes] == ["hat", "background_lightness"], "by their groups"


def test_every_factor_that_is_read_has_a_group() -> None:
    names = [name for ids in GROUPS.values() for name in ids.split()]
    assert len(names) == len(set(names))
    assert set(names) <= {factor.name for factor in FACTORS}
    known = load_model(SHIPPED_DIR / "portraits").attributes.attributes
    assert {attribute.id for attribute in known} == set(names)
    hidden = {attribute.id for attribute in known if not attribute.offered}
    assert "freckles" in hidden
    assert not hidden & {"hat", "glasses", "beard", "smile", "hair_lightness"}
