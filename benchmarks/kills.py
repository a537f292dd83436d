"""Does anything that was acknowledged get lost, or a record wrong, when processes are killed?

    python -m benchmarks.kills [--kills 100] [--clients 4] [--busy] [--machines] [--json OUT.json]

Clients make pictures and write sessions anew, and note what was acknowledged, while at random
moments one of server, broker and workers is killed, and with several machines of database and
store, too; what nobody else starts again is, as systemd would. A busy disk has a file of 256 MB
written and synced on it all the time. In the end every acknowledged job must have ended well, its
picture be there to the byte that the same seed gives, and every session be what was acknowledged
last, or what was asked for since.
"""

import argparse
import contextlib
import hashlib
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from tqdm import trange

from benchmarks.broker_kills import busy_disk
from benchmarks.machines import Deployment, OneMachine, SeveralMachines, until_ready

MODEL = "portraits"
SEEDS = 8  # pictures that are made again and again
RECOVERY_S = 15.0
PAUSE_S = 0.3


@dataclass
class Notes:
    """What clients were told."""

    jobs: dict[str, int] = field(default_factory=dict)
    """Seeds of acknowledged jobs, by their ids."""
    sessions: dict[str, list[str]] = field(default_factory=dict)
    """Names that each session may have: the one acknowledged last, and those asked for since."""
    refused: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--busy", action="store_true", help="write beside it all the time")
    parser.add_argument("--machines", action="store_true", help="several that share nothing else")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        if asked.busy:
            stack.enter_context(busy_disk(Path(folder)))
        where = Path(folder)
        deployment = SeveralMachines(where) if asked.machines else OneMachine(where)
        stack.callback(deployment.stop)
        figures = attack(deployment, asked.kills, asked.clients, random.Random(asked.seed))
    figures = {"machines": asked.machines, "busy": asked.busy, **figures}
    text = json.dumps(figures, indent=1)
    sys.stdout.write(text + "\n")
    if asked.json is not None:
        asked.json.write_text(text + "\n")


def attack(
    deployment: Deployment, kills: int, num_clients: int, chance: random.Random
) -> dict[str, Any]:
    """Kill so often, and count what is wrong."""
    urls = deployment.urls
    until_ready(deployment)
    right = {seed: picture_of(urls[0], seed) for seed in range(SEEDS)}
    notes, ended = Notes(), threading.Event()
    clients = [
        threading.Thread(target=noted, args=(urls, k, notes, ended)) for k in range(num_clients)
    ]
    for client in clients:
        client.start()
    killed: Counter[str] = Counter()
    slowest_s = 0.0
    try:
        for _ in trange(kills, desc="Killing"):
            time.sleep(chance.uniform(0.2, 2.0))
            kind = chance.choice(deployment.kinds)
            for pid in chance.sample(running := deployment.pids(kind), min(1, len(running))):
                with contextlib.suppress(ProcessLookupError):  # it died before
                    os.kill(pid, signal.SIGKILL)
                    killed[kind] += 1
            slowest_s = max(slowest_s, until_ready(deployment))
    finally:
        ended.set()
        for client in clients:
            client.join()
    late, wrong = ended_jobs(urls, notes.jobs, right)
    return {
        "kills": dict(killed),
        "acknowledged_jobs": len(notes.jobs),
        "not_ended_in_time": late,
        "wrong_pictures": wrong,
        "sessions": len(notes.sessions),
        "wrong_sessions": wrong_sessions(urls, notes),
        "refused": dict(notes.refused),
        "errors": notes.errors[:5],
        "slowest_recovery_s": round(slowest_s, 1),
    }


def noted(urls: Sequence[str], k: int, notes: Notes, ended: threading.Event) -> None:
    """One client; what it did not expect is noted."""
    try:
        work(urls, k, notes, ended)
    except Exception as error:
        notes.errors.append(f"client {k}: {error!r}")


