"""A data folder on a disk that becomes full: what is answered, what stays, and what happens when
there is room again."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes.live_server import LiveServer, pids_of, running
from tests.fakes.pictures import png

SMALL_MB = 16
FULL = {"type": "urn:latentbrush:error:no_room", "status": 507, "code": "no_room"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_MB}m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(path: Path) -> None:
    """Write until there is no room for a page."""
    try:
        with path.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
    except OSError:
        return


def health(client: httpx.Client) -> dict[str, str]:
    return dict(client.get("/health").json())


def said(response: httpx.Response) -> dict[str, object]:
    body = response.json()
    return {name: body.get(name) for name in FULL}


def until_ready(client: httpx.Client) -> None:
    deadline_s = time.monotonic() + 30
    while health(client)["status"] != "ready":
        assert time.monotonic() < deadline_s, health(client)
        time.sleep(0.2)


def encode(client: httpx.Client) -> dict[str, Any]:
    """The job of a picture, when it is done."""
    fields = {"model": "fake", "steps": "0"}
    answer = client.post("/encode?wait=20", data=fields, files={"image": png()})
    return dict(answer.json())


def test_a_full_disk_is_told_and_goes_on_when_there_is_room(small_disk: Path) -> None:
    home, filler = small_disk / "home", small_disk / "filler"
    with running(home, heartbeat_ttl_s=2) as live, live.client() as client:
        kept = encode(client)["result"]["latent_id"]
        session = {"name": "A", "latent_id": kept}
        made = client.post("/sessions", json=session).json()
        before, workers = files_in(home), workers_of(live)
        fill(filler)
        assert health(client)["status"] == "degraded"
        assert "full" in health(client)["reason"]
        change = session | {"name": "x" * 80, "revision": 1, "edits": many_edits()}
        answers = [
            client.post("/images", files={"image": png(300, 300)}),
            client.put("/masks", content=png(300, 300)),
            client.put(f"/sessions/{made['session_id']}", json=change),
        ]
        assert [said(answer) for answer in answers] == [FULL] * 3
        assert client.get(f"/sessions/{made['session_id']}").json()["name"] == "A"
        time.sleep(5)  # longer than a worker's sign of life lasts
        assert workers_of(live) == workers, "a worker was started again"
        filler.unlink()
        until_ready(client)
        assert {p for p in files_in(home) if "incoming" in p or "uploads" in p} == set()
        assert before <= files_in(home)
        assert client.put(f"/sessions/{made['session_id']}", json=change).status_code == 200
        job = encode(client)
        assert job["status"] == "succeeded"


def many_edits() -> list[dict[str, object]]:
    """More than what a page of a database has room for."""
    rows = [[0.25] * 60 for _ in range(60)]
    mask = {"kind": "grid", "rows": rows}
    return [{"type": "attribute", "attribute": "smile", "strength": 1, "mask": mask}] * 6


def files_in(home: Path) -> set[str]:
    store = home / "store"
    return {str(path.relative_to(store)) for path in store.rglob("*") if path.is_file()}


def workers_of(live: LiveServer) -> set[int]:
    """Processes of workers."""
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in pids_of(live.home)}
    return {pid for pid, command in commands.items() if b"--queues" in command}
