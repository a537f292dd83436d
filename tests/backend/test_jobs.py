"""Jobs over time: events, waiting, canceling, full queues."""

import threading
import time
from pathlib import Path
from typing import Any

import httpx

from tests.fakes.live_server import LiveServer, collect_events, running
from tests.fakes.pictures import pixels_of, png


def begin_encode(client: httpx.Client, steps: int, seed: int = 0) -> str:
    fields = {"model": "fake", "steps": str(steps)}
    response = client.post("/encode", data=fields, files={"image": png(seed=seed)})
    assert response.status_code == 202
    return str(response.json()["job_id"])


def wait_for(client: httpx.Client, job_id: str, *statuses: str, timeout_s: float = 20) -> Any:
    deadline_s = time.monotonic() + timeout_s
    while True:
        job = client.get(f"/jobs/{job_id}").json()
        if job["status"] in statuses:
            return job
        assert time.monotonic() < deadline_s, job
        time.sleep(0.02)


def test_events_tell_the_whole_story(client: httpx.Client) -> None:
    events: list[tuple[str, Any]] = []
    job_id = begin_encode(client, steps=30)
    follower = collect_events(client, job_id, events)
    assert pixels_of(wait_for_preview(client, events)).shape == (64, 64, 3)
    follower.join(20)
    names = [name for name, _ in events]
    assert set(names) == {"progress", "preview", "done"}
    assert names[-1] == "done"
    assert names.count("done") == 1
    steps = [data["step"] for name, data in events if name == "progress"]
    assert steps == sorted(steps)
    assert len(set(steps)) > 5
    assert events[-1][1] == client.get(f"/jobs/{job_id}").json()
    assert events[-1][1]["progress"] == {"step": 30, "steps": 30, "message": "inverting"}


def wait_for_preview(client: httpx.Client, events: list[tuple[str, Any]]) -> bytes:
    """The newest preview, as soon as there is one."""
    deadline_s = time.monotonic() + 10
    while not (previews := [data["image_id"] for name, data in events if name == "preview"]):
        assert time.monotonic() < deadline_s, "no preview comes"
        time.sleep(0.01)
    return client.get(f"/images/{previews[-1]}").content


def test_previews_go_with_their_job(server: LiveServer, client: httpx.Client) -> None:
    for ending in ("succeeded", "canceled"):
        events: list[tuple[str, Any]] = []
        job_id = begin_encode(client, steps=15, seed=4)
        follower = collect_events(client, job_id, events)
        wait_for_preview(client, events)
        if ending == "canceled":
            client.delete(f"/jobs/{job_id}")
        follower.join(20)
        assert wait_for(client, job_id, ending)
        image_ids = [data["image_id"] for name, data in events if name == "preview"]
        deadline_s = time.monotonic() + 20
        while any(client.get(f"/images/{i}").status_code != 404 for i in image_ids):
            assert time.monotonic() < deadline_s, "previews are kept for ever"
            time.sleep(0.05)
    previews = server.home / "store" / "previews"
    deadline_s = time.monotonic() + 20
    while [path for path in previews.rglob("*") if path.is_file()]:
        assert time.monotonic() < deadline_s, "one that nobody was told of is kept"
        time.sleep(0.05)


def test_events_of_an_ended_job_end_at_once(client: httpx.Client) -> None:
    job = client.post("/generate?wait=20", json={"model": "fake", "seed": 1}).json()
    events: list[tuple[str, Any]] = []
    collect_events(client, job["job_id"], events).join(5)
    assert events[-1] == ("done", job)


def test_waiting_ends_with_the_job_or_with_the_time(client: httpx.Client) -> None:
    fields = {"model": "fake", "steps": "20"}
    begun_s = time.monotonic()
    response = client.post("/encode?wait=0.3", data=fields, files={"image": png()})
    assert response.status_code == 202
    assert 0.25 < time.monotonic() - begun_s < 0.9
    job = wait_for(client, response.json()["job_id"], "succeeded")
    assert job["started_at"] < job["finished_at"]


def test_a_brush_does_not_wait_behind_a_long_encode(client: httpx.Client, latent_id: str) -> None:
    job_id = begin_encode(client, steps=40)
    wait_for(client, job_id, "running")
    begun_s = time.monotonic()
    edit = {"type": "attribute", "attribute": "smile", "strength": 0.123, "mask": {"kind": "all"}}
    body = {"latent_id": latent_id, "edits": [edit]}
    assert client.post("/edit?wait=10", json=body).json()["status"] == "succeeded"
    assert time.monotonic() - begun_s < 1
    assert client.get(f"/jobs/{job_id}").json()["status"] == "running"
    client.delete(f"/jobs/{job_id}")


def test_cancel_a_running_and_a_queued_job(client: httpx.Client) -> None:
    running_id = begin_encode(client, steps=100)
    wait_for(client, running_id, "running")
    queued_id = begin_encode(client, steps=100)
    events: list[tuple[str, Any]] = []
    follower = collect_events(client, queued_id, events)
    for job_id in (queued_id, running_id):
        response = client.delete(f"/jobs/{job_id}")
        assert (response.status_code, response.json()["status"]) == (200, "canceled")
    follower.join(5)
    assert events[-1][0] == "done"
    begun_s = time.monotonic()
    wait_for(client, begin_encode(client, steps=1), "succeeded")
    assert time.monotonic() - begun_s < 2, "the canceled encode still holds the worker"
    assert client.get(f"/jobs/{running_id}").json()["status"] == "canceled"
    ended = client.delete(f"/jobs/{running_id}").json()
    assert ended["status"] == "canceled"


def test_cancel_what_has_ended_changes_nothing(client: httpx.Client) -> None:
    job = client.post("/generate?wait=20", json={"model": "fake", "seed": 2}).json()
    assert client.delete(f"/jobs/{job['job_id']}").json() == job


def test_a_full_queue_says_when_to_come_again(tmp_path: Path) -> None:
    with running(tmp_path, max_owner_depth=2, max_steps=1000) as server, server.client() as client:
        image_id = client.post("/images", files={"image": png()}).json()["image_id"]
        fields = {"model": "fake", "steps": "500", "image_id": image_id}
        answers = [client.post("/encode", data=fields) for _ in range(5)]
        assert [a.status_code for a in answers[:2]] == [202, 202]
        full = answers[-1]
        assert (full.status_code, full.json()["code"]) == (429, "queue_full")
        assert int(full.headers["retry-after"]) > 0
        assert client.get("/health").json()["queues"]["batch"] == 2


def test_many_at_once_get_their_own_answers(server: LiveServer) -> None:
    answers: dict[int, int] = {}

    def ask(seed: int) -> None:
        with server.client() as client:
            job = client.post("/generate?wait=20", json={"model": "fake", "seed": seed}).json()
            answers[seed] = job["result"]["seed"]

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert answers == {seed: seed for seed in range(12)}
