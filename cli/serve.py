"""`latentbrush serve`: broker, workers and server in one command, started and stopped together."""

import asyncio
import contextlib
import fcntl
import hashlib
import os
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI

from backend.app import check_exposure, create_app
from backend.broker import EmbeddedBroker
from backend.connections import BACKLOG, WAITING, Connections, most_connections
from backend.private import make_private
from backend.settings import Settings
from contracts.errors import StartError
from service.broker import check_broker, connect
from service.job_store import JobStore
from service.logs import log_to_stderr
from service.settings import PRIVATE_UMASK, SharedSettings
from service.threads import sleep_soon
from worker.names import new_name
from worker.supervisor import Supervisor

GRACE_S = 2  # for open connections when the server stops
SOURCE_DIR = Path(__file__).resolve().parent.parent
WORKER_COMMAND = (sys.executable, "-m", "worker.main")


def serve(
    settings: Settings, *, open_browser: bool, worker_command: Sequence[str] = WORKER_COMMAND
) -> None:
    """Serve until Ctrl-C or SIGTERM; leaves no process behind.

    Raises:
        StartError: it cannot start.
    """
    check_exposure(settings)
    log_to_stderr(settings.log_level)
    os.umask(PRIVATE_UMASK)
    with contextlib.ExitStack() as stack:
        stack.enter_context(_only_server(settings.home))
        listener = stack.enter_context(_listener(settings.host, settings.port))
        stop = _Stop()
        settings = stack.enter_context(_broker(settings))
        app = create_app(settings)
        stack.enter_context(_workers(settings, worker_command))
        server = _Server(_server_config(app, settings))
        stop.of(server)
        stack.enter_context(_announcement(server, _url(settings.host, listener), open_browser))
        asyncio.run(server.serve(sockets=[listener]))


class _Stop:
    """Ctrl-C and SIGTERM: ask the server to end; everything else ends after it, in order."""

    def __init__(self) -> None:
        self._server: uvicorn.Server | None = None
        self._asked = False
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGTERM, self._on_signal)

    def of(self, server: uvicorn.Server) -> None:
        """Say which server is to end."""
        self._server = server
        server.should_exit = self._asked

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if self._server is not None:
            self._server.force_exit = self._asked
            self._server.should_exit = True
        self._asked = True


@contextlib.contextmanager
def _only_server(home: Path) -> Iterator[None]:
    """One server per data folder."""
    make_private(home)
    with (home / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StartError(
                f"another server uses the data folder {home}: stop it, or choose another with "
                "--data-dir"
            ) from None
        yield


@contextlib.contextmanager
def _listener(host: str, port: int) -> Iterator[socket.socket]:
    """The server's socket, bound before anything is started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio turns Nagle's algorithm off; else each answer takes 40 ms.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host.strip("[]"), port))
        except OSError as error:
            raise StartError(
                f"cannot listen on {host}:{port} ({error.strerror}): choose another with --port"
            ) from None
        yield listener


@contextlib.contextmanager
def _broker(settings: Settings) -> Iterator[Settings]:
    """The settings with a broker in them: the given one, or an embedded one for as long."""
    if settings.redis_url is not None:
        check_broker(settings.redis_url)
        yield settings
        return
    broker = EmbeddedBroker(settings.home, settings.broker_sync_s)
    broker.start()
    try:
        yield settings.model_copy(update={"redis_url": broker.url})
    finally:
        broker.stop()


@contextlib.contextmanager
def _workers(settings: Settings, command: Sequence[str]) -> Iterator[None]:
    """A worker process for each of the local queues."""
    assert settings.redis_url is not None
    store = JobStore(connect(settings.redis_url), settings.job_ttl_s)
    home_name = hashlib.sha256(os.fsencode(settings.home)).hexdigest()[:8]
    prefix = f"serve-{socket.gethostname()}-{home_name}-"
    for worker in store.workers():
        if worker.name.startswith(prefix):  # of a server that was killed: we are the only one here
            store.say_dead(worker.name)
    supervisor = Supervisor(
        [[queue] for queue in settings.local_workers],
        store,
        command=command,
        environment=_worker_environment(settings),
        new_name=lambda queues: prefix + new_name(queues),
        starting_s=settings.starting_s,
        silence_s=2 * settings.heartbeat_ttl_s,
    )
    supervisor.start()
    try:
        yield
    finally:
        supervisor.stop()


@contextlib.contextmanager
def _announcement(server: uvicorn.Server, url: str, open_browser: bool) -> Iterator[None]:
    """Print the address as soon as the server answers, and open it."""
    ended = threading.Event()

    def announce() -> None:
        while not server.started:
            if ended.wait(0.02):
                return
        sys.stdout.write(f"Latentbrush is at {url} (Ctrl-C stops it)\n")
        sys.stdout.flush()
        if open_browser:
            webbrowser.open(url)

    thread = threading.Thread(target=announce, name="announcement", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen. Few connections are accepted before those that ask for something are
        heard again (asyncio takes that number for how many may wait, too)."""
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(WAITING)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to `_Stop`: uvicorn would raise them again before workers have ended."""
        yield


def _server_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        http=Connections(most_connections()).protocol(),
        backlog=BACKLOG,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        ws="websockets-sansio",
        ws_max_size=settings.max_json_bytes,
        ws_per_message_deflate=False,  # pictures are compressed already
    )


def _url(host: str, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)
    return f"http://{f'[{shown}]' if ':' in shown and '[' not in shown else shown}:{port}/"


def _worker_environment(settings: Settings) -> dict[str, str]:
    """Our environment, with the shared settings as they are here, and without keys."""
    environment = {k: v for k, v in os.environ.items() if k != "LATENTBRUSH_API_KEYS"}
    for name in SharedSettings.model_fields:
        value = getattr(settings, name)
        if value is not None:
            environment[f"LATENTBRUSH_{name.upper()}"] = str(value)
    sleep_soon(environment)
    path = [str(SOURCE_DIR), *filter(None, [environment.get("PYTHONPATH")])]
    return {**environment, "PYTHONPATH": os.pathsep.join(path)}
