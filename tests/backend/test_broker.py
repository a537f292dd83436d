"""The embedded broker comes back, even when the system will not start it at once."""

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from redis.exceptions import RedisError

from backend.broker import EmbeddedBroker


def test_a_broker_that_cannot_be_started_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = EmbeddedBroker(tmp_path)
    broker.start()
    killed = broker.pid()
    start = subprocess.Popen
    refusals: list[str] = []

    def refuse_once(*args: Any, **kwargs: Any) -> Any:
        if refusals:
            return start(*args, **kwargs)
        refusals.append("no memory")
        raise OSError("no memory")

    monkeypatch.setattr(subprocess, "Popen", refuse_once)
    os.kill(killed, signal.SIGKILL)
    assert new_pid(broker, killed) != killed
    assert refusals
    broker.stop()


def new_pid(broker: EmbeddedBroker, old: int) -> int:
    deadline_s = time.monotonic() + 15
    while True:
        try:
            pid = broker.pid()
        except (RedisError, OSError):
            pid = old
        if pid != old:
            return pid
        assert time.monotonic() < deadline_s, "the broker does not come back"
        time.sleep(0.05)
