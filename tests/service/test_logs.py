"""What is written to a log, and how often."""

import logging
import subprocess
import sys

import pytest

from service.logs import BURST, WINDOW_S, Rate


def record(message: str, *args: object, name: str = "backend.broker") -> logging.LogRecord:
    return logging.LogRecord(name, logging.ERROR, "", 0, message, args, None)


def test_what_is_said_too_often_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now_s[0])
    rate = Rate()
    said = [rate.filter(record("connection %d is refused", k)) for k in range(1000)]
    assert sum(said) == BURST
    assert rate.filter(record("the broker is gone"))
    now_s[0] += WINDOW_S
    later = record("connection %d is refused", 1000)
    assert rate.filter(later)
    assert later.getMessage() == f"connection 1000 is refused (and {1000 - BURST} before it)"


@pytest.mark.parametrize(("level", "said"), [("debug", {"ours", "info"}), ("error", set())])
def test_libraries_do_not_say_what_they_see(level: str, said: set[str]) -> None:
    code = (
        "import logging; from service.logs import log_to_stderr; "
        f"log_to_stderr('{level}'); logging.getLogger('backend.app').debug('ours'); "
        "logging.getLogger('uvicorn.error').debug('cookie'); "
        "logging.getLogger('websockets.server').debug('key'); "
        "logging.getLogger('redis').info('info')"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {line.split(":")[-1] for line in ran.stderr.split()} == said
