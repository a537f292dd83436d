"""Settings: from the environment, with lists, and refused when they cannot be."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from backend.settings import Settings, is_loopback
from models.description import SHIPPED_DIR
from worker.settings import WorkerSettings


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LATENTBRUSH_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("LATENTBRUSH_API_KEYS", "one, two,")
    monkeypatch.setenv("LATENTBRUSH_LOCAL_WORKERS", "")
    monkeypatch.setenv("REDIS_URL", "redis://example:6379")
    settings = Settings()
    assert settings.api_keys == ("one", "two")
    assert settings.local_workers == ()
    assert settings.redis_url == "redis://example:6379" == WorkerSettings().redis_url
    assert settings.store_url == str(tmp_path / "store")
    assert settings.models_dirs == (SHIPPED_DIR, tmp_path / "models")


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "70000"), ("MAX_EDITS", "0"), ("MAX_PIXELS", "many"), ("LOCAL_WORKERS", "fast")],
)
def test_settings_that_cannot_be(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"LATENTBRUSH_{name}", value)
    with pytest.raises(ValidationError):
        Settings()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.8.8.8"])
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "localhost.evil.example", "10.0.0.1"])
def test_other_machines(host: str) -> None:
    assert not is_loopback(host)
