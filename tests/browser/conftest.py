"""The page in a real browser against a real server.

LATENTBRUSH_TEST_URL points the tests at a server that runs already.
"""

import base64
import contextlib
import io
import json
import math
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright import sync_api

THE_BROWSERS_OWN = ("Failed to load resource", "WebSocket connection to")  # not errors of the page
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = (
    "--no-sandbox --disable-gpu --disable-background-networking "
    "--disable-component-update --no-first-run "
    "--use-fake-device-for-media-stream --use-fake-ui-for-media-stream"  # a camera for the tests
).split()
READY_TIMEOUT_S = 120
ENCODE_TIMEOUT_MS = 120_000
ROOT = Path(__file__).resolve().parents[2]


def wait_until_ready(url, process):
    """Wait for GET /health to say ready; fail with the server's own words when it ends first."""
    deadline = time.monotonic() + READY_TIMEOUT_S
    answer = "no answer"
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the server ended with {process.returncode} before it was ready")
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5) as response:
                answer = json.load(response)
            if answer["status"] == "ready":
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
            answer = error
        time.sleep(0.3)
    pytest.fail(f"the server was not ready within {READY_TIMEOUT_S} s; last: {answer}")


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def serving(folder, port=None):
    """Start the product as its user would; gives its address, without a slash at the end."""
    port = port or free_port()
    command = [sys.executable, "-m", "cli.main", "serve", "--port", str(port)]
    command += ["--data-dir", str(folder / "data"), "--no-browser"]
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_until_ready(f"http://127.0.0.1:{port}", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="session")
def live_url(tmp_path_factory):
    """The address of a running server, without a slash at the end."""
    if given := os.environ.get("LATENTBRUSH_TEST_URL"):
        yield given.rstrip("/")
        return
    with serving(tmp_path_factory.mktemp("serve")) as url:
        yield url


def launch_chromium(playwright):
    """The system's Chromium, else the one that playwright installed."""
    found = [path for name in CHROMIUM_NAMES if (path := shutil.which(name))]
    path = found[0] if found else playwright.chromium.executable_path
    if not Path(path).exists():
        raise FileNotFoundError("no Chromium here: run scripts/ensure-browser")
    return playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests."""
    with sync_api.sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser):
    """Make pages with options of their own; a script error on any of them fails the test."""
    contexts, errors = [], []

    def make(**options):
        options.setdefault("viewport", {"width": 1100, "height": 760})
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda said: (
                errors.append(said.text)
                if said.type == "error" and not said.text.startswith(THE_BROWSERS_OWN)
                else None
            ),
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def page(new_page):
    """A page of the usual size, not opened yet."""
    return new_page()


@pytest.fixture
def editor(page, live_url):
    """The editor on a freshly generated picture."""
    driver = Driver(page, live_url)
    driver.open_start()
    driver.generate()
    return driver


@pytest.fixture
def drive(live_url):
    """Make a driver for a page, of another server if need be."""
    return lambda page, url=live_url: Driver(page, url)


@pytest.fixture
def start(page, drive):
    """The start screen, to open a picture from."""
    driver = drive(page)
    driver.open_start()
    return driver


@pytest.fixture
def port():
    """A port for a server that is started twice."""
    return free_port()


@pytest.fixture(scope="session")
def serve_folder():
    """Serve a data folder of a test's own: a context that gives the address."""
    return serving


@pytest.fixture
def picture_file():
    """Make a picture as set_input_files takes it: smooth colours, so that any change shows."""

    def make(width, height, name="picture.png"):
        y, x = np.mgrid[0:height, 0:width]
        planes = [x / width * 200 + 30, y / height * 200 + 30, (x + y) / (width + height) * 255]
        pixels = np.stack(planes, axis=-1).astype(np.uint8)
        data = io.BytesIO()
        Image.fromarray(pixels).save(data, "PNG")
        return {"name": name, "mimeType": "image/png", "buffer": data.getvalue()}

    return make


