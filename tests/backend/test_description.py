"""The API's description is true: schemathesis sends what it allows, and what it does not."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend.errors import MEDIA_TYPE
from tests.fakes.live_server import running, write_model

CONFIG = Path(__file__).with_name("schemathesis.toml")
KEY = "key-of-anna"
SECONDS = 30


@pytest.fixture(scope="module")
def document(client: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def test_every_call_says_how_it_may_fail(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            responses = operation["responses"]
            assert {"403", "429", "503"} <= set(responses), (method, path)
            for status, response in responses.items():
                if int(status) >= 400:
                    assert list(response["content"]) == [MEDIA_TYPE], (method, path, status)


def test_nothing_is_said_that_is_not_so(tmp_path: Path) -> None:
    write_model(tmp_path)
    with running(tmp_path, api_keys=KEY, downloads=False) as server:
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"]
        options = ["--checks", "all", "--max-examples", "10", "--max-time", str(SECONDS)]
        options += ["--generation-deterministic", "--suppress-health-check", "all"]
        ran = subprocess.run(
            [*command, f"{server.url}openapi.json", "-H", f"Authorization: Bearer {KEY}", *options],
            capture_output=True,
            text=True,
            cwd=tmp_path,
        )
    assert ran.returncode == 0, ran.stdout[-10_000:]