def work(urls: Sequence[str], k: int, notes: Notes, ended: threading.Event) -> None:
    """One client: a picture, then its session once more, again and again."""
    chance, session_id, revision = random.Random(k), "", 0
    latent_id = ""
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(client_of(url)) for url in urls]
        while not ended.wait(PAUSE_S):
            client = chance.choice(clients)
            seed = chance.randrange(SEEDS)
            job = told(client, notes, "POST", "/generate", {"model": MODEL, "seed": seed})
            if job is None:
                continue
            notes.jobs[job["job_id"]] = seed
            latent_id = finished(client, notes, job["job_id"]) or latent_id
            if not latent_id:
                continue
            name = f"{k} {time.monotonic_ns()}"
            body = {"name": name, "latent_id": latent_id, "edits": []}
            if not session_id:
                made = told(client, notes, "POST", "/sessions", body)
                if made is not None:
                    session_id, revision = made["session_id"], made["revision"]
                    notes.sessions[session_id] = [name]
                continue
            names = notes.sessions[session_id]
            names.append(name)
            change = body | {"revision": revision}
            made = told(client, notes, "PUT", f"/sessions/{session_id}", change)
            if made is None:  # it may have been written all the same
                made = told(client, notes, "GET", f"/sessions/{session_id}")
            if made is not None:
                if made["name"] not in names:
                    notes.errors.append(f"{session_id} is {made['name']}, none of {names}")
                revision = made["revision"]
                notes.sessions[session_id] = [made["name"]]


def told(
    client: httpx.Client, notes: Notes, method: str, path: str, body: object = None
) -> dict[str, Any] | None:
    """An answer that says that it was done; else why not is noted."""
    try:
        answer = client.request(method, path, json=body)
    except httpx.HTTPError as error:
        notes.refused[type(error).__name__] += 1
        return None
    if answer.status_code >= 400:
        notes.refused[str(answer.status_code)] += 1
        if answer.status_code not in (409, 429, 503):
            notes.errors.append(f"{method} {path}: {answer.text[:200]}")
        return None
    return dict(answer.json())


def finished(client: httpx.Client, notes: Notes, job_id: str) -> str:
    """The latent of a job, when it ends soon; waiting for it keeps the queues short."""
    for _ in range(80):
        job = told(client, notes, "GET", f"/jobs/{job_id}")
        if job is not None and job["status"] == "succeeded":
            return str(job["result"]["latent_id"])
        time.sleep(0.25)
    return ""


def client_of(url: str) -> httpx.Client:
    """One that waits for an answer for long."""
    return httpx.Client(base_url=url, timeout=60, trust_env=False)


def picture_of(url: str, seed: int) -> str:
    """The hash of a picture."""
    with client_of(url) as client:
        body = {"model": MODEL, "seed": seed}
        job = client.post("/generate?wait=30", json=body).json()
        image = client.get(f"/images/{job['result']['image_id']}")
        return hashlib.sha256(image.content).hexdigest()


def ended_jobs(urls: Sequence[str], jobs: dict[str, int], right: dict[int, str]) -> tuple[int, int]:
    """How many jobs have not ended well soon after all is well again, and how many pictures are
    missing or others."""
    deadline_s, left, wrong = time.monotonic() + RECOVERY_S, dict(jobs), 0
    with client_of(urls[-1]) as client:
        while left and time.monotonic() < deadline_s:
            for job_id, seed in list(left.items()):
                job = client.get(f"/jobs/{job_id}").json()
                if job.get("status") != "succeeded":
                    continue
                del left[job_id]
                image = client.get(f"/images/{job['result']['image_id']}")
                latent = client.get(f"/latents/{job['result']['latent_id']}/tensor")
                is_right = hashlib.sha256(image.content).hexdigest() == right[seed]
                wrong += not (is_right and latent.status_code == 200)
            time.sleep(0.2)
    return len(left), wrong


def wrong_sessions(urls: Sequence[str], notes: Notes) -> int:
    """How many sessions are neither what was acknowledged last nor what was asked for since."""
    wrong = 0
    with client_of(urls[-1]) as client:
        listed = {each["session_id"] for each in client.get("/sessions").json()["sessions"]}
        for session_id, names in notes.sessions.items():
            kept = client.get(f"/sessions/{session_id}").json()
            wrong += kept.get("name") not in names or session_id not in listed
    return wrong


if __name__ == "__main__":
    main()
