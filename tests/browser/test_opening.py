"""How a picture comes into the editor, and what can go wrong on the way."""

import base64
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, Route, expect

from tests.browser.driver import Drive, Driver, PictureFile, Wire, box_of


def refuse(route: Route, detail: str) -> None:
    """Answer that the key is missing or wrong."""
    problem = {"type": "about:blank", "title": "Refused", "status": 401, "detail": detail}
    route.fulfill(
        status=401,
        content_type="application/problem+json",
        body=json.dumps({**problem, "code": "unauthorized"}),
    )


def kept_session(driver: Driver) -> Wire:
    """The open session, as the server has it."""
    path = f"sessions/{driver.wait_until_saved()}"
    kept: Wire = driver.page.evaluate("(path) => fetch(path).then((answer) => answer.json())", path)
    return kept


def test_a_square_picture_is_encoded_at_once(start: Driver, picture_file: PictureFile) -> None:
    start.upload(picture_file(160, 160))
    start.wait_for_editor()
    assert start.page.locator(".attribute").count() > 0
    assert start.wait_until_saved() in start.page.url
    assert start.shown_image().shape[0] == start.shown_image().shape[1]


def test_a_picture_that_the_model_knows_needs_no_word(start: Driver) -> None:
    start.page.locator(".start").get_by_text("Balanced", exact=True).click()
    start.open_sample("Ada")
    said, panel = start.page.locator(".status-fit"), start.page.locator(".fit")
    expect(said).to_have_text("Known to the model")
    expect(panel).to_be_hidden()
    start.page.reload()
    start.wait_for_editor()
    said.click()
    expect(panel).to_contain_text("The model knows such pictures")
    drawn = panel.locator("figure", has_text="The model’s drawing").locator("img")
    expect(drawn).to_have_js_property("naturalWidth", 128)
    said.click()
    expect(panel).to_be_hidden()


