"""`latentbrush models get`: a kit from its authors' server to a model."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from contracts.errors import StartError
from models.errors import CheckpointError
from service.known_kits import KITS, read_kits
from tests.fakes.file_server import serving
from tests.fakes.kits import checkpoint, kit, write_kits


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LATENTBRUSH_DATA_DIR", str(tmp_path / "home"))
    monkeypatch.setenv("LATENTBRUSH_KITS_FILE", str(tmp_path / "kits.json"))
    return tmp_path / "home"


def get(home: Path, body: bytes, *arguments: str, says: str = "") -> str:
    """`models get faces` from a server that sends `body`."""
    with serving(lambda a, _: a.send(body)) as (address, _):
        write_kits(home.parent / "kits.json", kit(address, {"ffhq.pkl": body}))
        result = CliRunner().invoke(app, ["models", "get", "faces", *arguments], input=says)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def test_a_kit_becomes_a_model(home: Path, tmp_path: Path) -> None:
    said = get(home, checkpoint(tmp_path), says="y\n")
    assert said.index("non-commercial") < said.index("Do you accept")
    config = json.loads((home / "models" / "faces" / "config.json").read_text())
    assert config["aligned"] == "ffhq" and config["title"] == "Photos of people"
    assert config["purpose"] == "Pictures of faces." and "non-commercial" in config["license"]
    assert not list((home / "downloads").iterdir())


def test_no_licence_no_download(home: Path) -> None:
    assert "Aborted" in get(home, b"anything", says="n\n")
    assert not home.exists() or not list(home.rglob("*.pkl*"))


def test_what_is_no_checkpoint_is_said_and_goes(home: Path) -> None:
    with pytest.raises(CheckpointError, match=r"ffhq\.pkl: not a checkpoint"):
        get(home, b"something else, though its checksum is right", "--accept-license")
    assert not (home / "models").exists() or not list((home / "models").iterdir())
    assert not list(home.rglob("*.pkl*"))


def test_the_list_names_what_there_is() -> None:
    shown = CliRunner().invoke(app, ["models", "get"]).output
    assert all(kit.name in shown for kit in KITS)
    assert {"ffhq", "cars", "church", "horse", "cat", "metfaces", "afhqcat"} <= set(read_kits(None))


@pytest.mark.parametrize(
    "text", ["no json", "{}", '[{"name": "x"}]', '[{"name": "../x"}]'], ids=range(4)
)
def test_a_list_of_kits_that_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "kits.json").write_text(text)
    with pytest.raises(StartError, match=r"kits\.json is no list of kits"):
        read_kits(tmp_path / "kits.json")


def test_the_documented_list_of_kits_is_one(tmp_path: Path) -> None:
    docs = Path(__file__).resolve().parents[2] / "docs" / "photos.md"
    example = docs.read_text().split("```json\n")[1].split("```")[0]
    (tmp_path / "kits.json").write_text(example)
    assert list(read_kits(tmp_path / "kits.json")) == ["faces"]


def broken(**fields: Any) -> dict[str, Any]:
    return kit("http://127.0.0.1:9", {"ffhq.pkl": b"x"}) | fields


@pytest.mark.parametrize(
    "kits",
    [
        [broken(files=[])],
        [broken(files=broken()["files"] * 2)],
        [broken(files=[broken()["files"][0] | {"role": "directions"}])],
        [broken(license_address="javascript:alert(1)")],
        [broken(), broken()],
    ],
    ids=["no file", "two of a name", "no model", "no address", "two kits of a name"],
)
def test_a_kit_that_makes_no_model_is_refused_at_once(
    tmp_path: Path, kits: list[dict[str, Any]]
) -> None:
    write_kits(tmp_path / "kits.json", *kits)
    with pytest.raises(StartError):
        read_kits(tmp_path / "kits.json")
