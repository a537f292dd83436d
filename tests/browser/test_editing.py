"""Painting, erasing, the edit list, undo, and what the picture does."""

import json

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.driver import Drive, Driver, PictureFile, box_of

PROBLEM = {
    "type": "about:blank",
    "title": "The worker stopped",
    "status": 503,
    "detail": "It ran out of memory.",
    "code": "model_unavailable",
}


def fraction_box(difference: NDArray[np.bool_]) -> tuple[float, float, float, float]:
    """Where two pictures differ: left, top, right, bottom as fractions of the size."""
    ys, xs = np.nonzero(difference.any(axis=-1))
    height, width = difference.shape[:2]
    return xs.min() / width, ys.min() / height, (xs.max() + 1) / width, (ys.max() + 1) / height


def row_button(row: Locator, name: str) -> Locator:
    return row.get_by_role("button", name=name, exact=False)


def toggle(row: Locator) -> Locator:
    return row.locator(".edit-main > .button[aria-pressed]")


def test_a_stroke_changes_the_picture_there_and_nowhere_else(editor: Driver) -> None:
    original, before = editor.shown_image(), editor.canvas()
    editor.strong()
    editor.set_slider("Size, %", 14)
    editor.stroke((0.25, 0.25), (0.4, 0.25))
    result, after = editor.shown_image(), editor.canvas()
    assert result.shape == original.shape
    for difference in (result != original, before != after):
        left, top, right, bottom = fraction_box(difference)
        assert 0.05 < left < 0.4 and 0.05 < top < 0.3
        assert right < 0.6 and bottom < 0.45
    assert editor.edit_rows().count() == 1
    assert "ms)" in editor.status()


def test_the_brush_does_not_draw_the_picture_again(editor: Driver) -> None:
    editor.page.evaluate(
        """() => {
            window.drawn = { 'layer-picture': 0, 'layer-overlay': 0, 'layer-cursor': 0 };
            const { clearRect } = CanvasRenderingContext2D.prototype;
            CanvasRenderingContext2D.prototype.clearRect = function (...box) {
                window.drawn[this.canvas.classList[1]] += 1;
                clearRect.apply(this, box);
            };
        }"""
    )
    for k in range(5):
        editor.page.mouse.move(*editor.at(0.3 + 0.1 * k, 0.5))
        editor.page.wait_for_timeout(40)
    drawn = editor.page.evaluate("window.drawn")
    assert drawn["layer-picture"] == drawn["layer-overlay"] == 0
    assert drawn["layer-cursor"] >= 3


def test_what_is_painted_shows_at_once_and_then_gives_way(editor: Driver) -> None:
    assert editor.overlay_sum() == 0
    editor.press((0.5, 0.5), (0.6, 0.5))
    editor.page.wait_for_timeout(60)
    assert editor.overlay_sum() > 1000
    editor.page.mouse.up()
    editor.settle()
    editor.page.wait_for_timeout(60)
    assert editor.overlay_sum() == 0
    editor.page.keyboard.press("m")
    editor.page.wait_for_timeout(60)
    assert editor.overlay_sum() > 1000


def test_the_upload_itself_is_what_stays(
    page: Page, drive: Drive, picture_file: PictureFile
) -> None:
    driver = drive(page)
    driver.open_start()
    driver.upload(picture_file(192, 192))
    driver.wait_for_editor()
    original = driver.shown_image()
    driver.strong()
    driver.set_slider("Size, %", 12)
    driver.stroke((0.3, 0.3), (0.4, 0.3))
    difference = driver.shown_image() != original
    assert difference.any()
    left, top, right, bottom = fraction_box(difference)
    assert right < 0.65 and bottom < 0.6


