"""Own models from the shell: from a foreign file to painting, and directions of every kind."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from cli.main import app
from contracts.errors import EditorError, InvalidRequest
from models.errors import ModelError
from models.model import load_model
from service.catalog import read_info
from tests.fakes import people
from tests.fakes.checkpoints import E4E, PSP, write_official, write_psp, write_rosinality
from tests.fakes.reference import picture, random_weights, seed_z
from tests.fakes.style_reference import random_encoder

runner = CliRunner()
CLASSES = 4


def run(*arguments: object) -> str:
    result = runner.invoke(app, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def pixels_of(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with one model that was imported."""
    folder = tmp_path_factory.mktemp("data")
    weights = random_weights(32, w_dim=32, channel_max=32, layers=2)
    write_official(folder / "mine.pkl", weights)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LATENTBRUSH_DATA_DIR", str(folder))
        said = run("models", "add", folder / "mine.pkl", "--license", "CC0-1.0")
    assert "NVIDIA PyTorch pickle: 32 px" in said
    return folder


@pytest.fixture(autouse=True)
def _that_data_dir(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATENTBRUSH_DATA_DIR", str(data_dir))


def directions() -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in json.loads(run("models", "directions", "mine", "--json"))}


def test_it_says_where_it_came_from(data_dir: Path) -> None:
    shown = json.loads(run("models", "show", "mine", "--json"))
    assert shown["license"] == "CC0-1.0"
    assert shown["origin"]["file"] == "mine.pkl"
    assert len(shown["origin"]["sha256"]) == 64
    assert (data_dir / "models" / "mine" / "preview.webp").exists()


def test_a_model_of_faces_says_how_it_wants_them(tmp_path: Path, data_dir: Path) -> None:
    weights = random_weights(32, w_dim=32, channel_max=32, layers=2)
    write_official(tmp_path / "faces.pkl", weights)
    run("models", "add", tmp_path / "faces.pkl", "--name", "faces", "--aligned", "ffhq")
    folder = data_dir / "models" / "faces"
    assert read_info(folder).aligned == "ffhq"
    assert read_info(folder).title == "faces", "the name that it was given"
    person = people.person()
    Image.fromarray(person).save(tmp_path / "person.png")
    latent = tmp_path / "person.safetensors"
    run("encode", tmp_path / "person.png", "-o", latent, "--model", "faces", "--steps", 1)
    with Image.open(tmp_path / "person.original.png") as image:
        assert image.size[0] < 220, "FFHQ's square is smaller than a portrait"
    with pytest.raises(InvalidRequest, match="says itself"):
        run("models", "add", folder, "--name", "again", "--aligned", "ffhq")
    run("models", "remove", "faces")


def test_a_seed_draws_what_the_original_tool_draws(tmp_path: Path) -> None:
    weights = random_weights(32, w_dim=32, channel_max=32, layers=2)
    run("generate", "-o", tmp_path / "x.png", "--model", "mine", "--seed", 5, "--truncation", 1)
    expected = (picture(weights, seed_z(5, 32)).clamp(-1, 1) + 1) * 127.5
    wanted = expected.permute(1, 2, 0).numpy()
    assert np.abs(pixels_of(tmp_path / "x.png") - wanted).max() <= 1


def test_classes_are_chosen_by_number(tmp_path: Path) -> None:
    weights = random_weights(32, w_dim=32, channel_max=32, layers=2, c_dim=CLASSES)
    write_official(tmp_path / "classes.pkl", weights, c_dim=CLASSES)
    run("models", "add", tmp_path / "classes.pkl", "--name", "classes")
    out = tmp_path / "x.png"
    run("generate", "-o", out, "--model", "classes", "--class", 2, "--truncation", 1)
    drawn = picture(weights, seed_z(0, 32), torch.eye(CLASSES)[[2]]).clamp(-1, 1)
    assert np.abs(pixels_of(out) - (drawn.permute(1, 2, 0).numpy() + 1) * 127.5).max() <= 1
    with pytest.raises(ModelError, match="no class 4"):
        run("generate", "-o", out, "--model", "classes", "--class", CLASSES)
    run("models", "remove", "classes")


