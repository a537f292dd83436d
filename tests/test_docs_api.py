"""What `docs/` says of the API is what the API is: every call, error code and setting."""

import re
from pathlib import Path

import pytest
from starlette.routing import WebSocketRoute

from backend.app import ROUTES, create_app
from backend.errors import STATUS
from backend.settings import Settings
from contracts.errors import ERRORS_BY_CODE
from service.settings import SharedSettings
from training.planet.earth import VARIABLE
from worker.settings import WorkerSettings

ROOT = Path(__file__).resolve().parent.parent
API = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def documented_calls() -> set[str]:
    headings = re.findall(r"^### (.+)$", API, re.MULTILINE)
    return {call for heading in headings for call in re.findall(r"`([A-Z]+ /[^`]*)`", heading)}


def test_every_call_is_documented(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path, redis_url="redis://127.0.0.1:1"))
    calls = {
        f"{method.upper()} {path}"
        for path, operations in app.openapi()["paths"].items()
        for method in operations
    }
    assert documented_calls() == calls


def test_every_socket_is_documented() -> None:
    routes = [route for module in ROUTES for route in module.router.routes]
    sockets = {route.path for route in routes if isinstance(route, WebSocketRoute)}
    assert set(re.findall(r"^### WebSocket `(/[^`]*)`$", API, re.MULTILINE)) == sockets
    assert sockets


def test_every_error_is_documented_with_its_status() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (\d+)", API, re.MULTILINE))
    assert rows == {code: str(status) for code, status in STATUS.items()}
    assert set(rows) == set(ERRORS_BY_CODE) - {"job_canceled"}, "that one answers no call"


def shown_default(name: str, default: object) -> str:
    if name == "frontend_dir":
        return "`frontend/`"
    if default is None or default == ():
        return "unset"
    return f"`{','.join(default) if isinstance(default, tuple) else default}`"


@pytest.mark.parametrize("settings", [Settings, WorkerSettings])
def test_every_setting_is_documented(settings: type[SharedSettings]) -> None:
    for name, field in settings.model_fields.items():
        default = shown_default(name, field.default)
        row = f"| `LATENTBRUSH_{name.upper()}` | {default} | {field.description} |"
        assert row in SETTINGS


def test_no_setting_is_documented_that_is_not_there() -> None:
    known = {f"LATENTBRUSH_{n.upper()}" for s in (Settings, WorkerSettings) for n in s.model_fields}
    known.add(VARIABLE)  # of training alone
    assert set(re.findall(r"LATENTBRUSH_[A-Z_]+", SETTINGS + API)) <= known
