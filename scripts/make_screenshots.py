"""Screenshots of the page for README and docs: a real server, a real picture, painted strokes."""

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import Driver, launch_chromium, serving

OUT = Path(__file__).resolve().parent.parent / "docs" / "pictures"
PERSON = "Ada"
STROKES = (  # attribute, amount, places as fractions of the picture
    ("Lighter hair", 3.0, ((0.36, 0.22), (0.5, 0.14), (0.64, 0.22))),
    ("Beard", 3.0, ((0.4, 0.68), (0.5, 0.74), (0.6, 0.68))),
    ("Lighter clothing", 3.0, ((0.2, 0.93), (0.5, 0.9), (0.8, 0.93))),
)


def main() -> None:
    """Start a server, use the page, and take its pictures."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        with serving(Path(folder)) as url:
            browser = launch_chromium(playwright)
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            driver = Driver(page, url)
            page.goto(url)
            page.wait_for_selector(".sample-new:not(:disabled)")
            page.get_by_role("button", name=PERSON).click()
            driver.wait_for_editor()
            for attribute, amount, places in STROKES:
                paint(driver, attribute, amount, places)
            page.screenshot(path=OUT / "page-editor.png")
            page.emulate_media(color_scheme="dark")
            page.keyboard.press("h")
            driver.settle()
            page.wait_for_timeout(1500)
            page.screenshot(path=OUT / "page-heat-dark.png")
            browser.close()


def paint(
    driver: Driver, attribute: str, amount: float, places: tuple[tuple[float, float], ...]
) -> None:
    """Choose an attribute and paint it."""
    driver.page.locator(".attribute-list").get_by_text(attribute, exact=True).click()
    driver.set_slider("Amount, σ", amount)
    driver.stroke(*places)


if __name__ == "__main__":
    main()
