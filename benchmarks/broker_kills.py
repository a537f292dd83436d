"""Does anything that the embedded broker has acknowledged get lost when it is killed?

    python -m benchmarks.broker_kills [--kills 40] [--busy] [--fsync everysec] [--json OUT.json]

Eight clients write and note what was acknowledged; the broker is killed while it syncs its log, or
else at a random moment, started again, and asked for all of it. A busy disk has a file of 256 MB
written and synced beside it all the time. Synced by itself every second, as is usual (`everysec`),
Valkey holds back what it writes while a sync takes long.
"""

import argparse
import json
import os
import random
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from tqdm import trange

from backend.broker import EmbeddedBroker

CLIENTS = 8
LONGEST_S = 2.5  # that a sync is waited for
AGAIN_S = 20.0
BUSY_BYTES = 256 * 1024**2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--busy", action="store_true")
    parser.add_argument("--fsync", choices=("everysec", "no", "always"), help="else as it starts")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    acknowledged, lost, losing = 0, 0, 0
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        if asked.busy:
            stack.enter_context(busy_disk(Path(folder)))
        for k in trange(asked.kills, desc="Killing the broker"):
            written, missing = one_kill(Path(folder) / str(k), asked.fsync, random.Random(k))
            acknowledged += written
            lost += missing
            losing += missing > 0
    figures = {
        "kills": asked.kills,
        "busy": asked.busy,
        "fsync": asked.fsync or "as it starts",
        "acknowledged": acknowledged,
        "lost": lost,
        "losing_kills": losing,
    }
    print(json.dumps(figures, indent=1))  # noqa: T201
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1) + "\n")


def one_kill(home: Path, fsync: str | None, rng: random.Random) -> tuple[int, int]:
    """How much was acknowledged until the broker was killed, and how much of it was lost."""
    broker = EmbeddedBroker(home)
    broker.start()
    if fsync is not None:
        client(broker.url).config_set("appendfsync", fsync)
    said: list[list[int]] = [[] for _ in range(CLIENTS)]
    killed = threading.Event()
    writers = [
        threading.Thread(target=write, args=(broker.url, k, said[k], killed))
        for k in range(CLIENTS)
    ]
    for writer in writers:
        writer.start()
    pid = broker.pid()
    time.sleep(rng.uniform(0.2, 1.2))
    wait_for_sync(broker.url)
    killed.set()
    os.kill(pid, signal.SIGKILL)
    for writer in writers:
        writer.join()
    redis, missing = again(broker.url), 0
    for k, values in enumerate(said):
        kept = redis.lrange(f"client {k}", 0, -1)
        missing += len(set(values) - {int(value) for value in kept})
    broker.stop()
    return sum(map(len, said)), missing


def write(url: str, k: int, said: list[int], killed: threading.Event) -> None:
    """Write numbers, and note each when it is acknowledged."""
    redis, number = client(url), 0
    while not killed.is_set():
        with suppress(RedisError):
            redis.rpush(f"client {k}", number)
            said.append(number)
        number += 1


def wait_for_sync(url: str) -> None:
    """Until the broker has a sync of its own in progress, but not for ever."""
    redis, deadline_s = client(url), time.monotonic() + LONGEST_S
    while time.monotonic() < deadline_s:
        if redis.info("persistence").get("aof_pending_bio_fsync"):
            return


def client(url: str) -> Redis:
    """One that tells at once when the broker is gone."""
    return Redis.from_url(url, retry=Retry(NoBackoff(), 0))


def again(url: str) -> Redis:
    """A client of the broker when it is there again."""
    deadline_s = time.monotonic() + AGAIN_S
    while time.monotonic() < deadline_s:
        with suppress(RedisError):
            client(url).ping()
            return client(url)
        time.sleep(0.05)
    raise TimeoutError("the broker does not come back")


@contextmanager
def busy_disk(folder: Path) -> Iterator[None]:
    """Write and sync a large file all the time."""
    over = threading.Event()

    def write_on() -> None:
        block = os.urandom(4 * 1024**2)
        while not over.is_set():
            with (folder / f"busy {threading.get_ident()}").open("wb") as file:
                for _ in range(BUSY_BYTES // len(block)):
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())

    writers = [threading.Thread(target=write_on) for _ in range(2)]
    for writer in writers:
        writer.start()
    try:
        yield
    finally:
        over.set()
        for writer in writers:
            writer.join()


if __name__ == "__main__":
    main()
