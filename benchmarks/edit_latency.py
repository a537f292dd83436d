"""How long does a painted edit take, as a client sees it, and how much of it is the generator?

    latentbrush serve --no-browser &
    python benchmarks/edit_latency.py [--url http://127.0.0.1:8000] [--model portraits] [--count 60]

Generates a picture, then sends edits that differ in strength, so that none is answered from the
store. The generator's share is measured beside it, in this process.
"""

import argparse
import json
import statistics
import time

import httpx
import torch

from cli.pick import open_model
from models.latents import embed
from training.generated import draw_latents

MASK = [[1.0 if 8 <= y < 13 and 5 <= x < 11 else 0.0 for x in range(16)] for y in range(16)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--model", default="portraits")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json")
    options = parser.parse_args()
    with httpx.Client(base_url=options.url, timeout=60) as http:
        edits_ms = time_edits(http, options.model, options.count)
    torch.set_num_threads(options.threads)
    generator_ms = time_generator(options.model, options.count)
    figures = {
        "model": options.model,
        "edits": options.count,
        "edit_p50_ms": round(statistics.median(edits_ms), 1),
        "edit_p95_ms": round(statistics.quantiles(edits_ms, n=20)[-1], 1),
        "generator_p50_ms": round(statistics.median(generator_ms), 1),
    }
    figures["rest_p50_ms"] = round(figures["edit_p50_ms"] - figures["generator_p50_ms"], 1)
    text = json.dumps(figures, indent=1)
    if options.json:
        with open(options.json, "w") as file:
            file.write(text + "\n")
    print(text)  # noqa: T201


def time_edits(http: httpx.Client, model: str, count: int) -> list[float]:
    """Milliseconds from request to the finished job, for `count` new edits of one picture."""
    job = http.post("/generate?wait=30", json={"model": model, "seed": 1}).json()
    latent_id = job["result"]["latent_id"]
    attribute = next(
        m["attributes"][0]["id"] for m in http.get("/models").json()["models"] if m["id"] == model
    )
    times = []
    for i in range(count + 5):
        edit = {
            "type": "attribute",
            "attribute": attribute,
            "strength": 1 + i / 1000 + time.time() % 1 / 1e6,
            "mask": {"kind": "grid", "rows": MASK},
        }
        begin = time.perf_counter()
        answer = http.post("/edit?wait=5", json={"latent_id": latent_id, "edits": [edit]}).json()
        times.append((time.perf_counter() - begin) * 1000)
        assert answer["status"] == "succeeded", answer
        assert not answer["result"]["cached"]
    return times[5:]


def time_generator(name: str, count: int) -> list[float]:
    """Milliseconds of one drawing of a spatial latent."""
    model = open_model(name)
    latent = embed(draw_latents(model, 1, torch.Generator().manual_seed(0)), "S+", model.layout)
    times = []
    for _ in range(count + 3):
        begin = time.perf_counter()
        with torch.inference_mode():
            model.render(latent)
        times.append((time.perf_counter() - begin) * 1000)
    return times[3:]


if __name__ == "__main__":
    main()
