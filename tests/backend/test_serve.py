"""`serve` says in one line why it cannot start, and keeps to itself."""

import os
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from live_server import ROOT, SERVER, LiveServer, broker_url, running
from pictures import png

from backend.broker import EmbeddedBroker
from backend.private import make_private
from backend.settings import Settings
from cli.serve import serve
from contracts.errors import StartError


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
        assert kept
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
    process = subprocess.Popen([sys.executable, str(SERVER)], env=environment, stdout=-1)
    assert process.stdout is not None
    process.stdout.readline()
    process.terminate()
    assert process.wait(10) == 0
    process.stdout.close()
