"""From the start to a downloaded edit without a pointer."""

import io

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.driver import Drive

MAX_TABS = 80
WHO_HAS_FOCUS = """() => {
    const { activeElement: on } = document;
    return on.getAttribute('aria-label') || on.textContent.trim() || on.getAttribute('value') || '';
}"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until something of that name has the focus."""
    for _ in range(MAX_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(WHO_HAS_FOCUS).startswith(name):
            return
    raise AssertionError(f"Tab does not come to {name}")


def test_the_whole_way_by_keyboard(page: Page, drive: Drive) -> None:
    driver = drive(page)
    driver.open_start()
    page.evaluate("() => document.activeElement.blur()")
    tab_to(page, "Noor")
    page.keyboard.press("Enter")
    driver.wait_for_editor()
    before = driver.shown_image()

    page.keyboard.press("/")
    page.keyboard.type("blush")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator(".attribute:not([hidden]) input")).to_be_checked()
    tab_to(page, "Picture. Arrow keys")
    for key in ("ArrowLeft", "ArrowLeft", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    driver.settle()
    assert driver.edit_rows().count() == 1
    assert (driver.shown_image() != before).any()
    page.keyboard.press("Control+z")
    driver.settle()
    assert (driver.shown_image() == before).all()
    page.keyboard.press("Control+y")
    driver.settle()

    page.keyboard.press("Control+s")
    tab_to(page, "Save picture")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    data = download.value.path().read_bytes()
    saved = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    assert (saved == driver.shown_image()).all()