def test_undo_and_redo_walk_stroke_by_stroke(editor: Driver) -> None:
    editor.strong()
    empty = editor.canvas()
    editor.stroke((0.3, 0.3), (0.45, 0.3))
    one = editor.canvas()
    editor.stroke((0.6, 0.65), (0.75, 0.65))
    two = editor.canvas()
    assert editor.edit_rows().count() == 1
    assert (one != two).any()
    editor.page.keyboard.press("Control+z")
    editor.settle()
    assert (editor.canvas() == one).all()
    editor.page.keyboard.press("Control+z")
    editor.settle()
    assert (editor.canvas() == empty).all()
    assert editor.edit_rows().count() == 0
    editor.page.keyboard.press("Control+Shift+z")
    editor.page.keyboard.press("Control+y")
    editor.settle()
    assert (editor.canvas() == two).all()


def test_an_edit_can_be_switched_weighed_and_deleted(editor: Driver) -> None:
    editor.strong()
    empty = editor.canvas()
    editor.stroke((0.4, 0.4), (0.6, 0.4))
    painted = editor.canvas()
    row = editor.edit_rows().first
    toggle(row).click()
    editor.settle()
    assert (editor.canvas() == empty).all()
    toggle(row).click()
    editor.settle()
    assert (editor.canvas() == painted).all()

    slider = row.locator("input[type=range]")
    slider.focus()
    for _ in range(12):
        editor.page.keyboard.press("ArrowLeft")
    editor.settle()
    weaker = float(slider.input_value())
    assert editor.saved()["edits"][0]["strength"] == weaker
    assert (editor.canvas() != painted).any()

    row_button(row, "Delete").click()
    editor.settle()
    assert editor.edit_rows().count() == 0
    assert (editor.canvas() == empty).all()
    editor.page.keyboard.press("Control+z")
    editor.settle()
    assert editor.edit_rows().count() == 1


def test_the_eraser_takes_paint_away(editor: Driver) -> None:
    editor.strong()
    empty = editor.canvas()
    editor.set_slider("Softness, %", 0)
    editor.stroke((0.4, 0.4), (0.6, 0.4))
    assert (editor.canvas() != empty).any()
    editor.page.keyboard.press("e")
    editor.set_slider("Size, %", 40)
    editor.stroke((0.35, 0.4), (0.65, 0.4))
    assert editor.edit_rows().count() == 1
    assert editor.painted().max() == 0
    assert (editor.canvas() == empty).all()


def test_the_right_button_and_alt_erase_while_the_brush_is_chosen(editor: Driver) -> None:
    editor.set_slider("Softness, %", 0)
    editor.stroke((0.3, 0.5), (0.7, 0.5))
    full = editor.painted().sum()
    editor.stroke((0.3, 0.5), button="right")
    less = editor.painted().sum()
    editor.page.keyboard.down("Alt")
    editor.stroke((0.7, 0.5))
    editor.page.keyboard.up("Alt")
    least = editor.painted().sum()
    assert full > less > least > 0


def test_erasing_nothing_says_what_to_do(editor: Driver) -> None:
    editor.page.keyboard.press("e")
    editor.stroke((0.5, 0.5))
    assert "choose an edit" in editor.status()
    assert editor.edit_rows().count() == 0


def test_edits_are_reordered_by_buttons_and_by_dragging(editor: Driver) -> None:
    attributes = editor.page.locator(".attribute")
    names = [attributes.nth(i).locator(".attribute-title").inner_text() for i in range(3)]
    for i in range(3):
        attributes.nth(i).click()
        editor.stroke((0.3 + 0.15 * i, 0.4))
    titles = editor.page.locator(".edit-title")
    assert titles.all_inner_texts() == names
    editor.page.locator(".edit.is-open").get_by_role("button", name="Apply earlier").click()
    editor.settle()
    assert titles.all_inner_texts() == [names[0], names[2], names[1]]
    grip = box_of(editor.edit_rows().nth(0).locator(".grip"))
    last = box_of(editor.edit_rows().nth(2))
    editor.page.mouse.move(grip["x"] + 10, grip["y"] + 15)
    editor.page.mouse.down()
    editor.page.mouse.move(grip["x"] + 10, last["y"] + last["height"] - 2, steps=6)
    editor.page.mouse.up()
    editor.settle()
    assert titles.all_inner_texts() == [names[2], names[1], names[0]]


