"""Does a stranger's flood keep anybody waiting?

    python -m benchmarks.flood [--clients 64] [--minutes 3] [--json OUT.json]

Clients with keys of their own do what the page does between strokes: they look at their sessions,
write one anew, fetch a picture and have an edit answered that was drawn before, with a pause in
between. First they are alone; then a stranger sends, as fast as it can, large bodies and wrong keys
to `/session`, uploads and edits without a key, and holds a thousand connections that say nothing.
The stranger's own program runs at the lowest priority, since it shares the machine.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx

from benchmarks.machines import OneMachine, until_ready

MODEL = "portraits"
PAUSE_S = 0.5
TALKERS = 16  # of the stranger's connections that ask for something all the time
SILENT = 1000
LARGE = b'{"a": 1, "key": "' + b"x" * 6_000_000 + b'"}'


@dataclass
class Heard:
    """What clients had to wait for."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)

    def figures(self) -> dict[str, Any]:
        """The 50th and 95th of a hundred, and what was answered."""
        parts = quantiles(self.seconds, n=100)
        refused = {s: n for s, n in self.statuses.items() if not s.startswith("2")}
        return {
            "answers": len(self.seconds),
            "p50_ms": round(1000 * parts[49], 1),
            "p95_ms": round(1000 * parts[94], 1),
            "refused": refused,
        }


@dataclass(frozen=True)
class Person:
    """A client and what it has."""

    client: httpx.AsyncClient
    body: dict[str, Any]
    session_id: str
    image_id: str
    edit: dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--minutes", type=float, default=3.0, help="of each half")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    keys = [f"key-of-client-{k}" for k in range(asked.clients)]
    with tempfile.TemporaryDirectory() as folder:
        deployment = OneMachine(Path(folder), {"LATENTBRUSH_API_KEYS": ",".join(keys)})
        try:
            until_ready(deployment)
            (url,) = deployment.urls
            figures = asyncio.run(compare(url, keys, asked.minutes * 60))
        finally:
            deployment.stop()
    text = json.dumps(figures, indent=1)
    sys.stdout.write(text + "\n")
    if asked.json is not None:
        asked.json.write_text(text + "\n")


async def compare(url: str, keys: list[str], seconds: float) -> dict[str, Any]:
    """What clients wait for alone, and beside a stranger."""
    limits = httpx.Limits(max_connections=2, keepalive_expiry=2)  # before the server closes them
    people = [
        await at_work(
            httpx.AsyncClient(
                base_url=url,
                headers={"Authorization": f"Bearer {key}"},
                timeout=60,
                trust_env=False,
                limits=limits,
            )
        )
        for key in keys
    ]
    alone = await working(people, seconds)
    stranger = multiprocessing.get_context("spawn").Process(target=flood, args=(url,), daemon=True)
    stranger.start()
    await asyncio.sleep(5)
    beside = await working(people, seconds)
    assert stranger.is_alive(), "the stranger gave up"
    stranger.kill()
    for person in people:
        await person.client.aclose()
    ratio = beside["p95_ms"] / alone["p95_ms"]
    return {"clients": len(keys), "alone": alone, "beside": beside, "p95_ratio": round(ratio, 2)}


async def at_work(client: httpx.AsyncClient) -> Person:
    """A client with a session, and an edit that has been drawn."""
    made = await drawn(client, "/generate", {"model": MODEL, "seed": 1})
    move = {"type": "attribute", "attribute": "smile", "strength": 1, "mask": {"kind": "all"}}
    edit = {"latent_id": made["latent_id"], "edits": [move]}
    await drawn(client, "/edit", edit)
    body = {"name": "Mine", **edit}
    session = (await client.post("/sessions", json=body)).json()
    return Person(client, body, session["session_id"], made["image_id"], edit)


async def drawn(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The result of a job."""
    job = (await client.post(f"{path}?wait=30", json=body)).json()
    assert job["status"] == "succeeded", job
    return dict(job["result"])


async def working(people: list[Person], seconds: float) -> dict[str, Any]:
    """All of them for so long."""
    heard, until_s = Heard(), time.monotonic() + seconds
    await asyncio.gather(*(work(person, k, heard, until_s) for k, person in enumerate(people)))
    return heard.figures()


async def work(person: Person, k: int, heard: Heard, until_s: float) -> None:
    """One client."""
    chance = random.Random(k)
    revision = (await person.client.get(f"/sessions/{person.session_id}")).json()["revision"]
    await asyncio.sleep(chance.uniform(0, PAUSE_S))
    while time.monotonic() < until_s:
        change = person.body | {"name": str(chance.random()), "revision": revision}
        asked = [
            ("GET", "/sessions", None),
            ("PUT", f"/sessions/{person.session_id}", change),
            ("GET", f"/images/{person.image_id}", None),
            ("POST", "/edit", person.edit),
        ]
        for method, path, body in asked:
            begun_s = time.monotonic()
            try:
                answer = await person.client.request(method, path, json=body)
                heard.statuses[str(answer.status_code)] += 1
                if method == "PUT" and answer.status_code == 200:
                    revision = answer.json()["revision"]
            except httpx.HTTPError as error:
                heard.statuses[type(error).__name__] += 1
            heard.seconds.append(time.monotonic() - begun_s)
            await asyncio.sleep(chance.uniform(0, 2 * PAUSE_S))


def flood(url: str) -> None:
    """The stranger, for ever."""
    os.nice(19)
    asyncio.run(flooding(url))


async def flooding(url: str) -> None:
    """All of what it does."""
    address = httpx.URL(url)
    talking = (talk(url, k) for k in range(TALKERS))
    silent = (say_nothing(address.host, address.port or 80) for _ in range(SILENT))
    await asyncio.gather(*talking, *silent)


async def talk(url: str, k: int) -> None:
    """Ask for one thing after the other."""
    chance = random.Random(k)
    kinds: list[dict[str, Any]] = [
        {"method": "POST", "url": "/session", "content": LARGE},
        {"method": "POST", "url": "/session", "json": {"key": "a wrong one"}},
        {"method": "GET", "url": "/sessions", "headers": {"Authorization": "Bearer wrong"}},
        {"method": "POST", "url": "/edit", "content": LARGE},
        {"method": "POST", "url": "/images", "files": {"image": ("a.png", LARGE, "image/png")}},
        {"method": "GET", "url": "/"},
        {"method": "GET", "url": "/health"},
    ]
    async with httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as client:
        while True:
            with suppress(httpx.HTTPError):
                await client.request(**chance.choice(kinds))


async def say_nothing(host: str, port: int) -> None:
    """Hold a connection, and another when it is closed."""
    while True:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection(host, port)
            await reader.read()
            writer.close()
        await asyncio.sleep(0.1)


if __name__ == "__main__":
    main()
