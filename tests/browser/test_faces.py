"""From a picture of people to the square of one of them."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.driver import Driver
from tests.fakes import people


@pytest.fixture(scope="module")
def two_people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    picture = people.two_people()
    path = tmp_path_factory.mktemp("people") / "two.png"
    Image.fromarray(picture).save(path)
    return path


def test_a_face_is_outlined_chosen_and_put_back(start: Driver, two_people: Path) -> None:
    page = start.page
    page.locator(".start").get_by_text("Fast", exact=True).click()
    start.upload(two_people)
    start.wait_for_phase("crop")
    faces = page.locator(".face")
    expect(faces).to_have_count(2)
    expect(page.locator(".crop-hint")).to_contain_text("2 faces were found")
    page.get_by_role("button", name="Edit this face 2").click()
    start.wait_for_editor()
    height, width, _ = start.shown_image().shape
    assert height == width, "a square"
    page.locator(".panel").get_by_role("button", name="Whole picture").click()
    start.wait_until_saved()
    page.reload()
    start.wait_for_editor()
    expect(page.locator(".edit")).to_have_count(1)
    assert start.shown_image().shape == (height, width, 3)
    page.locator(".fit, .status-fit").first.wait_for(state="attached")
    page.get_by_role("button", name="Choose the crop again").click()
    start.wait_for_phase("crop")
    expect(faces).to_have_count(2)


def test_a_drawn_portrait_needs_no_choice(start: Driver, tmp_path: Path) -> None:
    path = tmp_path / "person.png"
    Image.fromarray(people.person()).save(path)
    start.page.locator(".start").get_by_text("Fast", exact=True).click()
    start.upload(path)
    start.wait_for_editor()
    assert start.shown_image().shape == (256, 256, 3)


def test_land_has_no_faces_to_look_for(start: Driver, two_people: Path) -> None:
    asked = []
    start.page.on("request", lambda r: asked.append(r.url) if "/faces" in r.url else None)
    start.page.locator(".model").filter(has_text="Drawn land").click()
    start.upload(two_people)
    start.wait_for_phase("crop")
    expect(start.page.locator(".face")).to_have_count(0)
    assert asked == []


def test_of_several_pictures_the_faces_become_sessions(
    start: Driver, two_people: Path, tmp_path: Path
) -> None:
    plain = tmp_path / "grey.png"
    Image.new("RGB", (90, 60), (90, 90, 90)).save(plain)
    start.page.locator(".start").get_by_text("Fast", exact=True).click()
    start.upload([two_people, plain])
    sessions = start.page.get_by_role("region", name="Your sessions")
    sessions.get_by_role("button", name="two", exact=False).first.wait_for(timeout=60_000)
    found = start.page.evaluate("fetch('sessions').then((answer) => answer.json())")["sessions"]
    quads = {}
    for each in found:
        path = f"sessions/{each['session_id']}"
        kept = start.page.evaluate("(path) => fetch(path).then((answer) => answer.json())", path)
        quads[each["name"]] = kept["latent"]["quad"]
    assert quads["two"] is not None
    assert quads["grey"] is None
