"""A model's folder: what is written is what is read, and damage is named."""

import copy
import errno
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

import models.description
import models.folder
from contracts.errors import InvalidRequest
from contracts.models import AttributeChange
from contracts.versions import is_same_generator
from models.attributes import Attribute, AttributeSet
from models.description import SHIPPED_DIR
from models.errors import AttributeUnknown, CheckpointError, ShapeError
from models.inversion import invert
from models.model import (
    Encoding,
    Model,
    add_attributes,
    change_model,
    load_model,
    save_model,
)
from models.reader import strength_to_reach
from models.sampling import seed_w
from models.whitening import fit_whitening
from service.catalog import change_attribute, read_info
from training.generated import draw_latents


@pytest.fixture
def folder(model: Model, tmp_path: Path) -> Path:
    save_model(model, tmp_path / "tiny")
    return tmp_path / "tiny"


def test_a_saved_model_draws_the_same_picture(model: Model, folder: Path) -> None:
    latent = draw_latents(model, 2, torch.Generator().manual_seed(0))
    again = load_model(folder, dtype=torch.float32)
    assert (again.render(latent) - model.render(latent)).abs().max() < 0.05  # float16 on disk
    assert again.attributes.attributes == model.attributes.attributes
    assert again.perceptual_metric == "tiny-perceptual"


def test_the_version_changes_with_the_weights(model: Model, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    with torch.no_grad():
        model.generator.mapping.w_avg += 1
    save_model(model, other)
    with torch.no_grad():
        model.generator.mapping.w_avg -= 1
    assert not is_same_generator(read_info(folder).version, read_info(other).version)
    assert read_info(folder).version == read_info(folder).version


def test_latents_outlive_a_change_of_the_attributes(model: Model, tmp_path: Path) -> None:
    save_model(replace(model, attributes=AttributeSet((), torch.zeros(0))), tmp_path)
    wave = Attribute("wave", "Wave", source="found")
    rows = torch.randn(1, model.generator.num_ws, 16)
    add_attributes(AttributeSet((wave,), rows), tmp_path)

    def change(wanted: AttributeChange) -> str:
        change_attribute(tmp_path, "wave", wanted)
        return read_info(tmp_path).version

    before = read_info(tmp_path).version
    named = change(AttributeChange(title="Grin"))
    turned = change(AttributeChange(flipped=True))
    assert before == named != turned
    assert is_same_generator(before, turned)
    _, direction = load_model(tmp_path).attributes.find("wave")
    assert torch.allclose(direction, -rows[0])
    save_model(load_model(tmp_path), tmp_path)  # the turn is neither lost nor done twice
    _, again = load_model(tmp_path).attributes.find("wave")
    assert torch.allclose(again, direction, atol=1e-2)


def test_a_dropped_attribute_leaves_the_others_as_they_were(model: Model, tmp_path: Path) -> None:
    save_model(model, tmp_path)
    found = [Attribute(f"found-{k}", f"Found {k}", source="found") for k in range(2)]
    rows = torch.randn(2, model.generator.num_ws, 16)
    add_attributes(AttributeSet(tuple(found), rows), tmp_path)
    change_attribute(tmp_path, "found-0", AttributeChange(drop=True))
    add_attributes(AttributeSet((found[0],), rows[:1]), tmp_path)
    attributes = load_model(tmp_path).attributes
    assert [a.id for a in attributes.attributes] == ["smile", "hat", "found-1", "found-0"]
    for k in range(2):
        assert torch.allclose(attributes.find(f"found-{k}")[1], rows[k])
    assert len(list(tmp_path.glob("attributes*.safetensors"))) == 1


def test_what_was_trained_with_a_model_stays(folder: Path) -> None:
    with pytest.raises(InvalidRequest, match="trained with the model"):
        change_attribute(folder, "smile", AttributeChange(drop=True))


@pytest.mark.parametrize(
    "name", ["../outside.safetensors", "/dev/zero", "strips/x.safetensors", ".a.safetensors", "a"]
)
def test_a_file_of_weights_is_in_the_folder(folder: Path, name: str) -> None:
    data = (folder / "whitening.safetensors").read_bytes()
    (folder.parent / "outside.safetensors").write_bytes(data)
    config = folder / "config.json"
    entry = json.loads(config.read_text())
    entry["files"][name] = hashlib.sha256(data).hexdigest()
    config.write_text(json.dumps(entry))
    with pytest.raises(CheckpointError, match="cannot be a file of its weights"):
        load_model(folder)


def test_a_file_of_weights_is_a_file(folder: Path) -> None:
    (folder / "generator.safetensors").unlink()
    (folder / "generator.safetensors").symlink_to("/dev/zero")
    with pytest.raises(CheckpointError, match=r"generator\.safetensors is missing"):
        load_model(folder)


@pytest.mark.parametrize(
    "change",
    [{"files": []}, {"stored": "int3"}, {"prior": {"lengths": "x"}}, {"generator": {"x": 1}}],
)
def test_a_config_that_is_no_models_is_refused(folder: Path, change: dict[str, Any]) -> None:
    config = folder / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | change))
    with pytest.raises(CheckpointError, match=r"does not fit its config\.json"):
        load_model(folder)
    for text in ("[]", "{", "\x00\xff"):
        config.write_text(text)
        with pytest.raises(CheckpointError):
            load_model(folder)


