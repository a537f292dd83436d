"""What a frame of `/live` costs beyond drawing it, against the same preview asked for as a job.

    latentbrush serve --no-browser &
    python benchmarks/live_share.py [--url http://127.0.0.1:8000] [--model portraits] [--count 100]

Both are asked for in turn, so what else the machine does weighs on both. The share is the time from
request to answer, as a client sees it, less what the worker says it took to draw and write.
"""

import argparse
import json
import statistics
import struct
import time
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

MASK_PX = 128
OUTPUT = {"format": "jpeg", "quality": 92, "max_side": 512}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--model", default="portraits")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with httpx.Client(base_url=asked.url, timeout=60) as http:
        job = http.post("/generate?wait=30", json={"model": asked.model, "seed": 1}).json()
        body = edit_of(http, asked.model, job["result"]["latent_id"])
        address = asked.url.replace("http", "ws", 1) + "/live"
        with connect(address, max_size=None, proxy=None) as live:
            shares = measure(http, live, body, asked.count)
    figures = {
        "model": asked.model,
        "bytes_asked": len(json.dumps(body)),
        **{f"{way}_share_p50_ms": round(statistics.median(ms), 1) for way, ms in shares.items()},
        **{
            f"{way}_share_p95_ms": round(statistics.quantiles(ms, n=20)[-1], 1)
            for way, ms in shares.items()
        },
    }
    text = json.dumps(figures, indent=1)
    if asked.json:
        asked.json.write_text(text + "\n")
    print(text)  # noqa: T201


def edit_of(http: httpx.Client, model: str, latent_id: str) -> dict[str, Any]:
    """A preview of one stroke, its mask as numbers: the most that there is to read."""
    models = http.get("/models").json()["models"]
    attribute = next(m["attributes"][0]["id"] for m in models if m["id"] == model)
    centre, radius = MASK_PX / 2, MASK_PX / 6
    rows = [
        [round(max(0.0, 1 - ((x - centre) ** 2 + (y - centre) ** 2) / radius**2), 3) for x in line]
        for y, line in enumerate([range(MASK_PX)] * MASK_PX)
    ]
    mask = {"kind": "grid", "rows": rows}
    edit = {"type": "attribute", "attribute": attribute, "strength": 1.0, "mask": mask}
    return {"latent_id": latent_id, "edits": [edit], "output": OUTPUT}


def measure(
    http: httpx.Client, live: ClientConnection, body: dict[str, Any], count: int
) -> dict[str, list[float]]:
    """Milliseconds beyond drawing, of previews of ever other strengths, by both ways in turn."""
    shares: dict[str, list[float]] = {"live": [], "job": []}
    for i in range(count + 5):
        body["edits"][0]["strength"] = 1 + i / 1000
        begun_s = time.perf_counter()
        live.send(json.dumps({"seq": i, "edit": body}))
        frame = live.recv(30)
        shares["live"].append(since_ms(begun_s) - described(frame)["timings_ms"]["total"])
        body["edits"][0]["strength"] += 1e-4
        begun_s = time.perf_counter()
        job = http.post("/edit?wait=5", json=body).json()
        http.get(f"/images/{job['result']['image_id']}")
        shares["job"].append(since_ms(begun_s) - job["result"]["timings_ms"]["total"])
    return {way: times[5:] for way, times in shares.items()}


def since_ms(begun_s: float) -> float:
    """Milliseconds since a moment."""
    return (time.perf_counter() - begun_s) * 1000


def described(frame: str | bytes) -> dict[str, Any]:
    """What a frame says of its picture."""
    assert isinstance(frame, bytes), frame
    (length,) = struct.unpack_from(">I", frame)
    said: dict[str, Any] = json.loads(frame[4 : 4 + length])
    return said


if __name__ == "__main__":
    main()
