"""The compose files: parts that fit together, nothing open that should not be, files that exist."""

import json
import re
import threading
from collections.abc import Hashable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from backend import healthy
from backend.settings import Settings
from contracts.jobs import QUEUES
from worker.settings import WorkerSettings

ROOT = Path(__file__).resolve().parent.parent


class _Loader(yaml.SafeLoader):
    """Reads compose's own tags as what they hold."""


def _held(loader: _Loader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    return loader.construct_mapping(node)


_Loader.add_constructor("!reset", _held)


def compose(name: str) -> dict[str, Any]:
    loaded = yaml.load((ROOT / name).read_text(), _Loader)
    assert isinstance(loaded, dict)
    return loaded


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    return dict(compose("docker-compose.yml")["services"])


def test_every_queue_has_a_worker(services: dict[str, dict[str, Any]]) -> None:
    commands = [s["command"] for n, s in services.items() if n in QUEUES]
    assert commands == [["latentbrush", "worker", "--queues", queue] for queue in QUEUES]


def test_only_the_server_is_published_and_only_to_this_machine(
    services: dict[str, dict[str, Any]],
) -> None:
    assert [name for name, service in services.items() if "ports" in service] == ["server"]
    assert services["server"]["ports"] == ["${LATENTBRUSH_PUBLISH:-127.0.0.1:8000}:8000"]
    assert compose("docker-compose.yml")["networks"]["inside"] == {"internal": True}
    for name, service in services.items():
        assert ("outside" in service["networks"]) == (name == "server")


def test_images_of_others_are_pinned_by_their_digest(services: dict[str, dict[str, Any]]) -> None:
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    images = [service["image"] for service in services.values() if "build" not in service]
    others = [each for each in bases + images if each != "backend"]
    assert len(others) == 2
    for image in others:
        assert re.fullmatch(r"[a-z/]+:[0-9.]+-[a-z-]+@sha256:[0-9a-f]{64}", image), image


def test_keys_are_asked_for_and_have_no_default(services: dict[str, dict[str, Any]]) -> None:
    assert services["server"]["environment"]["LATENTBRUSH_API_KEYS"].startswith(
        "${LATENTBRUSH_API_KEYS:?"
    )
    others = [n for n, s in services.items() if "LATENTBRUSH_API_KEYS" in s.get("environment", {})]
    assert others == ["server"]


def test_host_names_are_passed_on(services: dict[str, dict[str, Any]]) -> None:
    passed = services["server"]["environment"]["LATENTBRUSH_ALLOWED_HOSTS"]
    assert passed == "${LATENTBRUSH_ALLOWED_HOSTS:-}"


def test_variables_are_settings(services: dict[str, dict[str, Any]]) -> None:
    known = {
        f"LATENTBRUSH_{n.upper()}" for n in (*Settings.model_fields, *WorkerSettings.model_fields)
    }
    used = {v for s in services.values() for v in s.get("environment", {})} - {"REDIS_URL"}
    assert used <= known
    cpu = compose("docker-compose.cpu.yml")["services"]
    assert {v for s in cpu.values() for v in s.get("environment", {})} <= known


def test_the_broker_keeps_what_it_acknowledged(services: dict[str, dict[str, Any]]) -> None:
    command = services["broker"]["command"]
    assert command[command.index("--appendonly") + 1] == "yes"
    assert command[command.index("--appendfsync") + 1] == "always"
    assert services["broker"]["volumes"] == ["broker:/data"]


def test_the_override_takes_the_gpu_away_and_names_no_new_service(
    services: dict[str, dict[str, Any]],
) -> None:
    cpu = compose("docker-compose.cpu.yml")["services"]
    assert set(cpu) <= set(services)
    with_gpu = {name for name, service in services.items() if "deploy" in service}
    assert {name for name, service in cpu.items() if service.get("deploy") == {}} == with_gpu


def test_no_service_may_do_or_take_more_than_it_needs(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["mem_limit"], name
    assert {n for n, s in services.items() if "cap_add" in s} == {"broker"}


def test_a_server_that_cannot_work_is_unhealthy(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert '"backend.healthy"' in (ROOT / "Dockerfile").read_text()
    said: dict[str, Any] = {"status": "ready"}

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Health) as server:
        monkeypatch.setattr("sys.argv", ["healthy", str(server.server_port)])
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert healthy.main() == 0
        said |= {"status": "degraded", "reason": "the disk is full"}
        assert healthy.main() == 1
        assert "the disk is full" in capfd.readouterr().err
        server.shutdown()
    assert healthy.main() == 1


def test_volumes_and_networks_are_declared(services: dict[str, dict[str, Any]]) -> None:
    whole = compose("docker-compose.yml")
    for service in services.values():
        assert {v.split(":")[0] for v in service.get("volumes", [])} <= set(whole["volumes"])
        assert set(service["networks"]) <= set(whole["networks"])


def test_the_image_copies_what_exists_and_all_packages() -> None:
    text = (ROOT / "Dockerfile").read_text()
    copied = {
        word for line in re.findall(r"^COPY (.+) \S+$", text, re.MULTILINE) for word in line.split()
    }
    assert {
        "contracts",
        "service",
        "backend",
        "worker",
        "models",
        "training",
        "cli",
        "frontend",
    } <= copied
    assert re.search(r"^USER (?!root)", text, re.MULTILINE)


def pinned(name: str) -> dict[str, str]:
    """Versions of a lock file, by package."""
    found = re.findall(r"^([\w.-]+)==([^\s;]+)", (ROOT / name).read_text(), re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", package).lower(): version for package, version in found}


@pytest.mark.parametrize("name", ["requirements.server.lock", "requirements.worker.lock"])
def test_images_are_built_of_what_is_tested_by_hashes(name: str) -> None:
    everything, own = pinned("requirements.lock"), pinned(name)
    assert own.items() <= everything.items(), f"scripts/lock-image has not written {name} since"
    parts = re.split(r"\n(?=\w)", (ROOT / name).read_text().split("\n", 1)[1].strip())
    assert len(parts) == len(own)
    assert all("--hash=sha256:" in part for part in parts)
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert f"--require-hashes --no-deps -r {name}" in dockerfile
    assert f"torch=={everything['torch']}\n" in dockerfile