def test_what_changed_during_a_training_stays(folder: Path) -> None:
    before = load_model(folder)
    found = Attribute("found", "Found", source="SeFa")
    add_attributes(AttributeSet((found,), before.attributes.directions[:1]), folder)
    trained = replace(before, encoding=Encoding(steps=7))
    change_model(folder, lambda now: replace(now, encoding=trained.encoding))
    after = load_model(folder)
    assert after.encoding.steps == 7
    assert [a.id for a in after.attributes.attributes][-1] == "found"


def test_a_save_that_is_cut_short_leaves_the_model_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = load_model(folder)
    scratch = models.description.scratch

    def full(path: Path) -> Any:
        if path.name == "config.json":
            raise OSError(28, "No space left on device")
        return scratch(path)

    monkeypatch.setattr("models.description.scratch", full)

    def redrawn(now: Model) -> Model:
        other = copy.deepcopy(now.generator)
        other.synthesis.get_submodule("b8.torgb").get_parameter("bias").add_(1)
        return replace(now, generator=other)

    with pytest.raises(OSError, match="No space"):
        change_model(folder, redrawn)
    monkeypatch.undo()
    z = torch.randn(1, 16)
    assert torch.equal(load_model(folder).generator(z), before.generator(z))
    change_model(folder, redrawn)
    assert not torch.equal(load_model(folder).generator(z), before.generator(z))
    assert len(list(folder.glob("generator*"))) == 1, "what was left over is tidied"


