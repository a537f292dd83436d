"""Several faces of a picture in one session, turned squares, and parts that are chosen anew."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.driver import Driver, PictureFile, Pixels, Wire, box_of
from tests.fakes import people


@pytest.fixture(scope="module")
def two_people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("people") / "two.png"
    Image.fromarray(people.two_people()).save(path)
    return path


@pytest.fixture
def two_faces(start: Driver, two_people: Path) -> Driver:
    """The editor on both faces of a picture; the first one is open."""
    start.page.locator(".start").get_by_text("Fast", exact=True).click()
    start.upload(two_people)
    start.wait_for_phase("crop")
    start.page.get_by_role("button", name="Edit all 2 faces").click()
    start.wait_for_editor()
    return start


def paint_all(driver: Driver, attribute: str) -> None:
    driver.page.locator(".attribute").filter(has_text=attribute).first.click()
    driver.page.locator(".panel").get_by_role("button", name="Whole picture").click()
    driver.settle()


def part(driver: Driver, number: int) -> None:
    driver.page.get_by_role("button", name=f"Part {number}").click()
    driver.settle()


def whole_picture(driver: Driver, session_id: str) -> tuple[Pixels, Wire]:
    """All that is painted, in the whole picture, as the server draws the kept session."""
    request = driver.page.request
    kept = request.get(f"{driver.live_url}/sessions/{session_id}").json()
    body = {name: kept[name] for name in ("latent_id", "edits", "others")}
    answer = request.post(
        f"{driver.live_url}/edit?wait=20", data=body | {"output": {"frame": "full"}}
    )
    image = request.get(f"{driver.live_url}/images/{answer.json()['result']['image_id']}")
    return np.asarray(Image.open(io.BytesIO(image.body())).convert("RGB")).astype(int), kept


def test_each_face_has_its_own_edits_and_undo(two_faces: Driver, two_people: Path) -> None:
    page = two_faces.page
    expect(page.locator(".part")).to_have_count(2)
    paint_all(two_faces, "Hat")
    part(two_faces, 2)
    expect(two_faces.edit_rows()).to_have_count(0)
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_disabled()
    paint_all(two_faces, "Glasses")
    paint_all(two_faces, "Smile")
    page.keyboard.press("Control+z")
    expect(two_faces.edit_rows()).to_have_count(1)
    part(two_faces, 1)
    expect(two_faces.edit_rows()).to_have_count(1)
    session_id = two_faces.wait_until_saved()
    painted, kept = whole_picture(two_faces, session_id)
    assert [len(kept["edits"]), len(kept["others"][0]["edits"])] == [1, 1]
    original = np.asarray(Image.open(two_people).convert("RGB")).astype(int)
    changed = np.abs(painted - original).max(axis=2) > 25
    half = changed.shape[1] // 2
    assert changed[:, :half].sum() > 400 and changed[:, half:].sum() > 400

    page.reload()
    two_faces.wait_for_editor()
    expect(page.locator(".part")).to_have_count(2)
    part(two_faces, 2)
    expect(two_faces.edit_rows()).to_have_count(1)
    page.keyboard.press("Control+y")
    expect(two_faces.edit_rows()).to_have_count(2)
    page.get_by_role("button", name="See all of the picture").click()
    expect(page.get_by_alt_text("The whole picture")).to_have_js_property("complete", True)
    page.keyboard.press("Escape")
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator(".parts-list li").nth(1).hover()
    page.get_by_role("button", name="Remove this part").click()
    expect(page.locator(".part")).to_have_count(1)
    expect(two_faces.edit_rows()).to_have_count(1)
    two_faces.wait_until_saved()
    _, kept = whole_picture(two_faces, session_id)
    assert kept["others"] == []


def test_a_snapshot_brings_back_all_parts(two_faces: Driver) -> None:
    page = two_faces.page
    paint_all(two_faces, "Hat")
    page.get_by_role("button", name="History and snapshots").click()
    page.get_by_role("button", name="Keep a snapshot").click()
    page.keyboard.press("Escape")
    part(two_faces, 2)
    paint_all(two_faces, "Glasses")
    part(two_faces, 1)
    paint_all(two_faces, "Smile")
    page.get_by_role("button", name="History and snapshots").click()
    page.locator(".history-snapshots .history-step").click()
    page.keyboard.press("Escape")
    expect(two_faces.edit_rows()).to_have_count(1)
    part(two_faces, 2)
    expect(two_faces.edit_rows()).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(two_faces.edit_rows()).to_have_count(1)


def test_another_part_keeps_the_edits(start: Driver, two_people: Path) -> None:
    page = start.page
    page.locator(".start").get_by_text("Fast", exact=True).click()
    start.upload(two_people)
    start.wait_for_phase("crop")
    page.get_by_role("button", name="Edit this face 1").click()
    start.wait_for_editor()
    paint_all(start, "Hat")
    session_id = start.wait_until_saved()
    page.get_by_role("button", name="Choose the crop again").click()
    start.wait_for_phase("crop")
    expect(page.get_by_role("button", name="Go on with this face 1")).to_have_count(1)
    use = page.get_by_role("button", name="Use this part instead")
    expect(use).to_be_disabled()
    page.locator(".crop-box").focus()
    for _ in range(5):
        page.keyboard.press("]")
    page.keyboard.press("+")
    expect(page.locator(".crop-size")).to_contain_text("turned by")
    use.click()
    start.wait_for_editor()
    expect(start.edit_rows()).to_have_count(1)
    expect(page.locator(".status-text")).to_contain_text("all edits are kept")
    assert start.wait_until_saved() == session_id
    kept = page.request.get(f"{start.live_url}/sessions/{session_id}").json()
    (_, _), (x1, y1), (x2, y2), _ = kept["latent"]["quad"]
    assert abs(np.rad2deg(np.arctan2(y2 - y1, x2 - x1))) > 2
    assert len(kept["edits"]) == 1


def test_a_face_that_is_not_found_is_set_by_eyes_and_mouth(start: Driver, tmp_path: Path) -> None:
    page = start.page
    path = tmp_path / "plain.png"
    Image.new("RGB", (600, 400), (130, 120, 110)).save(path)
    page.locator(".start").get_by_text("Fast", exact=True).click()
    start.upload(path)
    start.wait_for_phase("crop")
    expect(page.locator(".crop-hint")).to_contain_text("No face was found")
    page.get_by_role("button", name="Place eyes and mouth").click()
    size = page.locator(".crop-size")
    before = size.inner_text()
    eye = box_of(page.get_by_role("button", name="Right eye"))
    page.mouse.move(eye["x"] + eye["width"] / 2, eye["y"] + eye["height"] / 2)
    page.mouse.down()
    page.mouse.move(eye["x"] + 60, eye["y"] - 30, steps=4)
    page.mouse.up()
    expect(size).to_contain_text("turned by")
    assert size.inner_text() != before
    page.get_by_role("button", name="Left eye").focus()
    turned = size.inner_text()
    page.keyboard.press("Shift+ArrowDown")
    assert size.inner_text() != turned
    page.get_by_role("button", name="Encode this part").click()
    start.wait_for_editor()
    height, width, _ = start.shown_image().shape
    assert height == width


def test_the_crop_box_is_turned_by_its_handle_and_goes_beyond(
    start: Driver, picture_file: PictureFile
) -> None:
    page = start.page
    start.upload(picture_file(300, 200))
    start.wait_for_phase("crop")
    if page.get_by_role("button", name="Choose a part by hand").is_visible():
        page.get_by_role("button", name="Choose a part by hand").click()
    handle = box_of(page.locator(".crop-turn"))
    page.mouse.move(handle["x"] + 16, handle["y"] + 17)
    page.mouse.down()
    page.mouse.move(handle["x"] + 130, handle["y"] + 60, steps=5)
    page.mouse.up()
    expect(page.locator(".crop-size")).to_contain_text("turned by")
    box = box_of(page.locator(".crop-frame"))
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] - 2 * box["width"], middle[1], steps=4)
    page.mouse.up()
    page.get_by_role("button", name="Encode this part").click()
    start.wait_for_editor()
    height, width, _ = start.shown_image().shape
    assert height == width >= 190
