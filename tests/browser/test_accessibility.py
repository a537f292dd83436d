"""axe-core finds nothing to complain about in any main state, in light and dark."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.driver import Drive, Driver, NewPage, PictureFile

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"


def audit(page: Page) -> list[str]:
    """What axe-core finds: rule and places."""
    page.wait_for_timeout(400)  # fades are contrast, too
    page.evaluate(AXE.read_text())
    found = page.evaluate(f"() => axe.run({{ runOnly: {RULES} }})")
    return [
        f"{rule['id']}: {' '.join(node['target'][0] for node in rule['nodes'])}"
        for rule in found["violations"]
    ]


@pytest.fixture(params=["light", "dark"])
def anyone(new_page: NewPage, drive: Drive, request: pytest.FixtureRequest) -> Driver:
    page = new_page(color_scheme=request.param)
    driver = drive(page)
    driver.open_start()
    return driver


def test_the_start(anyone: Driver) -> None:
    assert audit(anyone.page) == []


def test_the_start_with_sessions(anyone: Driver) -> None:
    anyone.generate()
    anyone.wait_until_kept("Audited")
    anyone.open_start()
    anyone.page.get_by_role("region", name="Your sessions").wait_for()
    assert audit(anyone.page) == []


def test_cloning_new_content_and_history(anyone: Driver) -> None:
    page = anyone.page
    anyone.open_sample()
    kinds = page.locator(".kinds")
    kinds.get_by_text("Clone", exact=True).click()
    page.locator(".clone-picture").click()
    anyone.stroke((0.5, 0.2))
    assert audit(page) == []
    kinds.get_by_text("New content", exact=True).click()
    anyone.stroke((0.6, 0.3))
    page.get_by_role("button", name="Seeds to choose from").click()
    page.locator(".variant").nth(5).wait_for()
    assert audit(page) == []
    page.get_by_role("button", name="History and snapshots").click()
    page.get_by_role("button", name="Keep a snapshot").click()
    assert audit(page) == []


def test_the_first_steps_and_a_key_that_waits(anyone: Driver) -> None:
    page = anyone.page
    anyone.generate()
    page.keyboard.press("?")
    page.get_by_role("button", name="Key of Eraser").click()
    assert audit(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Show the first steps").click()
    assert audit(page) == []


def test_the_camera(anyone: Driver) -> None:
    anyone.page.get_by_role("button", name="Take a picture").click()
    assert audit(anyone.page) == []


def test_the_crop(anyone: Driver, picture_file: PictureFile) -> None:
    anyone.upload(picture_file(300, 200))
    anyone.wait_for_phase("crop")
    assert audit(anyone.page) == []


def test_the_keyboard_is_on_the_picture_once_it_is_there(anyone: Driver) -> None:
    page = anyone.page
    anyone.open_start()
    page.get_by_role("button", name="Generate one").focus()
    page.keyboard.press("Enter")
    anyone.wait_for_editor()
    assert page.evaluate("document.activeElement.className") == "stage"


def test_the_editor_and_its_dialogs(anyone: Driver) -> None:
    page = anyone.page
    anyone.generate()
    assert audit(page) == []
    anyone.stroke((0.4, 0.4), (0.6, 0.4))
    assert audit(page) == []
    for key in "ccc":
        page.keyboard.press(key)
        assert audit(page) == []
    page.keyboard.press("c")
    page.get_by_role("button", name="More for this edit").click()
    assert audit(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert audit(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Download").click()
    assert audit(page) == []
    page.keyboard.press("Escape")


def test_the_land(anyone: Driver) -> None:
    anyone.page.goto(f"{anyone.live_url}/land")
    anyone.page.get_by_text("Forest", exact=True).wait_for()
    assert audit(anyone.page) == []
