"""From opening a land to a full screen of it, and from the end of a stroke to its painted tiles.

    latentbrush serve --no-browser &
    python benchmarks/land_map.py [--url http://127.0.0.1:8000] [--model planet] [--count 3]
        [--json OUT.json]

Every land is another one, so that nothing is known to the server. The window shows 12 tiles of 256
px, all or in part.
"""

import argparse
import json
import shutil
import statistics
import sys
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from tqdm import trange

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run"]
SIZE: ViewportSize = {"width": 1180, "height": 760}
FULL = """() => document.querySelectorAll('.leaflet-tile').length > 0
    && !document.querySelector('.leaflet-tile:not(.leaflet-tile-loaded)')
    && document.querySelector('.land-status').textContent === ''
    && !document.querySelector('.land-trace')"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--model", default="planet")
    parser.add_argument("--count", type=int, default=3)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        one_land(browser, asked.url, asked.model, 0)  # the worker loads the model
        found = [one_land(browser, asked.url, asked.model, 1 + k) for k in trange(asked.count)]
        browser.close()
    figures = {
        "tiles": found[0][0],
        "first_screen_s": round(statistics.median(screen for _, screen, _ in found), 2),
        "stroke_s": round(statistics.median(stroke for _, _, stroke in found), 2),
    }
    sys.stdout.write(json.dumps(figures) + "\n")
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=2) + "\n")


def one_land(browser: Browser, url: str, model: str, k: int) -> tuple[int, float, float]:
    """Tiles of the first screen, seconds until they are there, and until a stroke is."""
    page = browser.new_page(viewport=SIZE)
    seed = (time.time_ns() + k) % 2**31
    made = page.request.post(f"{url}/lands", data={"model": model, "seed": seed}).json()
    begun_s = time.perf_counter()
    page.goto(f"{url}/land#{made['land_id']}")
    page.wait_for_function(FULL, timeout=120_000, polling=20)
    screen_s = time.perf_counter() - begun_s
    tiles = page.locator(".leaflet-tile-loaded").count()
    page.get_by_text("Paint", exact=True).click()
    begun_s = paint(page)
    page.wait_for_selector(".land-edit")
    page.wait_for_function(FULL, timeout=120_000, polling=20)
    stroke_s = time.perf_counter() - begun_s
    page.close()
    return tiles, screen_s, stroke_s


def paint(page: Page) -> float:
    """A stroke of a hand's width in the middle; when it ended."""
    box = page.locator(".land-room").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 90, y + 20, steps=8)
    page.mouse.up()
    return time.perf_counter()


if __name__ == "__main__":
    main()
