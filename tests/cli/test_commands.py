"""The commands on a small model, through the same entry as the shell's."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import torch
from PIL import Image
from safetensors.torch import load_file

from cli.main import app, main
from contracts.errors import InvalidRequest
from models.attributes import Attribute, AttributeSet
from models.land import Land
from models.model import Model, add_attributes, load_model, save_model
from tests.fakes.commands import photo, pixels_of, run, runner
from training.encoder import train_encoder
from training.reader import fit_reader


def test_encode_edit_and_look(tiny: Path, tmp_path: Path) -> None:
    latent, out = tmp_path / "face.safetensors", tmp_path / "out.png"
    said = run("encode", photo(tmp_path / "photo.png"), "-o", latent, "--model", tiny, "--steps", 3)
    assert "S+" in said and "dB" in said
    mask = np.zeros((20, 20), np.uint8)
    mask[:6, :6] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    run(
        "edit",
        latent,
        "-o",
        out,
        "--model",
        tiny,
        "--attribute",
        "smile=2.5",
        "--mask",
        tmp_path / "mask.png",
    )
    before, after = pixels_of(tmp_path / "face.original.png"), pixels_of(out)
    assert after.shape == (40, 40, 3)
    assert (before[:12, :12] != after[:12, :12]).any()
    assert np.array_equal(before[24:], after[24:])


def test_an_edit_that_is_far_too_strong_is_made_and_said(tiny: Path, tmp_path: Path) -> None:
    latent, out = tmp_path / "face.safetensors", tmp_path / "out.png"
    run("encode", photo(tmp_path / "photo.png"), "-o", latent, "--model", tiny, "--steps", 0)

    def warning(*edits: object) -> str:
        command = ["edit", latent, "-o", out, "--model", tiny, *edits]
        done = runner.invoke(app, [str(each) for each in command], catch_exceptions=False)
        assert done.exit_code == 0
        assert out.exists()
        return done.stderr

    assert warning("--attribute", "smile=-5") == ""
    assert "smile=-5.1: far beyond" in warning("--attribute", "smile=-5.1")
    recipe = tmp_path / "recipe.json"
    recipe.write_text('[{"type": "attribute", "attribute": "smile", "strength": 99}]')
    assert "smile=99: far beyond" in warning("--recipe", recipe)


def test_generate_is_a_function_of_the_seed(tiny: Path, tmp_path: Path) -> None:
    run("generate", "-o", tmp_path / "many", "--model", tiny, "--seed", 5, "--count", 3)
    run("generate", "-o", tmp_path / "one.png", "--model", tiny, "--seed", 6)
    names = sorted(p.name for p in (tmp_path / "many").iterdir())
    assert names == ["seed000005.png", "seed000006.png", "seed000007.png"]
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "many" / names[1]).read_bytes()


def test_land_is_the_same_whatever_the_tiles(land: Path, tmp_path: Path) -> None:
    def drawn(name: str, tile: int, size: str = "150x90") -> np.ndarray:
        path = tmp_path / name
        run("generate", "-o", path, "--model", land, "--seed", 5, "--size", size, "--tile", tile)
        assert list(tmp_path.glob("*.partial*")) == []
        return pixels_of(path)

    whole = drawn("whole.png", 4096)
    assert whole.shape == (90, 150, 3)
    assert whole.std() > 3
    assert (drawn("tiles.png", 40) == whole).all()
    assert (drawn("larger.tif", 64, "300x200")[:90, :150] == whole).all()


def test_the_map_of_a_globe_meets_itself(land: Path, tmp_path: Path) -> None:
    path = tmp_path / "globe.tif"
    run("generate", "-o", path, "--model", land, "--size", "512x256", "--round")
    pixels = pixels_of(path).astype(int)
    steps = np.abs(np.diff(pixels, axis=1)).mean()
    assert np.abs(pixels[:, 0] - pixels[:, -1]).mean() < 1.5 * steps
    with rasterio.open(path) as file:
        assert file.crs.to_epsg() == 4326
    for size in ("512x512", "500x250"):
        with pytest.raises(InvalidRequest, match="2:1"):
            run("generate", "-o", path, "--model", land, "--size", size, "--round")


def test_coherence_changes_the_land(land: Path, tmp_path: Path) -> None:
    near, far = tmp_path / "near.png", tmp_path / "far.png"
    run("generate", "-o", near, "--model", land, "--size", "96x96", "--coherence", 1)
    run("generate", "-o", far, "--model", land, "--size", "96x96", "--coherence", 30)
    assert (pixels_of(near) != pixels_of(far)).any()


def test_an_interrupted_land_is_gone_on_with(
    land: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ["generate", "--model", land, "--size", "96x96", "--tile", 32]
    run(*asked, "-o", tmp_path / "whole.png")
    drawn: list[tuple[int, int]] = []
    draw = Land.draw

    def failing(self: Land, top: int, left: int, height: int, width: int) -> torch.Tensor:
        if len(drawn) == 5:
            raise KeyboardInterrupt
        drawn.append((top, left))
        return draw(self, top, left, height, width)

    monkeypatch.setattr(Land, "draw", failing)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    result = runner.invoke(app, [str(a) for a in (*asked, "-o", tmp_path / "again.png")])
    assert result.exit_code != 0
    assert not (tmp_path / "again.png").exists()

    monkeypatch.setattr(Land, "draw", draw)
    again: list[tuple[int, int]] = []

    def noting(self: Land, top: int, left: int, height: int, width: int) -> torch.Tensor:
        again.append((top, left))
        return draw(self, top, left, height, width)

    monkeypatch.setattr(Land, "draw", noting)
    run(*asked, "-o", tmp_path / "again.png")
    assert set(again) | set(drawn) == {(32 * i, 32 * j) for i in range(3) for j in range(3)}
    assert len(again) < 9
    assert (pixels_of(tmp_path / "again.png") == pixels_of(tmp_path / "whole.png")).all()


def test_a_picture_larger_than_the_disk_is_refused(land: Path, tmp_path: Path) -> None:
    out = tmp_path / "l.png"
    with pytest.raises(InvalidRequest, match="GB of disk"):
        run("generate", "-o", out, "--model", land, "--size", "99999999x99999999")
    assert list(tmp_path.iterdir()) == []


def test_another_land_is_not_gone_on_with(land: Path, tmp_path: Path) -> None:
    (tmp_path / "a.png.partial").write_bytes(bytes(64 * 64 * 3))
    (tmp_path / "a.png.partial.txt").write_text('{"seed": 1, "size": [64, 64]}\n0\n')
    run("generate", "-o", tmp_path / "a.png", "--model", land, "--size", "64x64")
    assert pixels_of(tmp_path / "a.png").std() > 3


@pytest.mark.parametrize(
    ("name", "said"),
    [("a.xyz", "a picture ends in"), ("noext", "a picture ends in"), ("no/a.png", "folder")],
)
def test_where_nothing_can_be_written_is_said_at_once(
    tiny: Path, tmp_path: Path, name: str, said: str
) -> None:
    with pytest.raises(InvalidRequest, match=said):
        run("generate", "-o", tmp_path / name, "--model", tiny)
    with pytest.raises(InvalidRequest, match=said):
        run("edit", tmp_path / "latent.safetensors", "-o", tmp_path / name)
    Image.new("RGB", (32, 32)).save(tmp_path / "x.png")
    with pytest.raises(InvalidRequest, match="there is no folder"):
        run("encode", tmp_path / "x.png", "-o", tmp_path / "no" / "x.safetensors", "--model", tiny)


def test_models_are_added_listed_shown_and_removed(tiny: Path) -> None:
    run("models", "add", tiny, "--name", "mine")
    listed = json.loads(run("models", "list", "--json"))
    assert "mine" in [entry["id"] for entry in listed]
    assert json.loads(run("models", "show", "mine", "--json"))["resolution"] == 32
    assert [a["id"] for a in json.loads(run("models", "directions", "mine", "--json"))] == [
        "smile",
        "hat",
    ]
    run("models", "remove", "mine")
    assert "mine" not in [entry["id"] for entry in json.loads(run("models", "list", "--json"))]


def test_aerial_data_are_pictures_and_their_maps(tmp_path: Path) -> None:
    run("data", "aerial", "--count", 2, "--seed", 4, "--size", 32, "-o", tmp_path)
    table = [row.split(",") for row in (tmp_path / "factors.csv").read_text().splitlines()]
    assert [row[0] for row in table] == ["image", "000004.png", "000005.png"]
    maps = load_file(tmp_path / "000005.safetensors")
    assert pixels_of(tmp_path / "000005.png").shape == (32, 32, 3)
    for name, mean in zip(table[0][1:], table[2][1:], strict=True):
        assert maps[name].shape == (32, 32)
        assert maps[name].float().mean().item() / 255 == pytest.approx(float(mean), abs=0.01)


def test_data_are_pictures_and_their_factors(tmp_path: Path) -> None:
    run("data", "portraits", "--count", 3, "--seed", 4, "--size", 32, "-o", tmp_path / "data")
    table = (tmp_path / "data" / "factors.csv").read_text().splitlines()
    assert len(table) == 4
    assert "smile" in table[0].split(",")
    with Image.open(tmp_path / "data" / "000002.png") as image:
        assert image.size == (32, 32)


def test_a_dry_run_prints_the_options_and_trains_nothing(tmp_path: Path) -> None:
    said = run("train", "generator", "--run", tmp_path / "run", "--preset", "cpu128", "--dry-run")
    assert json.loads(said)["resolution"] == 128
    assert not (tmp_path / "run").exists()


def test_a_run_takes_the_size_of_the_model_that_it_starts_from(tiny: Path, tmp_path: Path) -> None:
    said = run("train", "generator", "--run", tmp_path / "run", "--from", tiny, "--dry-run")
    assert json.loads(said)["resolution"] == 32


def test_a_latent_is_converted(tiny: Path, tmp_path: Path) -> None:
    photo(tmp_path / "me.png")
    fine = tmp_path / "me.safetensors"
    run("encode", tmp_path / "me.png", "-o", fine, "--model", tiny, "--steps", 2)
    coarse, back = tmp_path / "coarse.safetensors", tmp_path / "back.safetensors"
    about = run("convert", fine, "-o", coarse, "--space", "W+", "--model", tiny)
    assert "W+" in about and " 0.0 %" not in about
    assert " 0.0 %" in run("convert", coarse, "-o", back, "--space", "S+8", "--model", tiny)


def test_figures_are_written_as_json(tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "inversion.json"
    few = ("--model", tiny, "--count", 2, "--steps", 3, "--json", out)
    run("evaluate", "inversion", *few, "--long", 2, "--cases", 1)
    table = json.loads(out.read_text())
    assert {(row["space"], row["steps"]) for row in table["rows"]} >= {("S+", 0), ("W+", 2)}
    assert {"psnr_db", "perceptual", "plausibility", "seconds"} <= set(table["rows"][0])
    assert {row["case"] for row in table["out_of_sample"]} >= {"two people", "three eyes"}
    run("evaluate", "regularisers", *few)
    names = {row["regulariser"] for row in json.loads(out.read_text())["rows"]}
    assert {"", "Wasserstein to normal", "per-cell Mahalanobis"} <= names


def test_an_encoder_and_attributes_are_trained_into_the_folder_as_it_is(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, model = tmp_path / "mine", load_model(tiny)
    save_model(fit_reader(model), folder)
    added = AttributeSet((Attribute("found", "Found"),), model.attributes.directions[:1])

    def train_and_add(*given: Any, **options: Any) -> Model:
        add_attributes(added, folder)  # on the page, meanwhile
        return train_encoder(*given, **options)

    monkeypatch.setattr("training.encoder.train_encoder", train_and_add)
    briefly = ("--model", folder, "--run", tmp_path / "run", "--minutes", 0.01)
    run("train", "encoder", *briefly)
    after = load_model(folder)
    assert after.reader is None, "it read the encoder before"
    assert [a.id for a in after.attributes.attributes] == ["smile", "hat", "found"]
    run("train", "attributes", *briefly)
    after = load_model(folder)
    assert after.reader is not None
    assert [a.id for a in after.attributes.attributes] == ["smile", "hat", "found"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["encode", "missing.png", "-o", "x"], "there is no missing.png"),
        (["encode", "me.png", "-o", "x.png"], "a latent, .safetensors"),
        (["edit", "missing.safetensors", "-o", "x.png", "--attribute", "smile=1"], "there is no"),
        (
            ["edit", __file__, "-o", "x.png", "--attribute", "smile=1"],
            "`latentbrush encode` makes one",
        ),
        (["generate", "-o", "x.png", "--model", "nobody"], "no model 'nobody'"),
        (["generate", "-o", "x.png", "--size", "wide"], "--size"),
        (["edit", "x", "-o", "y.png"], "--attribute"),
        (["edit", "x", "-o", "y.png", "--attribute", "smile=much"], "ID=STRENGTH"),
        (["edit", "x", "-o", "y.png", "--attribute", "smile=nan"], "finite"),
        (["data", "faces", "-o", "x"], "portraits"),
        (["models", "remove", "nobody"], "nobody"),
        (["generate", "-o", "x.png", "--size", "0x20"], "WIDTHxHEIGHT"),
        (["train", "generator", "--run", "x", "--preset", "huge"], "--preset"),
        (["train", "generator", "--run", "x", "--from", "nobody"], "no model 'nobody'"),
        (["train", "generator", "--run", "x", "--from", "a", "--grow", "b"], "two beginnings"),
    ],
)
def test_mistakes_are_one_line_and_exit_code_1(
    arguments: list[str],
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    tiny: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    if arguments[0] in ("encode", "generate") and "--model" not in arguments:
        arguments = [*arguments, "--model", str(tiny)]
    monkeypatch.setattr(sys, "argv", ["latentbrush", *arguments])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 1
    error = capsys.readouterr().err
    assert reason in error
    assert "Traceback" not in error


def test_a_wrong_option_is_exit_code_2() -> None:
    command = [sys.executable, "-m", "cli.main", "generate", "--no-such-option"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 2
