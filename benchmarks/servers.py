"""Programs that several machines share: Redis by TLS, PostgreSQL, and rclone's server of S3."""

import os
import pwd
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

RESTART_S = 0.5  # until what has died is started again, as systemd and docker do
STARTING_S = 60.0
STOPPING_S = 60.0
PASSWORD = "a-secret"
BUCKET = "latentbrush"
STORE_KEYS = ("an-access-key", "a-secret-of-the-store")
POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:]


class Process:
    """A program that is started again when it dies.

    Args:
        name: of its log, in `folder`.
        user: who it runs as.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
        user: int | None = None,
    ) -> None:
        self._log = folder / f"{name}.log"
        self._command = list(command)
        self._environment = dict(os.environ if environment is None else environment)
        self._user = user
        self._over = threading.Event()
        self._process = self._started()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    @property
    def pid(self) -> int:
        """Of the process that runs now."""
        return self._process.pid

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """Stop it for good."""
        self._over.set()
        self._keeper.join()
        with suppress(ProcessLookupError):
            self._process.send_signal(number)
        try:
            self._process.wait(STOPPING_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _keep(self) -> None:
        while not self._over.wait(0.05):
            if self._process.poll() is not None and not self._over.wait(RESTART_S):
                self._process = self._started()

    def _started(self) -> "subprocess.Popen[bytes]":
        groups: list[int] | None = None if self._user is None else []
        with self._log.open("ab") as log:
            return subprocess.Popen(
                self._command,
                env=self._environment,
                stdout=log,
                stderr=log,
                user=self._user,
                extra_groups=groups,
            )


def redis_by_tls(folder: Path) -> tuple[Process, str]:
    """A broker in a new folder that loses nothing; its URL."""
    folder.mkdir()
    port, certificate = free_port(), make_certificate(folder)
    options = {
        "port": "0",
        "tls-port": str(port),
        "tls-cert-file": str(certificate),
        "tls-key-file": str(certificate.with_suffix(".key")),
        "tls-auth-clients": "no",
        "bind": "127.0.0.1",
        "dir": str(folder),
        "requirepass": PASSWORD,
        "appendonly": "yes",
        "appendfsync": "always",
        "save": "",
    }
    command = ["redis-server", *(each for k, v in options.items() for each in (f"--{k}", v))]
    process = Process(folder, "redis", command)
    until_listening(port)
    trusted = urlencode({"ssl_ca_certs": str(certificate)})
    return process, f"rediss://:{PASSWORD}@127.0.0.1:{port}/0?{trusted}"


def s3(folder: Path) -> tuple[Process, dict[str, str]]:
    """An S3 server with `BUCKET` in a new folder, and how its clients' environment knows it."""
    (folder / "buckets" / BUCKET).mkdir(parents=True)
    port = free_port()
    rclone = str(Path(sys.executable).with_name("rclone"))
    asked = ["--addr", f"127.0.0.1:{port}", "--auth-key", ",".join(STORE_KEYS)]
    process = Process(folder, "s3", [rclone, "serve", "s3", *asked, str(folder / "buckets")])
    until_listening(port)
    return process, {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": STORE_KEYS[0],
        "AWS_SECRET_ACCESS_KEY": STORE_KEYS[1],
        "AWS_DEFAULT_REGION": "us-east-1",
    }


@contextmanager
def postgres() -> Iterator[tuple[Process, str]]:
    """A database, and its URL."""
    user = pwd.getpwnam("postgres").pw_uid if os.getuid() == 0 else None  # it refuses root
    with TemporaryDirectory(prefix="latentbrush-postgres-", dir="/tmp") as name:
        folder = Path(name)
        secret = folder / "password"
        secret.write_text(PASSWORD)
        if user is not None:
            for path in (folder, secret):
                os.chown(path, user, -1)
        programs, data = POSTGRES[0], str(folder / "data")
        asked = ["-A", "scram-sha-256", "--pwfile", str(secret)]
        make = [str(programs / "initdb"), "-D", data, "-U", "postgres", *asked]
        subprocess.run(make, check=True, user=user, stdout=subprocess.DEVNULL, cwd=folder)
        port = free_port()
        options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        settings = [each for name, value in options.items() for each in ("-c", f"{name}={value}")]
        command = [str(programs / "postgres"), "-D", data, *settings]
        process = Process(folder, "postgres", command, user=user)
        try:
            until_listening(port)
            yield process, f"postgresql+psycopg://postgres:{PASSWORD}@127.0.0.1:{port}/postgres"
        finally:
            process.stop()


def make_certificate(folder: Path) -> Path:
    """A certificate of 127.0.0.1 for a day, with its key beside it."""
    path = folder / "redis.pem"
    asked = ["-subj", "/CN=redis", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "1"]
    files = ["-keyout", str(path.with_suffix(".key")), "-out", str(path)]
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *asked, *files]
    subprocess.run(make, check=True, capture_output=True)
    return path


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def until_listening(port: int) -> None:
    """Wait until somebody does."""
    deadline_s = time.monotonic() + STARTING_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > deadline_s:
                raise
            time.sleep(0.05)
