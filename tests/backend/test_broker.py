"""The embedded broker comes back, even when the system will not start it at once."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

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


@pytest.mark.parametrize(("sync_s", "fsync"), [(0.05, "no"), (0.0, "always")])
def test_what_was_acknowledged_survives_kills(tmp_path: Path, sync_s: float, fsync: str) -> None:
    broker = EmbeddedBroker(tmp_path, sync_s)
    broker.start()
    kept = 0
    for _ in range(3):
        killed = broker.pid()
        with Redis.from_url(broker.url, retry=Retry(NoBackoff(), 0)) as redis:
            assert redis.config_get("appendfsync") == {"appendfsync": fsync}
            threading.Timer(0.3, os.kill, (killed, signal.SIGKILL)).start()
            with contextlib.suppress(RedisError):
                while True:
                    redis.rpush("numbers", kept)
                    kept += 1
        new_pid(broker, killed)
        with Redis.from_url(broker.url) as redis:
            numbers = [int(number) for number in redis.lrange("numbers", 0, -1)]
        assert numbers[:kept] == list(range(kept))
        kept = len(numbers)  # the last one may have been written and not answered
    broker.stop()


def test_what_was_written_is_brought_to_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[str] = set()
    monkeypatch.setattr("backend.broker.sync", lambda path: synced.add(path.name))
    broker = EmbeddedBroker(tmp_path, sync_s=0.02)
    broker.start()
    deadline_s = time.monotonic() + 5
    while not any(name.endswith(".incr.aof") for name in synced):
        assert time.monotonic() < deadline_s
        time.sleep(0.02)
    broker.stop()


def test_a_broker_of_before_is_told_how_to_sync(tmp_path: Path) -> None:
    first = EmbeddedBroker(tmp_path, sync_s=0)
    first.start()
    second = EmbeddedBroker(tmp_path)
    second.start()
    with Redis.from_url(second.url) as redis:
        assert redis.config_get("appendfsync") == {"appendfsync": "no"}
    second.stop()
    first.stop()


def new_pid(broker: EmbeddedBroker, old: int) -> int:
    deadline_s = time.monotonic() + 15
    while True:
        try:
            pid = broker.pid()
            with Redis.from_url(broker.url, retry=Retry(NoBackoff(), 0)) as redis:
                redis.ping()  # it tells its pid while it still reads its log
        except (RedisError, OSError):
            pid = old
        if pid != old:
            return pid
        assert time.monotonic() < deadline_s, "the broker does not come back"
        time.sleep(0.05)