def test_the_whole_picture_at_once(editor: Driver) -> None:
    before = editor.shown_image()
    editor.strong()
    editor.page.get_by_role("button", name="Apply to the whole picture").click()
    editor.settle()
    assert editor.saved()["edits"][0]["mask"] == {"kind": "all"}
    assert (editor.shown_image() != before).any()


def test_the_search_finds_and_the_choice_is_painted(editor: Driver) -> None:
    page = editor.page
    rows = page.locator(".attribute")
    last = rows.last.locator(".attribute-title").inner_text()
    page.keyboard.press("/")
    page.keyboard.type(last.lower())
    expect(rows.locator("visible=true").filter(has_text=last)).to_be_visible()
    assert rows.locator("visible=true").count() < rows.count()
    page.keyboard.press("Escape")
    rows.filter(has_text=last).last.click()
    editor.stroke((0.5, 0.5))
    assert editor.page.locator(".edit-title").inner_text() == last


def test_holding_shows_the_original(editor: Driver) -> None:
    editor.strong()
    empty = editor.canvas()
    editor.stroke((0.4, 0.4), (0.6, 0.5))
    painted = editor.canvas()
    editor.page.keyboard.down("\\")
    editor.page.wait_for_timeout(80)
    assert (editor.canvas() == empty).all()
    expect(editor.page.locator(".original-badge")).to_be_visible()
    editor.page.keyboard.up("\\")
    editor.page.wait_for_timeout(200)
    assert (editor.canvas() == painted).all()


def test_where_an_attribute_shows(editor: Driver) -> None:
    with editor.page.expect_response("**/latents/*/attributes/*") as asked:
        editor.page.get_by_role("button", name="Where it shows").click()
    assert asked.value.ok
    editor.page.wait_for_function(
        """() => {
            const canvas = document.querySelector('.layer-overlay');
            const context = canvas.getContext('2d');
            const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
            return data.some((value) => value > 0);
        }"""
    )
    expect(editor.page.locator(".status-hint")).to_contain_text("where it shows")


def test_a_failure_says_what_to_do_and_loses_nothing(editor: Driver) -> None:
    page = editor.page
    page.route(
        "**/edit?*",
        lambda route: route.fulfill(
            status=503, content_type="application/problem+json", body=json.dumps(PROBLEM)
        ),
    )
    editor.strong()
    editor.press((0.5, 0.5))
    page.mouse.up()
    card = page.locator(".notice-card")
    card.wait_for()
    assert "It ran out of memory." in card.inner_text()
    assert editor.edit_rows().count() == 1
    page.unroute("**/edit?*")
    card.get_by_role("button", name="Try again").click()
    editor.settle()
    card.wait_for(state="detached")
    assert "Changed by up to" in editor.status()


def test_undo_after_a_failure_takes_the_tint_away_too(editor: Driver) -> None:
    page = editor.page
    page.route("**/edit?*", lambda route: route.abort())
    editor.press((0.5, 0.5))
    page.mouse.up()
    page.locator(".notice-card").wait_for()
    assert editor.overlay_sum() > 0  # what was painted is kept, and still shown
    page.keyboard.press("Control+z")
    page.locator(".notice-card").wait_for(state="detached")
    page.wait_for_timeout(60)
    assert editor.overlay_sum() == 0
    assert editor.edit_rows().count() == 0


def test_an_edit_without_effect_is_called_that(editor: Driver) -> None:
    def without_box(route: Route) -> None:
        answer = route.fetch()
        job = answer.json()
        job["result"]["changed_box"] = None
        route.fulfill(response=answer, json=job)

    editor.page.route("**/edit?*", without_box)
    editor.stroke((0.5, 0.5))
    editor.page.unroute("**/edit?*")
    assert "Nothing changed" in editor.status()


