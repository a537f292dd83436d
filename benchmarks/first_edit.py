"""From opening the page to a painted, downloaded edit of one's own picture: actions and seconds.

    latentbrush serve --no-browser &
    python benchmarks/first_edit.py [--url http://127.0.0.1:8000] [--count 3] [--json OUT.json]

The picture is a photo's size and shape, so one of the actions is to accept the crop. Each time the
picture is another one, so that nothing is known to the server.
"""

import argparse
import io
import json
import shutil
import statistics
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, FilePayload, sync_playwright
from tqdm import trange

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run"]
SIZE = (1200, 900)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--count", type=int, default=3)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        found = [first_edit(browser, asked.url, seed) for seed in trange(asked.count)]
        browser.close()
    actions = found[0][0]
    figures = {"actions": actions, "seconds": round(statistics.median(s for _, s in found), 1)}
    sys.stdout.write(json.dumps(figures) + "\n")
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=2) + "\n")


def first_edit(browser: Browser, url: str, seed: int) -> tuple[int, float]:
    """Do it once, as somebody who was there before; actions and seconds."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.add_init_script("localStorage.setItem('latentbrush.tourSeen', 'true')")
    begun_s = time.perf_counter()
    page.goto(url)
    page.wait_for_selector(".sample-new:not(:disabled)")
    actions = 1
    page.set_input_files("body > input[type=file]", photo(seed))  # choosing or dropping it
    page.wait_for_selector("html[data-phase=crop]")
    actions += 1
    page.get_by_role("button", name="Encode this part").click()
    page.wait_for_selector("html[data-phase=editor]", timeout=120_000)
    actions += 1
    box = page.locator(".stage").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.45 * box["width"], box["y"] + 0.4 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.55 * box["width"], box["y"] + 0.4 * box["height"], steps=8)
    page.mouse.up()
    actions += 1
    page.get_by_role("button", name="Download", exact=True).click()
    actions += 1
    with page.expect_download() as download:
        page.get_by_role("button", name="Save picture").click()
    download.value.path()
    seconds = time.perf_counter() - begun_s
    page.close()
    return actions, seconds


def photo(seed: int) -> FilePayload:
    """A picture of smooth colours, as a file is chosen."""
    coarse = np.random.default_rng(seed).integers(30, 226, (6, 8, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(coarse).resize(SIZE, Image.Resampling.BICUBIC).save(file, "JPEG")
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


if __name__ == "__main__":
    main()
