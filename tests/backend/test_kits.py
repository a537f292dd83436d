"""Models that are fetched for the page: by whom, from what servers, and what is left of a try."""

import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from tests.fakes.file_server import Answer, Server, serving
from tests.fakes.kits import checkpoint, kit, write_kits
from tests.fakes.live_server import LiveServer, running

ACCEPTED = {"accept_license": True}


def directions() -> bytes:
    file = io.BytesIO()
    np.save(file, np.random.default_rng(0).normal(size=32).astype(np.float32))
    return file.getvalue()


class Mirror:
    """What the authors' server does, until a test changes it."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.mode = "right"

    def __call__(self, answer: Answer, request: int) -> None:
        data = self.files[answer.path.strip("/")]
        start = answer.start_of_range()
        rest = data[start:]
        match self.mode:
            case "breaks off":
                answer.send(rest[: len(data) // 3], 206 if start else 200, len(rest))
            case "lies":
                answer.send(data + b"x")
            case "page":
                answer.send(b"<html>Sign in", kind="text/html")
            case "other":
                answer.send(bytes(len(data)))
            case "slow":
                answer.send_response(200)
                answer.send_header("Content-Length", str(len(data)))
                answer.end_headers()
                for at in range(0, len(data), 2000):
                    answer.wfile.write(data[at : at + 2000])
                    time.sleep(0.05)
            case _:
                answer.send(rest, 206 if start else 200)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("files")
    return {"faces.pkl": checkpoint(folder), "age.npy": directions()}


@pytest.fixture(scope="module")
def mirror(files: dict[str, bytes]) -> Iterator[tuple[Mirror, str, Server]]:
    made = Mirror(files)
    with serving(made) as (address, server):
        yield made, address, server


@pytest.fixture(scope="module")
def live(
    tmp_path_factory: pytest.TempPathFactory,
    files: dict[str, bytes],
    mirror: tuple[Mirror, str, Server],
) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("kits")
    kits_file = write_kits(folder / "kits.json", kit(mirror[1], files))
    with running(folder / "home", kits_file=kits_file) as server:
        yield server


def latest(client: httpx.Client) -> Any:
    return client.get("/kits").json()["installation"]


def wait(client: httpx.Client, *statuses: str) -> Any:
    deadline_s = time.monotonic() + 60
    while (found := latest(client))["status"] not in statuses:
        assert time.monotonic() < deadline_s, found
        time.sleep(0.05)
    return found


@pytest.mark.parametrize(
    ("mode", "code", "says"),
    [
        ("lies", "download_failed", "announces"),
        ("page", "download_failed", "sends a page"),
        ("other", "download_failed", "SHA-256"),
    ],
)
def test_nothing_is_offered_of_what_is_not_the_kit(
    live: LiveServer, mirror: tuple[Mirror, str, Server], mode: str, code: str, says: str
) -> None:
    mirror[0].mode = mode
    with live.client() as client:
        answer = client.post("/kits/faces", json=ACCEPTED)
        assert answer.status_code == 202 and answer.json()["status"] == "downloading"
        failed = wait(client, "failed")
        assert failed["error"]["code"] == code and says in failed["error"]["message"]
        assert [model["id"] for model in client.get("/models").json()["models"]].count("faces") == 0
        assert not client.get("/kits").json()["kits"][0]["is_installed"]


def test_a_kit_is_canceled_gone_on_with_and_ready_without_a_restart(
    live: LiveServer, mirror: tuple[Mirror, str, Server], files: dict[str, bytes]
) -> None:
    made, _, server = mirror
    made.mode = "slow"
    with live.client() as client:
        shown = client.get("/kits").json()["kits"][0]
        assert shown["num_bytes"] == sum(map(len, files.values()))
        assert "non-commercial" in shown["license"]
        assert client.post("/kits/faces", json={}).status_code == 422, "the licence first"
        assert client.post("/kits/nothing", json=ACCEPTED).json()["code"] == "unknown_kit"
        client.post("/kits/faces", json=ACCEPTED)
        assert client.post("/kits/faces", json=ACCEPTED).status_code == 422, "one at a time"
        while latest(client)["done_bytes"] < 5000:
            time.sleep(0.05)
        assert client.delete("/kits/faces").status_code == 204
        assert latest(client)["status"] == "canceled"
        part = live.home / "downloads" / "faces" / "faces.pkl.part"
        time.sleep(0.3)
        there = part.stat().st_size
        assert 5000 <= there < len(files["faces.pkl"])
        made.mode = "breaks off"
        asked = len(server.ranges)
        client.post("/kits/faces", json=ACCEPTED)
        ready = wait(client, "ready", "failed")
        assert ready["status"] == "ready", ready
        assert server.ranges[asked] == f"bytes={there}-"
        (model,) = (m for m in client.get("/models").json()["models"] if m["id"] == "faces")
        assert model["aligned"] == "ffhq" and model["title"] == "Photos of people"
        assert [each["title"] for each in model["attributes"]] == ["age"]
        assert client.get("/kits").json()["kits"][0]["is_installed"]
        assert not (live.home / "downloads" / "faces").exists()
        drawn = client.post("/generate?wait=20", json={"model": "faces", "seed": 1})
        assert drawn.json()["status"] == "succeeded"
        assert client.post("/kits/faces", json=ACCEPTED).status_code == 422, "it is there"


def test_only_who_runs_the_server_fetches(tmp_path: Path, files: dict[str, bytes]) -> None:
    kits_file = write_kits(tmp_path / "kits.json", kit("http://127.0.0.1:9", files))
    with running(tmp_path / "home", kits_file=kits_file, api_keys="first,second") as live:
        with live.client("second") as client:
            assert client.get("/kits").json() == {"kits": [], "installation": None}
            refused = client.post("/kits/faces", json=ACCEPTED)
            assert refused.status_code == 403 and refused.json()["code"] == "forbidden"
            assert client.delete("/kits/faces").status_code == 403
        with live.client("first") as client:
            assert len(client.get("/kits").json()["kits"]) == 1
            assert client.post("/kits/faces", json=ACCEPTED).status_code == 202
            assert "cannot be reached" in wait(client, "failed")["error"]["message"]


def test_a_server_without_downloads_fetches_nothing(tmp_path: Path) -> None:
    with running(tmp_path, downloads=False) as live, live.client() as client:
        assert client.get("/kits").json()["kits"] == []
        assert client.post("/kits/ffhq", json=ACCEPTED).status_code == 403