def test_weights_that_the_system_does_not_write_are_told_as_any_file_is(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file") as told:
        models.folder.write_weights(tmp_path / "nowhere" / "a.safetensors", {"a": torch.ones(2)})
    assert told.value.errno == errno.ENOENT


def test_a_model_that_is_replaced_while_it_is_read_is_read_whole(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = load_model(folder)
    read = models.folder.read_part
    replaced: list[bool] = []

    def slow(*asked: Any) -> dict[str, torch.Tensor]:
        if not replaced:
            replaced.append(True)
            other = replace(before.attributes, directions=before.attributes.directions + 1)
            change_model(folder, lambda now: replace(now, attributes=other))
        return read(*asked)

    monkeypatch.setattr("models.folder.read_part", slow)
    (wanted,) = {load_model(folder).attributes.directions.mean().item()}
    assert wanted == pytest.approx(before.attributes.directions.mean().item() + 1, abs=1e-3)


def test_names_that_are_given_at_once_are_all_kept(folder: Path) -> None:
    rows = load_model(folder).attributes.directions[:1].repeat(12, 1, 1)
    found = tuple(Attribute(f"found-{k}", "Found", source="SeFa") for k in range(12))
    add_attributes(AttributeSet(found, rows), folder)
    with ThreadPoolExecutor(12) as pool:
        for k in range(12):
            pool.submit(change_attribute, folder, f"found-{k}", AttributeChange(title=f"My {k}"))
    titles = [a.title for a in load_model(folder).attributes.attributes if a.source]
    assert titles == [f"My {k}" for k in range(12)]


@pytest.mark.parametrize("damage", ["flip", "cut", "remove", "format", "config", "shape"])
def test_a_damaged_folder_is_refused_by_name(folder: Path, damage: str) -> None:
    weights, config = folder / "generator.safetensors", folder / "config.json"
    entry = json.loads(config.read_text())
    if damage == "flip":
        data = bytearray(weights.read_bytes())
        data[-1] ^= 1
        weights.write_bytes(data)
    elif damage == "cut":
        weights.write_bytes(weights.read_bytes()[:100])
    elif damage == "remove":
        weights.unlink()
    elif damage == "format":
        config.write_text(json.dumps(entry | {"format": "other/1"}))
    elif damage == "config":
        config.write_text("{")
    else:
        entry["generator"]["channel_max"] = 8
        config.write_text(json.dumps(entry))
    with pytest.raises(CheckpointError, match="tiny"):
        load_model(folder)


def test_an_unknown_attribute_is_named(model: Model) -> None:
    with pytest.raises(AttributeUnknown, match="'wings'"):
        model.attributes.find("wings")


def test_generated_latents_are_standard_normal_when_whitened(model: Model) -> None:
    w = model.generator.mapping(torch.randn(20_000, 16, generator=torch.Generator().manual_seed(5)))
    whitening = fit_whitening(w)
    v = whitening.to_v(w)
    assert v.mean(dim=0).abs().max() < 1e-3
    torch.testing.assert_close(torch.cov(v.T), torch.eye(whitening.num_live), atol=1e-3, rtol=0)
    if whitening.num_live == 16:
        torch.testing.assert_close(whitening.to_w(v), w, atol=1e-3, rtol=1e-3)


def test_inversion_finds_a_generated_picture(model: Model) -> None:
    latent = draw_latents(model, 1, torch.Generator().manual_seed(9))
    img = model.render(latent)
    seen: list[int] = []
    before = invert(model, img, steps=0)
    found = invert(model, img, steps=60, regulariser=0.0, on_step=lambda s, n, p: seen.append(s))
    assert found.psnr_db > before.psnr_db + 5
    assert seen == list(range(1, 61))


@pytest.mark.parametrize("space", ["W", "W+", "S8", "S+4", "S+"])
def test_inversion_stays_in_its_space(model: Model, space: str) -> None:
    img = model.render(draw_latents(model, 1, torch.Generator().manual_seed(9)))
    latent = invert(model, img, space=space, steps=2).latent
    sides = {wmap.shape[2] for wmap in latent.layers}
    shared = len({id(wmap) for wmap in latent.layers}) == 1
    expected = {"W": {1}, "W+": {1}, "S8": {8}, "S+4": {4}, "S+": {4, 8, 16}}
    assert sides == expected[space]
    assert shared == (space in ("W", "S8"))


def test_whoever_watches_an_inversion_can_stop_it(model: Model) -> None:
    class Stop(Exception):
        pass

    def stop(*progress: object) -> None:
        if progress[0] == 3:
            raise Stop

    with pytest.raises(Stop):
        invert(model, torch.zeros(1, 3, 32, 32), steps=50, on_step=stop)


def test_bfloat16_stays_within_what_the_docs_state() -> None:
    shipped = SHIPPED_DIR / "portraits"
    exact, fast = (load_model(shipped, "cpu", d) for d in (torch.float32, torch.bfloat16))
    gaps = []
    for seed in range(4):
        latent = exact.generator.broadcast(seed_w(exact.generator, seed))
        pair = [model.render(latent).clamp(-1, 1) for model in (exact, fast)]
        gaps.append((pair[0] - pair[1]).abs() * 255 / 2)
    gap = torch.cat(gaps)
    assert 0 < gap.mean() <= 0.5
    assert gap.max() <= 16


def test_a_reading_is_reached_along_a_bent_way() -> None:
    assert strength_to_reach(1.5, lambda s: 0.5 * s) == pytest.approx(3.0, abs=0.02)
    bent = strength_to_reach(1.0, lambda s: 0.3 + 0.8 * s - 0.05 * s * s)
    assert 0.3 + 0.8 * bent - 0.05 * bent * bent == pytest.approx(1.0, abs=0.02)
    assert strength_to_reach(100.0, lambda s: s) == 5
    with pytest.raises(ShapeError, match="hardly changes"):
        strength_to_reach(1.0, lambda _: 0.2)
