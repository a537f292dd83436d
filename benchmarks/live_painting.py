"""From the brush to changed pixels in a real browser, through `/live`; what long painting costs.

    latentbrush serve --no-browser &
    python benchmarks/live_painting.py [--url http://127.0.0.1:8000] [--minutes 1] [--json OUT.json]

Paints circles without a pause, a stroke every few seconds. A preview is timed from the moment that
its mask was complete to the frame that shows it; frames are the page's own. Memory is the page's
live JavaScript heap, and the resident memory of every process of the server (this machine's only);
each is compared between the first and the last fifth of the time.
"""

import argparse
import contextlib
import json
import math
import os
import shutil
import statistics
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import CDPSession, Page, sync_playwright
from tqdm import tqdm

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run"]
STROKE_S = 3.0
SAMPLE_S = 10.0
LISTEN = """() => {
    window.previews = [];
    const stage = document.querySelector('.stage');
    stage.addEventListener('previewed', ({ detail }) => window.previews.push(detail));
    window.frames_ms = [];
    let last = performance.now();
    const frame = (now) => {
        window.frames_ms.push(now - last);
        last = now;
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
}"""
TAKE = "() => [window.previews.splice(0), window.frames_ms.splice(0)]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1100, "height": 760})
        page.goto(asked.url)
        page.get_by_role("button", name="Generate one").click()
        page.wait_for_selector(".editor:not(.is-busy)", timeout=60_000)
        page.wait_for_selector(".layer-picture[data-is-still=true]", state="attached")
        figures = paint(page, asked.url, asked.minutes * 60)
        browser.close()
    text = json.dumps(figures, indent=1)
    if asked.json:
        asked.json.write_text(text + "\n")
    print(text)  # noqa: T201


def paint(page: Page, url: str, seconds: float) -> dict[str, Any]:
    """Paint for so long, and what was measured."""
    devtools = page.context.new_cdp_session(page)
    page.evaluate(LISTEN)
    left, top, width, height = box_of(page)
    previews: list[dict[str, float]] = []
    frames_ms: list[float] = []

    def take() -> None:
        newest = page.evaluate(TAKE)
        previews.extend(newest[0])
        frames_ms.extend(newest[1])

    memory: list[dict[str, float]] = []
    begin = sampled = time.monotonic()
    bar = tqdm(total=round(seconds), desc="Painting", unit="s")
    stroke_end, angle = begin, 0.0
    while (now := time.monotonic()) - begin < seconds:
        if now >= stroke_end:
            page.mouse.up()
            page.mouse.move(left + 0.5 * width, top + 0.35 * height)
            page.mouse.down()
            stroke_end = now + STROKE_S
        angle += 0.25
        reach = 0.2 + 0.1 * math.sin(angle / 7)
        x, y = 0.5 + reach * math.cos(angle), 0.5 + reach * math.sin(angle)
        page.mouse.move(left + x * width, top + y * height)
        if now - sampled > SAMPLE_S or not memory:
            sampled = now
            memory.append(memory_of(devtools, url))
            take()
            bar.update(round(now - begin) - bar.n)
    page.mouse.up()
    take()
    seqs = [preview["seq"] for preview in previews]
    times_ms = [preview["ms"] for preview in previews]
    return {
        "seconds": round(seconds),
        "previews": len(previews),
        "previews_per_second": round(len(previews) / seconds, 1),
        "p50_ms": round(statistics.median(times_ms), 1),
        "p95_ms": round(statistics.quantiles(times_ms, n=20)[-1], 1),
        "frames_per_second": round(1000 / statistics.mean(frames_ms), 1),
        "frame_p95_ms": round(statistics.quantiles(frames_ms, n=20)[-1], 1),
        "stale_previews": sum(b <= a for a, b in zip(seqs, seqs[1:], strict=False)),
        "memory_growth": {name: growth([each[name] for each in memory]) for name in memory[0]},
    }


def box_of(page: Page) -> tuple[float, float, float, float]:
    """Where the picture is on the screen."""
    stage = page.locator(".stage").bounding_box()
    assert stage is not None
    box = page.locator(".layer-picture").get_attribute("data-box") or ""
    left, top, width, height = map(float, box.split())
    return stage["x"] + left, stage["y"] + top, width, height


def memory_of(devtools: CDPSession, url: str) -> dict[str, float]:
    """Megabytes in use: by the page's scripts, and by the server and each kind of its children."""
    devtools.send("HeapProfiler.collectGarbage")
    heap = devtools.send("Runtime.getHeapUsage")["usedSize"]
    found = {"page": heap / 2**20}
    table = subprocess.run(
        ["ps", "-eo", "pid,ppid,rss,args"], capture_output=True, text=True, check=True
    ).stdout.splitlines()[1:]
    rows = [line.split(maxsplit=3) for line in table]
    family = {listener_of(url)}
    for pid, parent, resident, command in rows:  # parents come first
        if int(parent) in family:
            family.add(int(pid))
        if int(pid) in family:
            found[kind_of(command)] = found.get(kind_of(command), 0) + int(resident) / 1024
    return found


def listener_of(url: str) -> int:
    """The process that listens on the url's port of this machine."""
    port = urlsplit(url).port or 80
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            with contextlib.suppress(OSError):
                command = (process / "cmdline").read_bytes().split(b"\0")
                if b"serve" in command and sockets_of(process) & listening(port):
                    return int(process.name)
    raise SystemExit(f"no server on port {port} of this machine")


def sockets_of(process: Path) -> set[str]:
    """The inodes of a process's sockets."""
    links = [os.readlink(link) for link in (process / "fd").iterdir()]
    return {link[8:-1] for link in links if link.startswith("socket:[")}


def listening(port: int) -> set[str]:
    """The inodes of the sockets that listen on a port."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {row[9] for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "0A"}


def kind_of(command: str) -> str:
    """What a process of the server is."""
    if "worker" in command:
        return "workers"
    return "broker" if "valkey" in command else "server"


def growth(values: list[float]) -> float:
    """The mean of the last fifth over that of the first, after the first moments."""
    fifth = max(1, len(values) // 5)
    return round(statistics.mean(values[-fifth:]) / statistics.mean(values[:fifth]), 3)


if __name__ == "__main__":
    main()
