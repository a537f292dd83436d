"""Two servers and two workers that share nothing but a broker, a database and a store."""

import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.kills import attack, client_of
from benchmarks.machines import SeveralMachines, until_ready
from benchmarks.servers import POSTGRES

RCLONE = Path(sys.executable).with_name("rclone")

pytestmark = pytest.mark.skipif(
    not (POSTGRES and RCLONE.exists() and shutil.which("redis-server")),
    reason="PostgreSQL or Redis is not installed: scripts/ensure-databases",
)


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeveralMachines]:
    running = SeveralMachines(tmp_path_factory.mktemp("machines"))
    try:
        until_ready(running)
        yield running
    finally:
        running.stop()


@pytest.fixture
def clients(machines: SeveralMachines) -> Iterator[list[httpx.Client]]:
    """One of each server."""
    opened = [client_of(url) for url in machines.urls]
    yield opened
    for client in opened:
        client.close()


def done(client: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    job = client.post(f"{path}?wait=30", json=body).json()
    assert job["status"] == "succeeded", job
    return dict(job["result"])


def test_a_picture_goes_from_machine_to_machine(clients: list[httpx.Client]) -> None:
    one, other = clients
    made = done(one, "/generate", {"model": "portraits", "seed": 3})
    picture = one.get(f"/images/{made['image_id']}").content
    sent = {"image": ("mine.png", picture, "image/png")}
    job = other.post(
        "/encode?wait=30", files=sent, data={"model": "portraits", "steps": "3"}
    ).json()
    assert job["status"] == "succeeded", job
    assert one.get(f"/jobs/{job['job_id']}").json()["result"] == job["result"]
    latent_id = job["result"]["latent_id"]
    edit = {"type": "attribute", "attribute": "smile", "strength": 1.5, "mask": {"kind": "all"}}
    edited = done(one, "/edit", {"latent_id": latent_id, "edits": [edit]})
    assert other.get(f"/images/{edited['image_id']}").status_code == 200
    body = {"name": "Mine", "latent_id": latent_id, "edits": [edit]}
    session = one.post("/sessions", json=body).json()
    assert other.get(f"/sessions/{session['session_id']}").json()["name"] == "Mine"


def test_events_of_a_job_are_heard_at_the_other_server(clients: list[httpx.Client]) -> None:
    one, other = clients
    job = one.post("/generate", json={"model": "portraits", "seed": 4}).json()
    with other.stream("GET", f"/jobs/{job['job_id']}/events") as events:
        assert "event: done" in list(events.iter_lines())


def test_nothing_is_kept_on_a_machine(
    machines: SeveralMachines, clients: list[httpx.Client]
) -> None:
    done(clients[0], "/generate", {"model": "portraits", "seed": 5})
    assert len(machines.data_folders()) >= 2, "workers need none"
    kept = {
        path.name
        for folder in machines.data_folders()
        for path in folder.iterdir()
        if path.exists()
    }
    assert kept <= {"serve.lock", "models", "kits"}, kept


def test_whatever_is_killed_nothing_is_lost(machines: SeveralMachines) -> None:
    figures = attack(machines, 5, 2, random.Random(0))
    assert figures["acknowledged_jobs"] > 0
    assert figures["errors"] == []
    told = ("not_ended_in_time", "wrong_pictures", "wrong_sessions")
    assert {name: figures[name] for name in told} == dict.fromkeys(told, 0)
