"""What a frame of `/live` costs beyond drawing it: the way from a page to a worker and back.

    latentbrush serve --no-browser &
    python benchmarks/live_share.py [--url http://127.0.0.1:8000] [--against URL] [--count 100]

The share is the time from request to answer, as a client sees it, less what the worker says it took
to draw and to write. Every kind of request is asked for in turn, so what else the machine does
weighs on all of them; the least of ten is what it takes when the machine does nothing else.
`--against` is another server, such as one of an earlier release, which is asked with masks as
numbers, as pages sent them.
"""

import argparse
import base64
import contextlib
import io
import json
import statistics
import struct
import time
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from websockets.sync.client import ClientConnection, connect

MASK_PX = 64
RADIUS_PX = 6
NUM_STROKES = 20
OUTPUT = {"format": "jpeg", "quality": 92, "max_side": 512}
Body = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--against", help="another server, asked in the same run")
    parser.add_argument("--model", default="portraits")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with contextlib.ExitStack() as stack:
        live = stack.enter_context(connected(asked.url))
        ways = {
            "one stroke": (live, body_of(asked.url, asked.model, [png_of(0)])),
            "twenty strokes": (live, body_of(asked.url, asked.model, stored(asked.url))),
            "one stroke, numbers": (live, body_of(asked.url, asked.model, [numbers_of(0)])),
        }
        if asked.against:
            other = stack.enter_context(connected(asked.against))
            numbers = [numbers_of(k) for k in range(NUM_STROKES)]
            ways["before: one stroke"] = (other, body_of(asked.against, asked.model, numbers[:1]))
            ways["before: twenty strokes"] = (other, body_of(asked.against, asked.model, numbers))
        figures = measure(ways, asked.count)
    text = json.dumps(figures, indent=1)
    if asked.json:
        asked.json.write_text(text + "\n")
    print(text)  # noqa: T201


def connected(url: str) -> ClientConnection:
    """A socket on which a server answers strokes."""
    return connect(url.replace("http", "ws", 1) + "/live", max_size=None, proxy=None)


def body_of(url: str, model: str, masks: list[dict[str, Any]], seed: int = 1) -> Body:
    """A preview of strokes on a generated picture."""
    with httpx.Client(base_url=url, timeout=60) as http:
        job = http.post("/generate?wait=30", json={"model": model, "seed": seed}).json()
        models = http.get("/models").json()["models"]
    attribute = next(m["attributes"][0]["id"] for m in models if m["id"] == model)
    edits = [{"type": "attribute", "attribute": attribute, "strength": 1.0} for _ in masks]
    painted = [edit | {"mask": mask} for edit, mask in zip(edits, masks, strict=True)]
    return {"latent_id": job["result"]["latent_id"], "edits": painted, "output": OUTPUT}


def dab(k: int) -> list[list[float]]:
    """A soft round dab, for each number at another place."""
    left, top = 8 + 12 * (k % 5), 8 + 12 * (k // 5)
    return [
        [
            round(max(0.0, 1 - ((x - left) ** 2 + (y - top) ** 2) / RADIUS_PX**2), 3)
            for x in range(MASK_PX)
        ]
        for y in range(MASK_PX)
    ]


def numbers_of(k: int) -> dict[str, Any]:
    """A dab as numbers."""
    return {"kind": "grid", "rows": dab(k)}


def png_of(k: int) -> dict[str, Any]:
    """A dab as a picture."""
    file = io.BytesIO()
    image = Image.new("L", (MASK_PX, MASK_PX))
    image.putdata([round(255 * value) for row in dab(k) for value in row])
    image.save(file, "PNG")
    return {"kind": "png", "data": base64.b64encode(file.getvalue()).decode()}


def stored(url: str) -> list[dict[str, Any]]:
    """Strokes of which the server has all but the last."""
    masks = [png_of(k) for k in range(NUM_STROKES)]
    with httpx.Client(base_url=url, timeout=60) as http:
        kept = [
            {"kind": "stored"} | http.put("/masks", content=base64.b64decode(m["data"])).json()
            for m in masks[:-1]
        ]
    return [*kept, masks[-1]]


def measure(ways: dict[str, tuple[ClientConnection, Body]], count: int) -> dict[str, Any]:
    """Milliseconds beyond drawing, of previews of ever other strengths, by all ways in turn."""
    shares: dict[str, list[float]] = {way: [] for way in ways}
    for i in range(count + 5):
        for way, (live, body) in ways.items():
            body["edits"][-1]["strength"] = 1 + i / 1000
            text = json.dumps({"seq": i, "edit": body})
            begun_s = time.perf_counter()
            live.send(text)
            frame = live.recv(60)
            all_ms = (time.perf_counter() - begun_s) * 1000
            shares[way].append(all_ms - described(frame)["timings_ms"]["total"])
    return {
        way: {
            "bytes": len(json.dumps(ways[way][1], separators=(",", ":"))),
            "least_of_ten_ms": round(statistics.quantiles(times[5:], n=10)[0], 1),
            "median_ms": round(statistics.median(times[5:]), 1),
        }
        for way, times in shares.items()
    }


def described(frame: str | bytes) -> dict[str, Any]:
    """What a frame says of its picture."""
    assert isinstance(frame, bytes), frame
    (length,) = struct.unpack_from(">I", frame)
    said: dict[str, Any] = json.loads(frame[4 : 4 + length])
    return said


if __name__ == "__main__":
    main()