def test_the_page_says_that_the_model_does_not_know_a_picture(
    start: Driver, tmp_path: Path
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (128, 128, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    start.upload(tmp_path / "noise.png")
    start.wait_for_editor()
    panel = start.page.locator(".fit")
    expect(panel).to_contain_text("The model does not know such pictures")
    expect(panel).to_contain_text("It does not know photos")
    expect(start.page.get_by_role("button", name="Where it shows")).to_be_hidden()
    assert not any(start.page.locator(".attribute-reading").all_inner_texts())
    panel.get_by_role("button", name="Close").click()
    expect(panel).to_be_hidden()
    expect(start.page.locator(".status-fit")).to_have_text("Not known to the model")


def test_a_picture_is_encoded_again_with_its_edits(
    start: Driver, picture_file: PictureFile
) -> None:
    start.page.locator(".start").get_by_text("Fast", exact=True).click()
    start.upload(picture_file(128, 128))
    start.wait_for_editor()
    start.page.get_by_role("button", name="Whole picture").click()
    before = kept_session(start)
    start.page.locator(".fit").get_by_role("button", name="Editable").click()
    start.wait_for_phase("working")
    start.wait_for_editor()
    expect(start.page.locator(".edit")).to_have_count(1)
    after = kept_session(start)
    assert after["session_id"] == before["session_id"]
    assert after["latent_id"] != before["latent_id"]
    assert after["edits"] == before["edits"]


def test_encoding_tells_its_progress_and_can_be_canceled(
    start: Driver, picture_file: PictureFile
) -> None:
    start.page.locator(".start").get_by_text("Faithful", exact=True).click()
    start.upload(picture_file(160, 160))
    heading = start.page.locator(".working h1")
    heading.filter(has_text=" of ").wait_for(timeout=60_000)
    start.page.get_by_role("button", name="Cancel").click()
    start.wait_for_phase("start")
    start.page.wait_for_timeout(500)
    assert start.page.locator("html").get_attribute("data-phase") == "start"


def test_encoding_goes_on_where_events_do_not_get_through(
    start: Driver, picture_file: PictureFile
) -> None:
    start.page.route("**/events", lambda route: route.abort())
    start.upload(picture_file(128, 128))
    start.wait_for_editor()
    assert start.shown_image().shape == (128, 128, 3)


def test_a_wide_picture_is_cropped_first(start: Driver, picture_file: PictureFile) -> None:
    sent = []
    page = start.page
    page.on("request", lambda r: sent.append(r.post_data) if r.url.endswith("/encode") else None)
    start.upload(picture_file(300, 200))
    start.wait_for_phase("crop")
    size = page.locator(".crop-size")
    assert size.inner_text() == "200 × 200 px of 300 × 200"

    corner = box_of(page.get_by_label("Crop corner, lower right"))
    x, y = corner["x"] + corner["width"] / 2, corner["y"] + corner["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 120, y - 120, steps=5)
    page.mouse.up()
    side = int(size.inner_text().split(" ")[0])
    assert 100 < side < 190

    box = page.locator(".crop-box")
    left = box_of(box)["x"]
    box.focus()
    page.keyboard.press("Shift+ArrowLeft")
    assert box_of(box)["x"] < left
    page.keyboard.press("+")
    assert int(size.inner_text().split(" ")[0]) > side

    page.get_by_role("button", name="Encode this part").click()
    start.wait_for_editor()
    assert 'name="crop"' in sent[0]
    width, height = (int(v) for v in sent[0].split('name="crop"')[1].split()[0].split(",")[2:])
    assert width == height > side
    page.get_by_role("button", name="Choose the crop again").click()
    start.wait_for_phase("crop")
    assert size.inner_text().startswith(f"{width} × {height} px")
    page.get_by_role("button", name="Back").click()
    start.wait_for_phase("editor")


def test_the_cropped_part_is_seen_until_the_first_preview(
    start: Driver, picture_file: PictureFile
) -> None:
    page = start.page
    page.route("**/encode", lambda route: None)  # it is never answered
    start.upload(picture_file(300, 200))
    start.wait_for_phase("crop")
    page.get_by_role("button", name="Encode this part").click()
    start.wait_for_phase("working")
    read = """() => {
        const canvas = document.querySelector('.work-picture');
        const red = (x) => canvas.getContext('2d').getImageData(x, 256, 1, 1).data[0];
        return [canvas.width / canvas.height, red(10), red(500)];
    }"""
    page.wait_for_function(f"() => ({read})()[1] > 0")
    aspect, left, right = page.evaluate(read)
    assert aspect == 1, "the part, not the whole"
    assert right > left + 30, "its colours"
    page.get_by_role("button", name="Cancel").click()
    start.wait_for_phase("crop")


def test_a_wide_picture_can_be_taken_whole(start: Driver, picture_file: PictureFile) -> None:
    start.upload(picture_file(256, 128))
    start.wait_for_phase("crop")
    start.page.get_by_text("Whole", exact=True).click()
    assert "256 × 128" in start.page.locator(".crop-size").inner_text()
    start.page.get_by_role("button", name="Encode this part").click()
    start.wait_for_editor()
    assert start.shown_image().shape == (128, 256, 3)
    before = start.shown_image()
    start.strong()
    start.stroke((0.2, 0.5))
    changed = (start.shown_image() != before).any(axis=(0, 2))
    assert changed[:100].any()
    assert not changed[180:].any()


@pytest.mark.parametrize("way", ["drop", "paste"])
def test_a_picture_can_be_dropped_and_pasted(
    start: Driver, picture_file: PictureFile, way: str
) -> None:
    data = base64.b64encode(picture_file(128, 128)["buffer"]).decode()
    start.page.evaluate(
        """async ([data, way]) => {
            const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes], 'p.png', { type: 'image/png' }));
            const event = way === 'drop'
                ? new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true })
                : new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true });
            document.body.dispatchEvent(event);
        }""",
        [data, way],
    )
    start.wait_for_editor()
    with Image.open(io.BytesIO(base64.b64decode(data))) as sent:
        assert (start.shown_image() == np.asarray(sent.convert("RGB"))).all()


def test_a_file_that_is_no_picture_is_refused_with_words(start: Driver) -> None:
    start.upload({"name": "x.png", "mimeType": "image/png", "buffer": b"not a picture"})
    card = start.page.get_by_role("alert").locator(".notice-card")
    card.wait_for()
    assert len(card.inner_text()) > 20
    start.wait_for_phase("start")
    card.get_by_role("button", name="Dismiss").click()
    card.wait_for(state="detached")


def test_every_sample_is_there_and_one_opens(start: Driver, live_url: str) -> None:
    samples = start.page.request.get(f"{live_url}/samples/index.json").json()
    assert len(samples) >= 4
    for sample in samples:
        assert start.page.request.get(f"{live_url}/samples/{sample['file']}").ok
    start.page.get_by_role("button", name=samples[0]["title"]).click()
    start.wait_for_editor()


def test_a_refresh_brings_everything_back(editor: Driver) -> None:
    editor.strong()
    editor.stroke((0.3, 0.3), (0.5, 0.3))
    page = editor.page
    page.get_by_role("button", name="New edit").or_(
        page.get_by_role("button", name="Start a new edit with the next stroke")
    ).click()
    editor.stroke((0.6, 0.7), (0.7, 0.7))
    editor.edit_rows().first.get_by_role("button", name="on", exact=False).nth(0).click()
    editor.settle()
    wire, shown = editor.saved(), editor.canvas()
    page.reload()
    editor.wait_for_editor()
    assert editor.edit_rows().count() == 2
    assert editor.saved() == wire
    assert (editor.canvas() == shown).all()


def test_the_latest_picture_can_be_taken_up_again(editor: Driver) -> None:
    editor.stroke((0.4, 0.4))
    editor.page.evaluate("localStorage.clear()")  # as before the first autosave
    editor.page.locator(".brand").click()
    editor.wait_for_phase("start")
    editor.page.get_by_role("button", name="Go on with the latest picture").click()
    editor.wait_for_editor()
    assert editor.edit_rows().count() == 1


def test_a_picture_that_is_gone_leads_to_the_start(page: Page, drive: Drive, live_url: str) -> None:
    page.goto(f"{live_url}/#latent=lat_{'0' * 32}")
    page.locator(".notice-card").wait_for()
    assert "no longer on the server" in page.locator(".notice-card").inner_text()
    drive(page).wait_for_phase("start")


def test_the_key_is_asked_for_once_and_then_the_call_is_repeated(page: Page, live_url: str) -> None:
    keys = []

    def guard(route: Route) -> None:
        is_open = "right" in keys
        if is_open:
            return route.continue_()
        return refuse(route, "An API key is needed.")

    def session(route: Route) -> None:
        keys.append(json.loads(route.request.post_data or "")["key"])
        if keys[-1] == "right":
            return route.fulfill(status=200, json={})
        return refuse(route, "This key is not known.")

    page.route("**/models", guard)
    page.route("**/session", session)
    page.goto(live_url)
    field = page.get_by_label("This server asks for an API key.")
    field.fill("wrong")
    field.press("Enter")
    page.get_by_text("This key is not known.").wait_for()
    field.fill("right")
    page.get_by_role("button", name="Unlock").click()
    page.wait_for_selector(".sample-new:not(:disabled)")
    assert keys == ["wrong", "right"]


def test_several_pictures_become_sessions(start: Driver, picture_file: PictureFile) -> None:
    page = start.page
    broken = FilePayload(name="broken.png", mimeType="image/png", buffer=b"not a picture")
    files = [picture_file(128, 128, "North sea.png"), broken, picture_file(200, 128, "Dune.png")]
    start.upload(files)
    expect(page.locator(".notice-card")).to_contain_text("broken.png", timeout=120_000)
    start.wait_for_phase("start")
    sessions = page.get_by_role("region", name="Your sessions")
    for name in ("North sea", "Dune"):
        expect(sessions.get_by_role("button", name=name).first).to_be_visible()
    sessions.get_by_role("button", name="Dune").first.click()
    start.wait_for_editor()
    expect(page.get_by_label("Name of this session")).to_have_value("Dune")
    expect(page.get_by_role("button", name="Choose the crop again")).to_be_visible()


def test_a_picture_from_the_camera(start: Driver) -> None:
    page = start.page
    page.get_by_role("button", name="Take a picture").click()
    dialog = page.get_by_role("dialog", name="Camera")
    take = dialog.get_by_role("button", name="Take the picture")
    expect(take).to_be_enabled(timeout=20_000)
    take.click()
    start.wait_for_phase("crop")  # a camera's picture is wide
    page.get_by_role("button", name="Encode this part").click()
    start.wait_for_editor()
    assert page.get_by_label("Name of this session").input_value().startswith("Camera")
