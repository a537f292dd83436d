"""axe-core finds nothing to complain about in any main state, in light and dark."""

from pathlib import Path

import pytest

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"


def audit(page):
    """What axe-core finds: rule and places."""
    page.wait_for_timeout(400)  # fades are contrast, too
    page.evaluate(AXE.read_text())
    found = page.evaluate(f"() => axe.run({{ runOnly: {RULES} }})")
    return [
        f"{rule['id']}: {' '.join(node['target'][0] for node in rule['nodes'])}"
        for rule in found["violations"]
    ]


@pytest.fixture(params=["light", "dark"])
def anyone(new_page, drive, request):
    page = new_page(color_scheme=request.param)
    driver = drive(page)
    driver.open_start()
    return driver


def test_the_start(anyone):
    assert audit(anyone.page) == []


def test_the_crop(anyone, picture_file):
    anyone.upload(picture_file(300, 200))
    anyone.wait_for_phase("crop")
    assert audit(anyone.page) == []


def test_the_editor_and_its_dialogs(anyone):
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


def test_the_land(anyone):
    anyone.page.goto(f"{anyone.live_url}/land")
    anyone.page.get_by_text("Forest", exact=True).wait_for()
    assert audit(anyone.page) == []
