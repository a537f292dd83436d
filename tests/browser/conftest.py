"""The page in a real browser against a real server.

LATENTBRUSH_TEST_URL points the tests at a server that runs already.
"""

import io
import os
from collections.abc import Iterator
from typing import Unpack

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    FilePayload,
    Page,
    sync_playwright,
)

from tests.browser.driver import Drive, Driver, NewPage, PageOptions, PictureFile
from tests.browser.served import ServeFolder, free_port, launch_chromium, serving

THE_BROWSERS_OWN = ("Failed to load resource", "WebSocket connection to")  # not errors of the page


@pytest.fixture(scope="session")
def live_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running server, without a slash at the end."""
    if given := os.environ.get("LATENTBRUSH_TEST_URL"):
        yield given.rstrip("/")
        return
    with serving(tmp_path_factory.mktemp("serve")) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """Make pages with options of their own; a script error on any of them fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def note(said: ConsoleMessage) -> None:
        if said.type == "error" and not said.text.startswith(THE_BROWSERS_OWN):
            errors.append(said.text)

    def make(**options: Unpack[PageOptions]) -> Page:
        options.setdefault("viewport", {"width": 1100, "height": 760})
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", note)
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A page of the usual size, not opened yet."""
    return new_page()


@pytest.fixture
def editor(page: Page, live_url: str) -> Driver:
    """The editor on a freshly generated picture."""
    driver = Driver(page, live_url)
    driver.open_start()
    driver.generate()
    return driver


@pytest.fixture
def drive(live_url: str) -> Drive:
    """Make a driver for a page, of another server if need be."""
    return lambda page, url=live_url: Driver(page, url)


@pytest.fixture
def start(page: Page, drive: Drive) -> Driver:
    """The start screen, to open a picture from."""
    driver = drive(page)
    driver.open_start()
    return driver


@pytest.fixture
def port() -> int:
    """A port for a server that is started twice."""
    return free_port()


@pytest.fixture(scope="session")
def serve_folder() -> ServeFolder:
    """Serve a data folder of a test's own: a context that gives the address."""
    return serving


@pytest.fixture
def picture_file() -> PictureFile:
    """Make a picture as set_input_files takes it: smooth colours, so that any change shows."""

    def make(width: int, height: int, name: str = "picture.png") -> FilePayload:
        y, x = np.mgrid[0:height, 0:width]
        planes = [x / width * 200 + 30, y / height * 200 + 30, (x + y) / (width + height) * 255]
        pixels = np.stack(planes, axis=-1).astype(np.uint8)
        data = io.BytesIO()
        Image.fromarray(pixels).save(data, "PNG")
        return {"name": name, "mimeType": "image/png", "buffer": data.getvalue()}

    return make
