"""The page as a tool: keys, download, light and dark, zoom, touch, accessibility."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.WebPImagePlugin import WebPImageFile
from playwright.sync_api import Page, expect

from tests.browser.driver import Drive, Driver, NewPage, PictureFile, Place, box_of


def open_picture(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        picture.load()
        return picture


def zoom_of(editor: Driver) -> int:
    return int(editor.page.locator(".status-zoom").inner_text().split()[0])


def slider_value(editor: Driver, label: str) -> int:
    return int(editor.page.get_by_label(label, exact=True).input_value())


def test_keys_choose_tools_and_change_the_brush(editor: Driver) -> None:
    page = editor.page
    eraser = page.get_by_role("button", name="Eraser", exact=True)
    brush = page.get_by_role("button", name="Brush", exact=True)
    page.keyboard.press("e")
    expect(eraser).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("b")
    expect(brush).to_have_attribute("aria-pressed", "true")
    size, softness = slider_value(editor, "Size, %"), slider_value(editor, "Softness, %")
    page.keyboard.press("]")
    page.keyboard.press("]")
    page.keyboard.press("[")
    assert slider_value(editor, "Size, %") > size
    page.keyboard.press("Shift+BracketLeft")
    assert slider_value(editor, "Softness, %") < softness
    page.keyboard.press("4")
    assert slider_value(editor, "Strength, %") == 40
    page.keyboard.press("0")
    assert slider_value(editor, "Strength, %") == 100
    page.keyboard.press("g")
    expect(page.get_by_role("button", name="Show the model’s grid")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.wait_for_timeout(60)
    assert editor.overlay_sum() > 0


def test_letters_in_a_field_are_text(editor: Driver) -> None:
    page = editor.page
    page.get_by_label("Search attributes").fill("")
    page.get_by_label("Search attributes").press_sequentially("ge[")
    assert page.get_by_label("Search attributes").input_value() == "ge["
    expect(page.get_by_role("button", name="Brush", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )


def test_help_lists_the_keys_and_can_switch_them_off(editor: Driver) -> None:
    page = editor.page
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    for words in ("Brush", "Eraser", "Undo", "Hold: see the original", "Smaller"):
        expect(dialog.locator("dd").get_by_text(words, exact=True)).to_be_visible()
    dialog.get_by_label("Keys without Ctrl are on").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("e")
    expect(page.get_by_role("button", name="Brush", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )


@pytest.mark.parametrize(
    ("choice", "kind", "suffix"),
    [("PNG", "PNG", ".png"), ("JPEG", "JPEG", ".jpg"), ("WebP", "WEBP", ".webp")],
)
def test_download_in_each_format(editor: Driver, choice: str, kind: str, suffix: str) -> None:
    editor.strong()
    editor.stroke((0.5, 0.5))
    page = editor.page
    page.keyboard.press("Control+s")
    dialog = page.get_by_role("dialog", name="Download")
    dialog.get_by_text(choice, exact=True).click()
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Save picture").click()
    assert download.value.suggested_filename.endswith(suffix)
    picture = open_picture(download.value.path())
    assert picture.format == kind
    expect(dialog).to_be_hidden()
    if kind == "PNG":
        assert (np.asarray(picture.convert("RGB")) == editor.shown_image()).all()


def test_the_full_frame_comes_back(page: Page, drive: Drive, picture_file: PictureFile) -> None:
    driver = drive(page)
    driver.open_start()
    file = picture_file(240, 160)
    driver.upload(file)
    driver.wait_for_phase("crop")
    page.get_by_role("button", name="Encode this part").click()
    driver.wait_for_editor()
    driver.strong()
    driver.set_slider("Size, %", 20)
    driver.stroke((0.5, 0.5))
    page.get_by_role("button", name="Download", exact=True).click()
    dialog = page.get_by_role("dialog", name="Download")
    assert dialog.get_by_label("The whole picture").is_checked()
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Save picture").click()
    picture = np.asarray(open_picture(download.value.path()).convert("RGB"))
    upload = np.asarray(Image.open(io.BytesIO(file["buffer"])))
    assert picture.shape == upload.shape
    assert (picture[:, :40] == upload[:, :40]).all() and (picture[:, -40:] == upload[:, -40:]).all()
    assert (picture != upload).any()


def test_before_and_after_in_one_picture(editor: Driver) -> None:
    editor.strong()
    before = editor.shown_image()
    editor.stroke((0.5, 0.5))
    dialog = editor.page.get_by_role("dialog", name="Download")
    editor.page.get_by_role("button", name="Download", exact=True).click()
    dialog.get_by_text("Before and after").click()
    with editor.page.expect_download() as download:
        dialog.get_by_role("button", name="Save picture").click()
    strip = np.asarray(open_picture(download.value.path()).convert("RGB"))
    height, width = before.shape[:2]
    assert strip.shape[0] == height
    assert (strip[:, :width] == before).all()
    assert (strip[:, -width:] == editor.shown_image()).all()


def test_an_animation_of_the_edit(editor: Driver) -> None:
    # A change that shows where it is painted: pictures that are the same are one of the file.
    editor.page.get_by_role("radio", name="Darker skin").check(force=True)
    editor.strong()
    editor.stroke((0.5, 0.5))
    dialog = editor.page.get_by_role("dialog", name="Download")
    editor.page.get_by_role("button", name="Download", exact=True).click()
    dialog.get_by_text("Animation").click()
    with editor.page.expect_download(timeout=60_000) as download:
        dialog.get_by_role("button", name="Save picture").click()
    animation = open_picture(download.value.path())
    assert isinstance(animation, WebPImageFile)
    assert animation.n_frames == 30


def test_the_result_is_copied(editor: Driver) -> None:
    page = editor.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    editor.strong()
    editor.stroke((0.5, 0.5))
    page.get_by_role("button", name="Download", exact=True).click()
    page.get_by_role("dialog", name="Download").get_by_role("button", name="Copy").click()
    expect(page.get_by_role("dialog", name="Download")).to_be_hidden()
    size = page.evaluate(
        """async () => {
            const [item] = await navigator.clipboard.read();
            const bitmap = await createImageBitmap(await item.getType('image/png'));
            return [bitmap.width, bitmap.height];
        }"""
    )
    height, width = editor.shown_image().shape[:2]
    assert size == [width, height]


def test_an_edit_list_as_json_opens(editor: Driver) -> None:
    editor.strong()
    editor.stroke((0.4, 0.4))
    before, wire = editor.shown_image(), editor.saved()
    editor.open_start()
    data = json.dumps(wire).encode()
    editor.upload({"name": "list.json", "mimeType": "application/json", "buffer": data})
    editor.wait_for_editor()
    assert editor.edit_rows().count() == 1
    assert (editor.shown_image() == before).all()


def test_a_key_can_be_given_to_another_command(editor: Driver) -> None:
    page = editor.page
    eraser = page.get_by_role("button", name="Eraser", exact=True)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    dialog.get_by_role("button", name="Key of Eraser").click()
    page.keyboard.press("b")
    expect(dialog.get_by_role("status")).to_contain_text("“Brush” has this key already")
    page.keyboard.press("b")
    expect(dialog.get_by_role("status")).to_contain_text("“Brush” has no key now")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("b")
    expect(eraser).to_have_attribute("aria-pressed", "true")
    expect(eraser).to_have_attribute("title", "Eraser (B)")

    page.get_by_role("button", name="Brush", exact=True).click()
    editor.strong()
    editor.stroke((0.4, 0.4))  # a session, so that there is something to come back to
    editor.wait_until_saved()
    page.reload()
    editor.wait_for_editor()
    expect(eraser).to_have_attribute("title", "Eraser (B)")
    page.locator(".stage").focus()
    page.keyboard.press("?")
    dialog.get_by_role("button", name="Reset all keys").click()
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(eraser).to_have_attribute("aria-pressed", "true")


def test_dark_follows_the_system_and_the_switch_is_kept(new_page: NewPage, drive: Drive) -> None:
    page = new_page(color_scheme="dark")
    drive(page).open_start()
    theme = page.locator("html")
    assert theme.get_attribute("data-theme") == "dark"
    page.get_by_role("button", name="Switch to light").click()
    assert theme.get_attribute("data-theme") == "light"
    page.reload()
    assert theme.get_attribute("data-theme") == "light"


def test_zoom_and_pan(editor: Driver) -> None:
    page = editor.page
    fitted = zoom_of(editor)
    place = editor.at(0.3, 0.3)
    page.mouse.move(*place)
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(80)
    assert zoom_of(editor) > fitted
    x, y = editor.at(0.3, 0.3)
    assert abs(x - place[0]) < 1 and abs(y - place[1]) < 1  # the point under the pointer stays
    page.keyboard.down(" ")
    page.mouse.down()
    page.mouse.move(place[0] + 40, place[1] - 25, steps=4)
    page.mouse.up()
    page.keyboard.up(" ")
    page.wait_for_timeout(80)
    moved = editor.at(0.3, 0.3)
    assert abs(moved[0] - place[0] - 40) < 1 and abs(moved[1] - place[1] + 25) < 1
    assert editor.edit_rows().count() == 0
    page.keyboard.press("f")
    page.wait_for_timeout(80)
    assert zoom_of(editor) == fitted


def test_the_canvas_is_sharp_on_dense_screens(new_page: NewPage, drive: Drive) -> None:
    page = new_page(device_scale_factor=2, viewport={"width": 1000, "height": 700})
    driver = drive(page)
    driver.open_start()
    driver.generate()
    ratio = page.evaluate(
        "[...document.querySelectorAll('.layer-picture')].map((c) => c.width / c.clientWidth)[0]"
    )
    assert abs(ratio - 2) < 0.01


def test_a_finger_paints_and_two_do_not(new_page: NewPage, drive: Drive) -> None:
    page = new_page(has_touch=True, viewport={"width": 390, "height": 844})
    driver = drive(page)
    driver.open_start()
    driver.generate()
    x, y = driver.at(0.5, 0.5)
    cdp = page.context.new_cdp_session(page)

    def touch(kind: str, *points: Place) -> None:
        cdp.send(
            "Input.dispatchTouchEvent",
            {
                "type": kind,
                "touchPoints": [{"x": px, "y": py, "id": i} for i, (px, py) in enumerate(points)],
            },
        )

    touch("touchStart", (x, y))
    touch("touchMove", (x + 30, y))
    touch("touchEnd")
    driver.settle()
    assert driver.edit_rows().count() == 1
    zoom = zoom_of(driver)
    rows = driver.saved()["edits"]
    touch("touchStart", (x - 20, y))
    touch("touchStart", (x - 20, y), (x + 20, y))
    touch("touchMove", (x - 60, y), (x + 60, y))
    touch("touchEnd")
    page.wait_for_timeout(100)
    assert zoom_of(driver) > zoom
    assert driver.saved()["edits"] == rows


@pytest.mark.parametrize("width", [1024, 390])
def test_small_windows_do_not_scroll_sideways(new_page: NewPage, drive: Drive, width: int) -> None:
    page = new_page(viewport={"width": width, "height": 844})
    driver = drive(page)
    driver.open_start()
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) <= 0
    driver.generate()
    assert page.evaluate(overflow) <= 0
    driver.stroke((0.5, 0.5))
    assert driver.edit_rows().count() == 1


def test_three_edits_fit_and_more_scroll_by_themselves(new_page: NewPage, drive: Drive) -> None:
    page = new_page(viewport={"width": 1280, "height": 800})
    driver = drive(page)
    driver.open_start()
    driver.generate()
    hidden = "(node) => node.scrollHeight - node.clientHeight"
    panel, edits = page.locator(".panel"), page.locator(".edit-list")
    free = box_of(page.locator(".attribute-list"))["height"]
    for count in range(1, 6):
        page.keyboard.press("n")
        driver.stroke((0.15 * count, 0.5))
        assert driver.edit_rows().count() == count
        assert panel.evaluate(hidden) <= 0
        assert (edits.evaluate(hidden) > 0) == (count > 3)
        assert box_of(page.locator(".attribute-list"))["height"] >= 180
    assert free > 300
    last, room = box_of(driver.edit_rows().last), box_of(edits)
    assert last["y"] + last["height"] <= room["y"] + room["height"] + 1


def test_everything_has_a_name_and_is_large_enough(editor: Driver) -> None:
    editor.stroke((0.5, 0.5))
    faults = editor.page.evaluate(
        """() => [...document.querySelectorAll('button, input, label.segment, label.attribute')]
            .filter((node) => node.checkVisibility() && !node.classList.contains('visually-hidden'))
            .flatMap((node) => {
                const { width, height } = node.getBoundingClientRect();
                const name = node.getAttribute('aria-label') || node.textContent.trim() ||
                    [...(node.labels ?? [])].map((label) => label.textContent).join('');
                const small = node.type === 'number' ? height < 22 : width < 24 || height < 24;
                return !name || small ? [`${node.outerHTML.slice(0, 90)}: ${width}×${height}`] : [];
            })"""
    )
    assert faults == []


def test_what_happens_is_said(editor: Driver) -> None:
    live = editor.page.locator("[role=status][aria-live=polite]")
    editor.stroke((0.5, 0.5))
    expect(live).to_contain_text("ms)")
    editor.page.keyboard.press("Control+z")
    expect(live).to_have_text("Undone")


def test_the_page_asks_nobody_else(page: Page, drive: Drive, live_url: str) -> None:
    hosts = set()
    page.on(
        "request", lambda r: hosts.add(r.url.split("/")[2]) if r.url.startswith("http") else None
    )
    driver = drive(page)
    driver.open_start()
    driver.generate()
    assert hosts == {live_url.split("/")[2]}


def test_the_page_speaks_the_browsers_language_or_the_chosen_one(
    new_page: NewPage, live_url: str
) -> None:
    page = new_page(locale="de-AT")
    page.goto(live_url)
    expect(page.get_by_role("heading", level=1)).to_have_text("Male, was sich ändern soll.")
    assert page.locator("html").get_attribute("lang") == "de"
    page.get_by_label("Sprache").select_option("English")
    expect(page.get_by_role("heading", level=1)).to_have_text("Paint what should change.")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Paint what should change.")


def test_words_that_do_not_come_are_english(new_page: NewPage, live_url: str) -> None:
    page = new_page(locale="de")
    page.route("**/languages/de.json", lambda route: route.abort())
    page.goto(live_url)
    expect(page.get_by_role("heading", level=1)).to_have_text("Paint what should change.")


def test_the_first_steps_are_shown_once(new_page: NewPage, live_url: str) -> None:
    page = new_page()
    page.goto(live_url)
    page.wait_for_selector(".sample-new:not(:disabled)")
    page.get_by_role("button", name="Generate one").click()
    steps = page.get_by_role("region", name="First steps")
    expect(steps).to_be_visible(timeout=60_000)
    expect(steps).to_contain_text("1 of 3")
    steps.get_by_role("button", name="Next", exact=True).click()
    steps.get_by_role("button", name="Next", exact=True).click()
    expect(steps).to_contain_text("Change your mind later")
    steps.get_by_role("button", name="Begin").click()
    expect(steps).to_be_hidden()
    page.get_by_title("Back to the start").click()
    page.get_by_role("button", name="Generate one").click()
    page.wait_for_selector("html[data-phase=editor]")
    expect(steps).to_be_hidden()
    page.keyboard.press("?")
    page.get_by_role("button", name="Show the first steps").click()
    expect(steps).to_be_visible()
    steps.get_by_role("button", name="Skip").click()
    expect(steps).to_be_hidden()