def test_from_a_file_to_a_painted_edit(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    latent = tmp_path / "photo.safetensors"
    run("encode", tmp_path / "photo.png", "-o", latent, "--model", "mine", "--steps", 4)
    mask = np.zeros((8, 8), np.uint8)
    mask[:2, :2] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    out = tmp_path / "out.png"
    edit = ["--attribute", "component-1=3", "--mask", tmp_path / "mask.png"]
    run("edit", latent, "-o", out, *edit)  # by the model that it says it is of
    change = np.abs(pixels_of(out) - pixels).max(axis=2)
    assert change[:8, :8].max() > 0
    assert change[24:, 24:].max() == 0


def test_directions_are_found_named_turned_around_and_dropped(data_dir: Path) -> None:
    before = directions()
    assert before["coarse-1"]["source"].startswith("SeFa ")
    run("models", "directions", "mine", "--method", "pca", "--count", 2)
    run("models", "directions", "mine", "--method", "sefa", "--count", 3)
    found = directions()
    assert len(found) == len(before) + 5
    assert len({row["source"] for row in found.values()}) == len(found)
    folder = data_dir / "models" / "mine"
    assert not (folder / "strips").exists(), "they are drawn when somebody looks"
    said = run("models", "directions", "mine", "--strips")
    assert str(folder / "strips") in said.replace("\n", "")
    assert all((folder / "strips" / f"{name}.webp").exists() for name in found)
    _, straight = load_model(folder).attributes.find("coarse-1")
    _, second = load_model(folder).attributes.find("coarse-2")
    run("models", "directions", "mine", "--name", "coarse-1=Pose", "--flip", "coarse-1")
    run("models", "directions", "mine", "--drop", "middle-1")
    attributes = load_model(folder).attributes
    pose, turned = attributes.find("coarse-1")
    assert pose.title == "Pose"
    assert torch.equal(turned, -straight)
    assert torch.equal(attributes.find("coarse-2")[1], second)
    assert "middle-1" not in directions()
    with pytest.raises(EditorError, match="no attribute"):
        run("models", "directions", "mine", "--flip", "middle-1")


def test_directions_of_a_file_are_imported(tmp_path: Path, data_dir: Path) -> None:
    rows = np.random.default_rng(0).standard_normal((8, 32))
    np.save(tmp_path / "smile.npy", rows)
    torch.save({"age": torch.randn(32), "pose": torch.randn(1, 32)}, tmp_path / "set.pt")
    run("models", "directions", "mine", "--import", tmp_path / "smile.npy", "--layers", "0:4")
    run("models", "directions", "mine", "--import", tmp_path / "set.pt", "--scale", -2)
    found = directions()
    assert {"smile", "age", "pose"} <= found.keys()
    assert found["age"]["source"] == "imported from set.pt"
    attribute, direction = load_model(data_dir / "models" / "mine").attributes.find("smile")
    assert attribute.layers == (0, 4)
    assert direction[:4].abs().min() > 0 and direction[4:].abs().max() == 0
    np.save(tmp_path / "wide.npy", np.zeros((3, 512)))
    with pytest.raises(ModelError, match=r"wide.*no direction of this model"):
        run("models", "directions", "mine", "--import", tmp_path / "wide.npy")


def test_attributes_are_learnt_from_labels(tmp_path: Path) -> None:
    run("generate", "-o", tmp_path, "--count", 9, "--model", "mine", "--truncation", 1)
    with (tmp_path / "labels.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["image", "bright"])
        for path in sorted(tmp_path.glob("seed*.png")):
            table.writerow([path.name, pixels_of(path).mean()])
    labels = ["--method", "attributes", "--labels", tmp_path / "labels.csv", "--steps", 5]
    run("models", "directions", "mine", *labels)
    assert directions()["bright"]["source"] == "learnt from 9 labels"


def test_a_file_that_cannot_be_read_adds_nothing(tmp_path: Path, data_dir: Path) -> None:
    (tmp_path / "bad.pkl").write_bytes(b"\x80\x04nothing")
    with pytest.raises(ModelError, match=r"bad\.pkl"):
        run("models", "add", tmp_path / "bad.pkl")
    assert not (data_dir / "models" / "bad").exists()


def test_links_in_a_strangers_folder_are_not_followed(tmp_path: Path, data_dir: Path) -> None:
    secret, folder = tmp_path / "secret", tmp_path / "folder"
    secret.write_text("SECRET")
    run("models", "directions", "mine", "--strips")
    shutil.copytree(data_dir / "models" / "mine", folder)
    (folder / "MODEL_CARD.md").write_text("card")
    for name in ("preview.webp", "strips/component-1.webp"):
        (folder / name).unlink()
        (folder / name).symlink_to(secret)
    run("models", "add", folder, "--name", "strange")
    added = data_dir / "models" / "strange"
    assert (added / "MODEL_CARD.md").read_text() == "card"
    assert not (added / "preview.webp").exists()
    assert not (added / "strips" / "component-1.webp").exists()
    run("models", "remove", "strange")


@pytest.mark.parametrize("text", ["[1]", "{}", "no json"])
def test_a_folder_that_is_no_models_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(EditorError, match="is not a model's"):
        run("models", "show", tmp_path)


def test_a_name_is_not_taken_twice(data_dir: Path) -> None:
    with pytest.raises(EditorError, match="--name"):
        run("models", "add", data_dir / "mine.pkl")


def test_a_files_encoder_comes_along_or_is_given_later(tmp_path: Path, data_dir: Path) -> None:
    weights = random_weights(32, w_dim=128, channel_max=32, layers=2)
    write_psp(tmp_path / "x.pt", weights, random_encoder(128, 8), **E4E)
    assert "encoder e4e" in run("models", "add", tmp_path / "x.pt", "--name", "faces")
    folder = data_dir / "models" / "faces"
    assert read_info(folder).encoder == "e4e"
    Image.new("RGB", (40, 40), "teal").save(tmp_path / "photo.png")
    out = ["-o", tmp_path / "photo.safetensors", "--model", "faces"]
    run("encode", tmp_path / "photo.png", *out, "--steps", 0)

    write_psp(tmp_path / "x.pt", weights, random_encoder(128, 8), **PSP)
    assert "the kind psp" in run("models", "encoder", "faces", tmp_path / "x.pt")
    assert read_info(folder).encoder == "psp"
    before = (folder / "config.json").read_text()
    with pytest.raises(ModelError, match="its w has 128 numbers, the model's 32"):
        run("models", "encoder", "mine", tmp_path / "x.pt")
    with pytest.raises(EditorError, match="came with Latentbrush"):
        run("models", "encoder", "portraits", tmp_path / "x.pt")
    write_psp(tmp_path / "x.pt", weights, random_encoder(128, 8), encoder_type="BackboneEncoder")
    with pytest.raises(ModelError, match="x.pt: its encoder is 'BackboneEncoder'"):
        run("models", "encoder", "faces", tmp_path / "x.pt")
    assert (folder / "config.json").read_text() == before
    said = run("models", "add", tmp_path / "x.pt", "--name", "bare")
    assert "without the file's encoder: its encoder is 'BackboneEncoder'" in said.replace("\n", " ")
    assert read_info(data_dir / "models" / "bare").encoder is None
    run("models", "remove", "bare")
    run("models", "remove", "faces")


def test_a_rosinality_file_becomes_a_model(tmp_path: Path) -> None:
    write_rosinality(tmp_path / "ros.pt", random_weights(32, w_dim=32, channel_max=32, layers=2))
    assert "rosinality" in run("models", "add", tmp_path / "ros.pt")
    run("models", "remove", "ros")
