"""The examples of docs/deploying.md, run as they stand but for addresses and certificates."""

import json
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import yaml
from websockets.sync.client import connect as connect_websocket
from websockets.typing import Origin

from tests.fakes.live_server import ROOT, LiveServer, running, write_model
from tests.fakes.pictures import png

DEPLOYING = (ROOT / "docs" / "deploying.md").read_text()
NAME = "brush.example"
KEY = "a-long-secret"
MB = 1024**2


@dataclass(frozen=True)
class Proxy:
    """Where a proxy listens, and below which path."""

    port: int
    certificate: Path
    prefix: str = "/"

    def client(self) -> httpx.Client:
        trusted = ssl.create_default_context(cafile=str(self.certificate))
        return httpx.Client(
            base_url=f"https://{NAME}:{self.port}{self.prefix}",
            transport=ToThisMachine(trusted),
            headers={"Origin": self.origin},
            timeout=40,
        )

    @property
    def origin(self) -> str:
        return f"https://{NAME}:{self.port}"


class ToThisMachine(httpx.HTTPTransport):
    """Finds the proxy's name here."""

    def __init__(self, trusted: ssl.SSLContext) -> None:
        super().__init__(verify=trusted)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions = {**request.extensions, "sni_hostname": NAME}
        request.url = request.url.copy_with(host="127.0.0.1")
        return super().handle_request(request)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    home = tmp_path_factory.mktemp("guarded")
    write_model(home)
    with running(home, api_keys=KEY, allowed_hosts=NAME) as live:
        yield live


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate, with its key beside it."""
    path = tmp_path_factory.mktemp("certificate") / "brush.example.pem"
    asked = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}", "-days", "2"]
    files = ["-keyout", str(path.with_suffix(".key")), "-out", str(path)]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *asked, *files],
        check=True,
        capture_output=True,
    )
    return path


def examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DEPLOYING, re.DOTALL)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def started(command: list[str], port: int) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(command)
    deadline_s = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert process.poll() is None and time.monotonic() < deadline_s, command
            time.sleep(0.05)
        else:
            return process


def nginx(server: LiveServer, certificate: Path, folder: Path, prefix: str) -> str:
    (example,) = examples("nginx")
    upstream = urlsplit(server.url).netloc
    if prefix != "/":
        example = example.replace("location /", f"location {prefix}")
        example = example.replace("127.0.0.1:8000;", "127.0.0.1:8000/;")
    example = example.replace("127.0.0.1:8000", upstream)
    example = example.replace("/etc/ssl/brush.example.", f"{certificate.with_suffix('')}.")
    temporary = "".join(
        f"{kind}_temp_path {folder};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"daemon off; pid {folder}/nginx.pid; error_log stderr; events {{}} "
        f"http {{ access_log off; {temporary} {example} }}"
    )


def caddy(server: LiveServer, certificate: Path, prefix: str) -> str:
    example = examples("caddyfile")[0 if prefix == "/" else 1]
    files = f"{certificate} {certificate.with_suffix('.key')}"
    example = example.replace("127.0.0.1:8000", urlsplit(server.url).netloc)
    return "{\n admin off\n auto_https disable_redirects\n}\n" + example.replace(
        " {\n", f" {{\n    tls {files}\n", 1
    )


@pytest.fixture(scope="module", params=["nginx /", "nginx /paint/", "caddy /", "caddy /paint/"])
def proxy(
    request: pytest.FixtureRequest,
    guarded: LiveServer,
    certificate: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Proxy]:
    program, prefix = request.param.split()
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed: see scripts/ensure-proxies")
    folder, port = tmp_path_factory.mktemp(program), free_port()
    config = folder / "config"
    if program == "nginx":
        text = nginx(guarded, certificate, folder, prefix).replace("443", str(port))
        command = [path, "-p", str(folder), "-c", str(config)]
    else:
        text = caddy(guarded, certificate, prefix).replace(NAME, f"{NAME}:{port}", 1)
        command = [path, "run", "--adapter", "caddyfile", "--config", str(config)]
    config.write_text(text)
    process = started(command, port)
    try:
        yield Proxy(port, certificate, prefix)
    finally:
        process.terminate()
        process.wait(10)


def test_the_page_and_its_files(proxy: Proxy) -> None:
    with proxy.client() as client:
        page = client.get("")
        assert page.status_code == 200
        scripts = re.findall(r'(?:src|href)="([^"]+\.(?:js|css))"', page.text)
        assert scripts
        for script in (*scripts, "land", "docs"):
            assert client.get(script).status_code == 200, script
        assert client.head("health").status_code == 200


def test_signing_in_and_an_edit(proxy: Proxy) -> None:
    with proxy.client() as client:
        assert client.get("models").status_code == 401
        answer = client.post("session", json={"key": KEY})
        assert answer.status_code == 200, answer.text
        assert "secure" in answer.headers["set-cookie"].lower()
        token = answer.cookies["latentbrush_session"]
        client.cookies.clear()
        client.headers["Cookie"] = f"latentbrush_session={token}"
        made = client.post("generate?wait=20", json={"model": "fake"}).json()["result"]
        edit = {"type": "attribute", "attribute": "smile", "strength": 1}
        body = {"latent_id": made["latent_id"], "edits": [edit]}
        assert client.post("edit?wait=20", json=body).json()["status"] == "succeeded"
        other = client.post(
            "session", json={"key": KEY}, headers={"Origin": "https://evil.example"}
        )
        assert other.status_code == 403


def test_a_large_upload_reaches_the_server(proxy: Proxy) -> None:
    with proxy.client() as client:
        headers = {"Authorization": f"Bearer {KEY}"}
        answer = client.post("images", files={"image": b"\0" * (30 * MB)}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_image")


def test_events_come_as_they_happen(proxy: Proxy) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    with proxy.client() as client:
        slow = {"model": "fake", "steps": "1000"}
        files = {"image": png()}
        job = client.post("encode", data=slow, files=files, headers=headers).json()
        path = f"jobs/{job['job_id']}"
        with client.stream("GET", f"{path}/events", headers=headers) as events:
            lines = events.iter_lines()
            assert next(line for line in lines if line.startswith("event")) == "event: progress"
            with proxy.client() as other:  # while the job goes on
                assert other.get(path, headers=headers).json()["status"] in ("queued", "running")
                other.delete(path, headers=headers)
            assert "event: done" in list(lines)


def test_the_socket_of_brushes(proxy: Proxy) -> None:
    with proxy.client() as client:
        answer = client.post("session", json={"key": KEY})
        headers = {"Cookie": f"latentbrush_session={answer.cookies['latentbrush_session']}"}
        client.cookies.clear()
        made = client.post("generate?wait=20", json={"model": "fake"}, headers=headers)
        edit = {"latent_id": made.json()["result"]["latent_id"], "edits": []}
    with (
        socket.create_connection(("127.0.0.1", proxy.port)) as connection,
        connect_websocket(
            f"wss://{NAME}:{proxy.port}{proxy.prefix}live",
            sock=connection,
            ssl=ssl.create_default_context(cafile=str(proxy.certificate)),
            origin=Origin(proxy.origin),
            additional_headers=headers,
        ) as websocket,
    ):
        websocket.send(json.dumps({"seq": 1, "edit": edit}))
        assert isinstance(websocket.recv(timeout=20), bytes)


def test_the_example_of_traefik_can_be_read() -> None:
    (example,) = examples("yaml")
    http = yaml.safe_load(example)["http"]
    router = http["routers"]["latentbrush"]
    assert router["rule"] == f"Host(`{NAME}`)"
    servers = http["services"][router["service"]]["loadBalancer"]["servers"]
    assert servers == [{"url": "http://127.0.0.1:8000"}]
