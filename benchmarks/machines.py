"""Latentbrush on one machine, and on several: what benchmarks and tests kill.

Several machines here are processes that share nothing but addresses: two servers and two workers,
each with a data folder of its own, a broker, a database and a store.
"""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Protocol

import httpx

from benchmarks.servers import BUCKET, Process, free_port, postgres, redis_by_tls, s3

LATENTBRUSH = (sys.executable, "-m", "cli.main")
READY_S = 120.0


class Deployment(Protocol):
    """What can be killed, and comes back."""

    kinds: tuple[str, ...]
    """Of processes that may be killed."""

    @property
    def urls(self) -> tuple[str, ...]:
        """Of its servers."""
        ...

    def pids(self, kind: str) -> list[int]:
        """The processes of a kind that run now."""
        ...

    def stop(self) -> None:
        """Stop all of it."""
        ...


class OneMachine:
    """`latentbrush serve`, with its broker and workers."""

    kinds: tuple[str, ...] = ("server", "broker", "worker")

    def __init__(self, folder: Path, more: Mapping[str, str] | None = None) -> None:
        self._home = folder / "home"
        self._port = free_port()
        own = {"LATENTBRUSH_DATA_DIR": str(self._home), "LATENTBRUSH_PORT": str(self._port)}
        command = [*LATENTBRUSH, "serve", "--no-browser"]
        self._server = Process(folder, "serve", command, {**environment(), **own, **(more or {})})

    @property
    def urls(self) -> tuple[str, ...]:
        """Of its server."""
        return (f"http://127.0.0.1:{self._port}",)

    def pids(self, kind: str) -> list[int]:
        """The processes of a kind that run now."""
        if kind == "server":
            return [self._server.pid]
        needle = b"valkey" if kind == "broker" else b"--queues"
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == self._server.pid:
                continue
            with suppress(OSError):
                command = (entry / "cmdline").read_bytes()
                about = command + (entry / "environ").read_bytes()
                if os.fsencode(self._home) in about and needle in command:
                    found.append(int(entry.name))
        return found

    def stop(self) -> None:
        """Stop all of it."""
        self._server.stop()


class SeveralMachines:
    """Two servers and two workers that share a broker, a database and a store."""

    kinds: tuple[str, ...] = ("server", "worker", "broker", "database", "store")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = [free_port() for _ in range(2)]
        self._running: dict[str, list[Process]] = {}
        self._stack = ExitStack()
        try:
            self._start()
        except BaseException:  # what has begun goes on by itself else
            self.stop()
            raise

    def _start(self) -> None:
        folder = self._folder
        broker, broker_url = redis_by_tls(folder / "broker")
        self._running["broker"] = [broker]
        store, store_environment = s3(folder / "store")
        self._running["store"] = [store]
        database, database_url = self._stack.enter_context(postgres())
        self._running["database"] = [database]
        shared = {
            **environment(),
            **store_environment,
            "LATENTBRUSH_REDIS_URL": broker_url,
            "LATENTBRUSH_BLOB_URL": f"s3://{BUCKET}/library",
        }
        serving = [*LATENTBRUSH, "serve", "--no-browser"]
        self._running["server"] = [
            self._machine(
                f"server-{port}",
                serving,
                {
                    **shared,
                    "LATENTBRUSH_DATABASE_URL": database_url,
                    "LATENTBRUSH_PORT": str(port),
                    "LATENTBRUSH_LOCAL_WORKERS": "",
                },
            )
            for port in self._ports
        ]
        self._running["worker"] = [
            self._machine(f"worker-{k}", [*LATENTBRUSH, "worker"], shared) for k in range(2)
        ]

    @property
    def urls(self) -> tuple[str, ...]:
        """Of its servers."""
        return tuple(f"http://127.0.0.1:{port}" for port in self._ports)

    def pids(self, kind: str) -> list[int]:
        """The processes of a kind that run now."""
        return [process.pid for process in self._running[kind]]

    def data_folders(self) -> list[Path]:
        """Of every machine."""
        return sorted(self._folder.glob("*/data"))

    def stop(self) -> None:
        """Stop all of it, what others need last."""
        for kind in ("worker", "server", "store", "broker"):
            for process in self._running.get(kind, ()):
                process.stop()
        self._stack.close()

    def _machine(self, name: str, command: Sequence[str], shared: Mapping[str, str]) -> Process:
        """A process that knows nothing of the others but what `shared` says."""
        home = self._folder / name
        home.mkdir()
        own = {"LATENTBRUSH_DATA_DIR": str(home / "data"), "HOME": str(home), "TMPDIR": str(home)}
        return Process(self._folder, name, command, {**shared, **own})


def environment() -> dict[str, str]:
    """Ours, without what it says of another Latentbrush."""
    said = ("LATENTBRUSH_", "REDIS_URL", "AWS_")
    return {name: text for name, text in os.environ.items() if not name.startswith(said)}


def until_ready(deployment: Deployment) -> float:
    """Seconds until every server says that every queue has a worker."""
    begun_s = time.monotonic()
    for url in deployment.urls:
        while not is_ready(url):
            if time.monotonic() - begun_s > READY_S:
                raise TimeoutError(f"{url} does not get ready")
            time.sleep(0.1)
    return time.monotonic() - begun_s


def is_ready(url: str) -> bool:
    """Whether a server can work."""
    try:
        answer = httpx.get(f"{url}/health", timeout=5, trust_env=False)
        return bool(answer.json()["status"] == "ready")
    except (httpx.HTTPError, ValueError):
        return False