class Driver:
    """What a person does with the page. Places are fractions of the picture's width and height."""

    def __init__(self, page, live_url):
        self.page = page
        page.add_init_script(
            "localStorage.setItem('latentbrush.tourSeen', 'true')"
        )  # not their first time
        self.live_url = live_url

    def open_start(self):
        """Go to the start and wait for the models; encode fast, so that a test takes seconds."""
        self.page.goto(self.live_url + "/")
        self.page.wait_for_selector(".sample-new:not(:disabled)")
        self.page.locator(".start").get_by_text("Fast", exact=True).click()

    def generate(self):
        self.page.get_by_role("button", name="Generate one").click()
        self.wait_for_editor()

    def upload(self, file):
        self.page.set_input_files("body > input[type=file]", file)

    def open_sample(self, name="Ada"):
        """A picture whose cells differ; those of a generated one are all the same."""
        samples = self.page.locator(".gallery:not(.sessions)")
        samples.get_by_role("button", name=name).click()
        self.wait_for_editor()

    def wait_for_phase(self, phase):
        self.page.wait_for_selector(f"html[data-phase={phase}]", timeout=ENCODE_TIMEOUT_MS)

    def wait_for_editor(self):
        self.wait_for_phase("editor")
        self.settle()

    def settle(self):
        """Wait until the shown picture is the one of the edit list, and has stopped fading."""
        self.page.wait_for_selector(".editor:not(.is-busy)", timeout=ENCODE_TIMEOUT_MS)
        self.page.wait_for_selector(".layer-picture[data-is-still=true]", state="attached")

    def at(self, x, y):
        """The client position of a place on the picture."""
        box = self.page.locator(".layer-picture").get_attribute("data-box")
        left, top, width, height = map(float, box.split())
        stage = self.page.locator(".stage").bounding_box()
        return stage["x"] + left + x * width, stage["y"] + top + y * height

    def press(self, *places, button="left"):
        """Press and move, without letting go."""
        self.page.mouse.move(*self.at(*places[0]))
        self.page.mouse.down(button=button)
        for place in places[1:]:
            self.page.mouse.move(*self.at(*place), steps=6)

    def stroke(self, *places, button="left"):
        self.press(*places, button=button)
        self.page.mouse.up(button=button)
        self.settle()
        self.page.mouse.move(5, 400)

    def set_slider(self, label, value):
        """Type a slider's number."""
        field = self.page.get_by_label(label, exact=True)
        field.fill(str(value))
        field.press("Enter")
        self.settle()

    def strong(self):
        """As much of the attribute as there is, so that the change shows on any model."""
        amount = self.page.get_by_label("Amount, σ", exact=True)
        self.set_slider("Amount, σ", amount.get_attribute("max"))

    def canvas(self):
        """The picture as the canvas shows it, as int pixels."""
        picture = self.page.locator(".layer-picture")
        left, top, width, height = map(float, picture.get_attribute("data-box").split())
        url = picture.evaluate("(canvas) => canvas.toDataURL()")
        data = io.BytesIO(base64.b64decode(url.split(",")[1]))
        pixels = np.asarray(Image.open(data).convert("RGB")).astype(int)
        rows = slice(math.ceil(top), math.floor(top + height))
        return pixels[rows, math.ceil(left) : math.floor(left + width)]

    def overlay_sum(self):
        """How much is drawn over the picture."""
        return self.page.evaluate(
            """() => {
                const canvas = document.querySelector('.layer-overlay');
                const context = canvas.getContext('2d');
                const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
                let sum = 0;
                for (let i = 3; i < data.length; i += 4) sum += data[i];
                return sum;
            }"""
        )

    def shown_image(self):
        """The shown picture as the API has it, as int pixels."""
        image_id = self.page.locator(".layer-picture").get_attribute("data-image-id")
        response = self.page.request.get(f"{self.live_url}/images/{image_id}")
        assert response.ok
        return np.asarray(Image.open(io.BytesIO(response.body())).convert("RGB")).astype(int)

    def edit_rows(self):
        return self.page.locator(".edit")

    def status(self):
        return self.page.locator(".status-text").inner_text()

    def wait_until_saved(self):
        """Wait until the server has the session; its id."""
        sync_api.expect(self.page.locator(".saving")).to_have_text("Saved", timeout=20_000)
        return self.page.evaluate(
            "() => new URLSearchParams(location.hash.slice(1)).get('session')"
        )

    def wait_until_kept(self, name):
        """Give the session a name, and wait until the server has it."""
        field = self.page.get_by_label("Name of this session")
        field.fill(name)
        field.press("Enter")
        self.wait_until_saved()

    def saved(self):
        """The kept session as the API takes it."""
        self.wait_until_saved()
        before, copy = None, self._copy()
        while copy != before:  # the browser's copy is written when the hand rests
            self.page.wait_for_timeout(300)
            before, copy = copy, self._copy()
        return copy

    def _copy(self):
        return self.page.evaluate(
            """() => {
                const address = new URLSearchParams(location.hash.slice(1));
                const id = address.get('session') ?? address.get('latent');
                return JSON.parse(localStorage.getItem('latentbrush.session.' + id))?.wire;
            }"""
        )

    def painted(self, edit=None):
        """The mask of an edit, of the only one if none is named, as numbers from 0 to 1."""
        if edit is None:
            (edit,) = self.saved()["edits"]
        mask = edit["mask"]
        assert mask["kind"] == "stored", "a settled mask was sent once and goes by its id"
        file = self.page.request.get(f"{self.live_url}/masks/{mask['mask_id']}").body()
        with Image.open(io.BytesIO(file)) as image:
            assert image.mode == "L"
            return np.asarray(image) / 255
