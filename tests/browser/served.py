"""A server as its user would start it, and the browser that visits it."""

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser, Playwright

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = (
    "--no-sandbox --disable-gpu --disable-background-networking "
    "--disable-component-update --no-first-run "
    "--use-fake-device-for-media-stream --use-fake-ui-for-media-stream"  # a camera for the tests
).split()
READY_TIMEOUT_S = 120
ROOT = Path(__file__).resolve().parents[2]


class ServeFolder(Protocol):
    """Serve a data folder; gives the address, without a slash at the end."""

    def __call__(self, folder: Path, port: int | None = None) -> AbstractContextManager[str]: ...


def wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait for GET /health to say ready; fail with the server's own words when it ends first."""
    deadline = time.monotonic() + READY_TIMEOUT_S
    answer: object = "no answer"
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the server ended with {process.returncode} before it was ready")
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5) as response:
                answer = health = json.load(response)
            if health["status"] == "ready":
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
            answer = error
        time.sleep(0.3)
    pytest.fail(f"the server was not ready within {READY_TIMEOUT_S} s; last: {answer}")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(folder: Path, port: int | None = None) -> Iterator[str]:
    """Start the product as its user would; gives its address, without a slash at the end."""
    port = port or free_port()
    command = [sys.executable, "-m", "cli.main", "serve", "--port", str(port)]
    command += ["--data-dir", str(folder / "data"), "--no-browser"]
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_until_ready(f"http://127.0.0.1:{port}", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def launch_chromium(playwright: Playwright) -> Browser:
    """The system's Chromium, else the one that playwright installed."""
    found = [path for name in CHROMIUM_NAMES if (path := shutil.which(name))]
    path = found[0] if found else playwright.chromium.executable_path
    if not Path(path).exists():
        raise FileNotFoundError("no Chromium here: run scripts/ensure-browser")
    return playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
