"""Screenshots of the page for README and docs: a real server, a real picture, painted strokes."""

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, ViewportSize, expect, sync_playwright

from tests.browser.driver import Driver
from tests.browser.served import launch_chromium, serving
from tests.fakes import people

OUT = Path(__file__).resolve().parent.parent / "docs" / "pictures"
SAMPLES = OUT.parent.parent / "frontend" / "samples"
PERSON = "Ada"
WINDOW: ViewportSize = {"width": 1280, "height": 800}
LAND_SEED = 4
LAND_STROKES = (
    ("Water", ((0.2, 0.3), (0.3, 0.35))),
    ("Forest", ((0.6, 0.25), (0.75, 0.3), (0.7, 0.45))),
)
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
            page = browser.new_page(viewport=WINDOW)
            driver = Driver(page, url)
            page.goto(url)
            page.wait_for_selector(".sample-new:not(:disabled)")
            driver.open_sample(PERSON)
            for attribute, amount, places in STROKES:
                paint(driver, attribute, amount, places)
            page.screenshot(path=OUT / "page-editor.png")
            page.get_by_role("button", name="Compare with a slider").click()
            page.wait_for_timeout(300)
            page.screenshot(path=OUT / "page-compare.png")
            page.get_by_role("button", name="Compare with a slider").click()
            page.emulate_media(color_scheme="dark")
            page.keyboard.press("h")
            driver.settle()
            page.wait_for_timeout(1500)
            page.screenshot(path=OUT / "page-heat-dark.png")
            take_tools(browser, url)
            take_stranger(browser, url)
            take_faces(browser, url)
            take_land(browser.new_page(viewport=WINDOW), url)
            browser.close()


def take_tools(browser: Browser, url: str) -> None:
    """The start with sessions, cloning, new content, history, a phone."""
    page = browser.new_page(viewport=WINDOW)
    driver = Driver(page, url)
    page.goto(url)
    page.wait_for_selector(".sample-new:not(:disabled)")
    driver.open_sample("Kim")
    driver.wait_until_kept("Kim in the garden")
    page.goto(url)
    page.wait_for_selector(".sample-new:not(:disabled)")
    page.wait_for_timeout(1200)
    save(page, "page-start")

    driver.open_sample(PERSON)
    page.locator(".kinds").get_by_text("Clone", exact=True).click()
    sources = page.get_by_role("group", name="Copy from")
    sources.get_by_role("button", name="Kim in the garden").first.click()
    expect(page.locator(".status-text")).to_contain_text("Cloning from")
    source = page.locator(".clone-picture")
    box = source.bounding_box()
    assert box is not None
    source.click(position={"x": 0.5 * box["width"], "y": 0.3 * box["height"]})
    driver.set_slider("Size, %", 34)
    driver.stroke((0.5, 0.3), (0.4, 0.24), (0.5, 0.16), (0.62, 0.24), (0.5, 0.3))
    save(page, "page-clone")

    page.locator(".kinds").get_by_text("New content", exact=True).click()
    driver.stroke((0.3, 0.9), (0.7, 0.9))
    page.get_by_role("button", name="Seeds to choose from").click()
    choices = page.get_by_role("group", name="Seeds to choose from").get_by_role("button")
    expect(choices).to_have_count(6, timeout=30_000)
    choices.nth(1).click()
    driver.settle()
    save(page, "page-fresh")

    page.get_by_role("button", name="History and snapshots").click()
    page.get_by_label("Name of the snapshot").fill("Hat and jumper")
    page.get_by_role("button", name="Keep a snapshot").click()
    page.wait_for_timeout(800)
    save(page, "page-history")

    phone = browser.new_page(viewport={"width": 390, "height": 780}, has_touch=True)
    small = Driver(phone, url)
    phone.goto(url)
    phone.wait_for_selector(".sample-new:not(:disabled)")
    small.open_sample(PERSON)
    small.strong()
    small.stroke((0.4, 0.2), (0.6, 0.2))
    save(phone, "page-phone")


def take_stranger(browser: Browser, url: str) -> None:
    """Land, opened with the model of people."""
    page = browser.new_page(viewport=WINDOW)
    driver = Driver(page, url)
    page.goto(url)
    page.wait_for_selector(".sample-new:not(:disabled)")
    driver.upload(SAMPLES / "coast.png")
    page.get_by_role("button", name="Encode this part").click()
    driver.wait_for_editor()
    page.wait_for_timeout(800)
    save(page, "page-stranger")


def take_faces(browser: Browser, url: str) -> None:
    """Two people in one picture."""
    page = browser.new_page(viewport=WINDOW)
    Driver(page, url)  # who has seen the tour
    page.goto(url)
    page.wait_for_selector(".sample-new:not(:disabled)")
    picture = io.BytesIO()
    Image.fromarray(people.two_people()).save(picture, "PNG")
    file = FilePayload(name="two.png", mimeType="image/png", buffer=picture.getvalue())
    page.set_input_files("body > input[type=file]", file)
    expect(page.locator(".face")).to_have_count(2, timeout=30_000)
    save(page, "page-faces")


def save(page: Page, name: str) -> None:
    """A picture of the window, as WebP: a fifth of the PNG."""
    with Image.open(io.BytesIO(page.screenshot())) as shot:
        shot.save(OUT / f"{name}.webp", quality=88)


def take_land(page: Page, url: str) -> None:
    """The map, with a stroke of forest and a lake."""
    made = page.request.post(f"{url}/lands", data={"model": "aerial", "seed": LAND_SEED}).json()
    page.goto(f"{url}/land#{made['land_id']}/8/450/350")
    page.locator(".leaflet-tile-loaded").first.wait_for(timeout=60_000)
    expect(page.locator(".land-status")).to_have_text("", timeout=60_000)
    room = page.locator(".land-room").bounding_box()
    assert room is not None
    for attribute, places in LAND_STROKES:
        page.locator(".attribute-list").get_by_text(attribute, exact=True).click()
        before = page.locator(".land-edit").count()
        for k, (x, y) in enumerate(places):
            page.mouse.move(room["x"] + x * room["width"], room["y"] + y * room["height"], steps=8)
            if k == 0:
                page.mouse.down()
        page.mouse.up()
        expect(page.locator(".land-edit")).to_have_count(before + 1)
    page.wait_for_timeout(500)
    expect(page.locator(".land-status")).to_have_text("", timeout=60_000)
    save(page, "page-land")


def paint(
    driver: Driver, attribute: str, amount: float, places: tuple[tuple[float, float], ...]
) -> None:
    """Choose an attribute and paint it."""
    driver.page.locator(".attribute-list").get_by_text(attribute, exact=True).click()
    driver.set_slider("Amount, σ", amount)
    driver.stroke(*places)


if __name__ == "__main__":
    main()