def test_many_quick_strokes_end_in_the_right_picture(editor: Driver) -> None:
    editor.strong()
    for i in range(6):
        editor.press((0.2 + 0.1 * i, 0.3), (0.2 + 0.1 * i, 0.5))
        editor.page.mouse.up()
    editor.settle()
    shown, wire = editor.shown_image(), editor.saved()
    assert len(wire["edits"]) == 1
    answer = editor.page.request.post(
        f"{editor.live_url}/edit?wait=30",
        data={**wire, "output": {"format": "png", "frame": "crop"}},
    ).json()
    image = editor.page.request.get(f"{editor.live_url}/images/{answer['result']['image_id']}")
    assert image.ok
    editor.page.reload()
    editor.wait_for_editor()
    assert (editor.shown_image() == shown).all()


def test_painting_with_the_keyboard(editor: Driver) -> None:
    page = editor.page
    page.locator(".stage").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    assert "column" in editor.status()
    page.keyboard.press("Enter")
    editor.settle()
    rows = editor.painted()
    assert rows.max() > 0.9
    painted = rows.sum()
    page.keyboard.press("Delete")
    editor.settle()
    assert editor.painted().sum() < painted


def menu(editor: Driver, action: str) -> None:
    editor.page.get_by_role("button", name="More for this edit").click()
    editor.page.get_by_role("menuitem", name=action, exact=False).click()
    editor.settle()


def test_an_edit_is_named_copied_and_seen_alone(editor: Driver) -> None:
    editor.strong()
    editor.stroke((0.3, 0.3), (0.45, 0.3))
    menu(editor, "Rename")
    editor.page.get_by_label("Name of this edit").fill("Left side")
    editor.page.keyboard.press("Enter")
    expect(editor.edit_rows().first).to_contain_text("Left side")
    once = editor.shown_image()
    menu(editor, "Duplicate")
    expect(editor.edit_rows()).to_have_count(2)
    assert (editor.shown_image() != once).any()
    menu(editor, "Only this one")
    assert (editor.shown_image() == once).all()
    edits = editor.saved()["edits"]
    assert [edit["name"] for edit in edits] == ["Left side", "Left side"]
    assert [edit["enabled"] for edit in edits] == [False, True]
    menu(editor, "Only this one")
    assert all(edit["enabled"] for edit in editor.saved()["edits"])


def test_a_menu_is_used_with_the_keyboard(editor: Driver) -> None:
    editor.stroke((0.5, 0.5))
    editor.page.get_by_role("button", name="More for this edit").focus()
    editor.page.keyboard.press("Enter")
    expect(editor.page.get_by_role("menuitem", name="Rename")).to_be_focused()
    editor.page.keyboard.press("ArrowDown")
    editor.page.keyboard.press("Enter")
    expect(editor.edit_rows()).to_have_count(2)
    editor.page.get_by_role("button", name="More for this edit").click()
    editor.page.keyboard.press("Escape")
    expect(editor.page.get_by_role("menu")).to_be_hidden()


def test_an_edit_is_limited_to_style_layers(editor: Driver) -> None:
    editor.strong()
    editor.stroke((0.5, 0.3))
    whole = editor.shown_image()
    editor.page.get_by_role("button", name="More for this edit").click()
    editor.page.get_by_role("menuitem", name="Limit to style layers").click()
    last = editor.page.get_by_label("Last style layer")
    last.fill("4")
    last.press("Enter")
    editor.settle()
    assert editor.saved()["edits"][0]["layers"] == [0, 4]
    assert (editor.shown_image() != whole).any()
    last.fill("")
    last.press("Enter")
    editor.settle()
    assert "layers" not in editor.saved()["edits"][0]
    assert (editor.shown_image() == whole).all()


def test_choosing_an_edit_brings_its_attribute_into_sight(editor: Driver) -> None:
    page = editor.page
    editor.strong()
    editor.stroke((0.3, 0.3))
    search = page.get_by_label("Search attributes")
    painted = page.locator(".attribute:has(input:checked)")
    expect(painted).to_be_visible()
    search.fill("beard")
    page.locator(".attribute:not([hidden])").click()
    expect(page.locator(".attribute:not([hidden])")).to_have_count(1)
    editor.edit_rows().first.locator(".edit-title").click()
    expect(search).to_have_value("")
    expect(painted).to_be_visible()
