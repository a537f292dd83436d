"""What `pip install latentbrush-*.whl` gives in a folder of its own: page, models, Python."""

import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from benchmarks.servers import free_port

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (
    *("latentbrush", "contracts", "service", "backend", "worker", "models", "training", "cli"),
    *("frontend", "requirements"),
)


def pip(command: str, *arguments: str | Path) -> None:
    words = [sys.executable, "-m", "pip", command, "-q", "--no-deps", *arguments]
    subprocess.run(words, check=True, capture_output=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built of a copy, since building leaves files beside its source."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    pip("wheel", "-w", target, source)
    (found,) = target.glob("latentbrush-*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a process that has the wheel, and not the checkout."""
    folder = tmp_path_factory.mktemp("installed")
    pip("install", "--target", folder, wheel)
    home = tmp_path_factory.mktemp("home")
    return os.environ | {"PYTHONPATH": str(folder), "LATENTBRUSH_DATA_DIR": str(home / "data")}


def run(installed: dict[str, str], *command: str) -> str:
    where = installed["PYTHONPATH"] + "/.."
    done = subprocess.run(
        [sys.executable, *command], env=installed, cwd=where, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_page_and_the_models_are_in_it(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    files = [p for part in ("frontend", "models/pretrained") for p in (ROOT / part).rglob("*.*")]
    files = [path for path in files if not path.name.endswith(".d.ts")]
    wanted = {path.relative_to(ROOT).as_posix() for path in files if path.is_file()}
    assert len(wanted) > 100
    assert wanted <= held
    assert {name.split("/")[0] for name in held} <= {
        *FOLDERS,
        wheel.name.split("-py3")[0] + ".dist-info",
    }


def test_python_finds_it_and_it_paints(installed: dict[str, str]) -> None:
    code = (
        "import latentbrush; print(latentbrush.__file__, latentbrush.__version__);"
        "print(latentbrush.Editor.load('portraits').generate(3)[1].shape)"
    )
    said = run(installed, "-c", code)
    assert said.startswith(installed["PYTHONPATH"])
    assert "(128, 128, 3)" in said


def test_the_doctor_finds_nothing_missing(installed: dict[str, str]) -> None:
    said = run(installed, "-m", "cli.main", "doctor")
    assert "aerial, planet, portraits" in said
    assert "MISSING" not in said


@pytest.fixture
def url(installed: dict[str, str]) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "cli.main", "serve", "--no-browser", "--port", str(port)]
    server = subprocess.Popen(command, env=installed, cwd=installed["PYTHONPATH"] + "/..")
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def test_it_serves_the_page_and_draws(url: str) -> None:
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
        until_s = time.monotonic() + 60
        while True:
            try:
                assert "<!doctype html>" in client.get("/").text
                break
            except httpx.HTTPError:
                assert time.monotonic() < until_s
                time.sleep(0.2)
        made = client.post("/generate?wait=30", json={"model": "portraits", "seed": 3}).json()
        assert made["status"] == "succeeded", made
        picture = client.get(f"/images/{made['result']['image_id']}")
        assert picture.headers["content-type"] == "image/png"
