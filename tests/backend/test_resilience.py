"""Whatever is killed, and whenever: what was acknowledged is done in the end."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from backend.broker import EmbeddedBroker
from contracts.jobs import JobKind, begun, new_record
from contracts.requests import GenerateRequest
from service.job_store import JobStore
from tests.fakes.live_server import (
    LiveServer,
    pid_of_worker,
    pids_of,
    running,
    start,
    stop,
    wait_until_ready,
)
from tests.fakes.pictures import png

MAX_RECOVERY_S = 15


def begin_encode(server: LiveServer, steps: int = 30) -> str:
    with server.client() as client:
        fields = {"model": "fake", "steps": str(steps)}
        response = client.post("/encode", data=fields, files={"image": png()})
        assert response.status_code == 202, response.text
        return str(response.json()["job_id"])


def status_of(server: LiveServer, job_id: str) -> str:
    with server.client() as client:
        return str(client.get(f"/jobs/{job_id}").json()["status"])


def wait_for(server: LiveServer, job_id: str, status: str, timeout_s: float) -> None:
    deadline_s = time.monotonic() + timeout_s
    while (now := status_of(server, job_id)) != status:
        assert time.monotonic() < deadline_s, f"{now}, not {status}"
        time.sleep(0.05)


def test_kill_the_worker_in_the_middle(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        job_id = begin_encode(server)
        wait_for(server, job_id, "running", 5)
        os.kill(pid_of_worker(server, "batch"), signal.SIGKILL)
        wait_for(server, job_id, "succeeded", MAX_RECOVERY_S)
        wait_until_ready(server, 10)
        with server.client() as client:
            result = client.get(f"/jobs/{job_id}").json()["result"]
            assert client.get(f"/latents/{result['latent_id']}/tensor").status_code == 200


def test_kill_the_server_and_all_it_started(tmp_path: Path) -> None:
    server = start(tmp_path)
    wait_until_ready(server)
    running_id, queued_id = begin_encode(server), begin_encode(server, 1)
    wait_for(server, running_id, "running", 5)
    for pid in pids_of(tmp_path):
        os.kill(pid, signal.SIGKILL)
    server.process.wait(5)
    assert server.process.stdout is not None
    server.process.stdout.close()
    with running(tmp_path) as again:
        wait_for(again, running_id, "succeeded", MAX_RECOVERY_S)
        wait_for(again, queued_id, "succeeded", 5)


def test_kill_the_server_alone(tmp_path: Path) -> None:
    """Its workers end by themselves, its broker is taken over."""
    server = start(tmp_path)
    wait_until_ready(server)
    job_id = begin_encode(server, 60)
    wait_for(server, job_id, "running", 5)
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait(5)
    assert server.process.stdout is not None
    server.process.stdout.close()
    deadline_s = time.monotonic() + 5
    while len(pids_of(tmp_path)) > 1:
        assert time.monotonic() < deadline_s, "workers outlive their server"
        time.sleep(0.05)
    broker_pid = pids_of(tmp_path)[0]
    with running(tmp_path) as again:
        with again.redis() as redis:
            assert redis.info("server")["process_id"] == broker_pid
        wait_for(again, job_id, "succeeded", MAX_RECOVERY_S)
    assert pids_of(tmp_path) == []


def test_kill_the_broker(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        job_id = begin_encode(server)
        wait_for(server, job_id, "running", 5)
        with server.redis() as redis:
            os.kill(redis.info("server")["process_id"], signal.SIGKILL)
        wait_for(server, job_id, "succeeded", MAX_RECOVERY_S)
        with server.client() as client:
            job = client.post("/generate?wait=20", json={"model": "fake"}).json()
            assert job["status"] == "succeeded"


def test_stopping_leaves_no_process_and_gives_jobs_back(tmp_path: Path) -> None:
    server = start(tmp_path)
    wait_until_ready(server)
    job_id = begin_encode(server)
    wait_for(server, job_id, "running", 5)
    begun_s = time.monotonic()
    assert stop(server) == 0
    assert time.monotonic() - begun_s < 4
    assert pids_of(tmp_path) == []
    with running(tmp_path) as again:
        wait_for(again, job_id, "succeeded", MAX_RECOVERY_S)


def test_a_job_is_begun_three_times_at_most(server: LiveServer) -> None:
    store = JobStore(server.redis(), 1000)
    request = GenerateRequest(model="fake", seed=1)
    record = new_record("job_" + "1" * 32, "local", JobKind.GENERATE, "interactive", request)
    store.create(begun(record, "a dead worker").model_copy(update={"attempt": 3}))
    wait_for(server, record.job_id, "failed", 5)
    with server.client() as client:
        assert client.get(f"/jobs/{record.job_id}").json()["error"]["code"] == "worker_lost"


def test_a_job_that_never_reached_its_queue_is_sent(server: LiveServer) -> None:
    store = JobStore(server.redis(), 1000)
    request = GenerateRequest(model="fake", seed=1)
    record = new_record("job_" + "2" * 32, "local", JobKind.GENERATE, "interactive", request)
    store.create(record)
    wait_for(server, record.job_id, "succeeded", 6)
    with server.client() as client:
        assert client.get(f"/jobs/{record.job_id}").json()["result"]["seed"] == 1


def test_the_page_opens_while_the_broker_is_away(tmp_path: Path) -> None:
    broker = EmbeddedBroker(tmp_path / "broker")
    broker.start()
    with running(tmp_path / "home", redis_url=broker.url) as server, server.client() as client:
        broker.stop()
        body = {"model": "fake", "seed": 1}
        with ThreadPoolExecutor(60) as pool:
            calls = [pool.submit(client.post, "/generate", json=body) for _ in range(60)]
            time.sleep(0.5)
            assert client.get("/").status_code == 200
            assert client.get("/js/main.js").status_code == 200
            assert client.get("/health").json()["status"] == "degraded"
            assert not any(call.done() for call in calls), "they wait for the broker to come back"
            broker = EmbeddedBroker(tmp_path / "broker")
            broker.start()
            assert {call.result().status_code for call in calls} == {202}
    broker.stop()
