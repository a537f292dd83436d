"""A whole server for tests: broker, workers with the fake editor, HTTP. Talked to over a socket."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from redis import Redis

from models.description import FORMAT

ROOT = Path(__file__).resolve().parent.parent.parent
SERVER = (sys.executable, "-m", "tests.fakes.fake_server")
ATTRIBUTES = ("smile", "explode", "hungry")


def write_model(
    home: Path, model_id: str = "fake", *, any_size: bool = False, is_spatial: bool = False
) -> None:
    """Put a model's config where the server and the workers look."""
    config = {
        "format": FORMAT,
        "id": model_id,
        "title": "Fake",
        "resolution": 64,
        "grid": [4, 4],
        "spaces": ["W", "S4"],
        "default_space": "S4",
        "attributes": [
            {"id": a, "title": a.title(), "min": -3, "max": 3, "default": 1} for a in ATTRIBUTES
        ],
        "any_size": any_size,
        "prior": {"kind": "gaussian"} if is_spatial else None,
        "encoder": {},
        "source": "tests",
        "license": "MIT",
        "not_for_the_server": {"anything": 1},
    }
    model_dir = home / "models" / model_id
    model_dir.mkdir(parents=True, exist_ok=True)
    (model_dir / "config.json").write_text(json.dumps(config))


@dataclass
class LiveServer:
    """A running server and how to reach it."""

    process: "subprocess.Popen[str]"
    url: str
    home: Path

    def client(self, key: str | None = None) -> httpx.Client:
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=40, trust_env=False)

    def redis(self) -> Redis:
        return Redis.from_url(broker_url(self.home))

    def workers(self) -> list[dict[str, Any]]:
        with self.client() as client:
            return list(client.get("/health").json()["workers"])


def broker_url(home: Path) -> str:
    from backend.broker import EmbeddedBroker

    return EmbeddedBroker(home).url


def start(home: Path, **settings: object) -> LiveServer:
    """Start a server; its URL is known once it has printed it."""
    write_model(home)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LATENTBRUSH_")}
    environment.pop("REDIS_URL", None)
    wanted = {"data_dir": home, "port": 0, "device": "cpu", "heartbeat_s": 0.5, **settings}
    environment |= {f"LATENTBRUSH_{name.upper()}": str(value) for name, value in wanted.items()}
    environment["PYTHONPATH"] = str(ROOT)
    process = subprocess.Popen(SERVER, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert "http" in line, f"the server did not start: {line}"
    return LiveServer(process, line.split()[3], home)


def wait_until_ready(server: LiveServer, timeout_s: float = 30) -> None:
    """Until every queue has a worker."""
    with server.client() as client:
        deadline_s = time.monotonic() + timeout_s
        while client.get("/health").json()["status"] != "ready":
            assert time.monotonic() < deadline_s, "the server does not get ready"
            time.sleep(0.05)


def stop(server: LiveServer) -> int:
    """Ctrl-C; the exit status."""
    server.process.send_signal(signal.SIGINT)
    status = server.process.wait(15)
    assert server.process.stdout is not None
    server.process.stdout.close()
    return status


@contextmanager
def running(home: Path, **settings: object) -> Iterator[LiveServer]:
    """A server for the length of a block."""
    server = start(home, **settings)
    try:
        wait_until_ready(server)
        yield server
    finally:
        if server.process.poll() is None:
            stop(server)


def pids_of(home: Path) -> list[int]:
    """Processes that mention a data folder: workers by environment, the broker by its arguments."""
    needle = os.fsencode(home)
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            text = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if needle in text:
            found.append(int(entry.name))
    return found


def pid_of_worker(server: LiveServer, queue: str) -> int:
    """The process that serves a queue."""
    for pid in pids_of(server.home):
        arguments = (Path("/proc") / str(pid) / "cmdline").read_bytes().split(b"\0")
        if b"--queues" in arguments and queue.encode() in arguments:
            return pid
    raise AssertionError(f"no worker serves {queue}")


def collect_events(
    client: httpx.Client, job_id: str, into: list[tuple[str, Any]]
) -> threading.Thread:
    """Follow a job's events on a thread, to the end of the stream."""

    def follow() -> None:
        with client.stream("GET", f"/jobs/{job_id}/events") as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            name = ""
            for line in response.iter_lines():
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    into.append((name, json.loads(line.removeprefix("data: "))))

    thread = threading.Thread(target=follow)
    thread.start()
    return thread
