"""Sessions: saved by themselves, found again, kept apart, as files; history and snapshots."""

import base64
import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.driver import Drive, Driver, NewPage


def go_home(page: Page) -> None:
    page.get_by_title("Back to the start").click()


def test_a_session_saves_itself_and_is_found_again(
    editor: Driver, new_page: NewPage, drive: Drive
) -> None:
    page = editor.page
    editor.strong()
    editor.stroke((0.3, 0.3), (0.5, 0.3))
    name = page.get_by_label("Name of this session")
    name.fill("Two strokes")
    name.press("Enter")
    editor.stroke((0.6, 0.6), (0.7, 0.6))
    session_id = editor.wait_until_saved()
    assert session_id.startswith("ses_")
    before = editor.shown_image()

    other = drive(new_page())  # another browser: nothing is kept in it
    other.page.goto(f"{other.live_url}/#session={session_id}")
    other.wait_for_editor()
    assert (other.shown_image() == before).all()
    expect(other.page.get_by_label("Name of this session")).to_have_value("Two strokes")

    go_home(other.page)
    other.page.locator(".sessions").get_by_role("button", name="Two strokes").first.click()
    other.wait_for_editor()
    assert (other.shown_image() == before).all()


def test_on_a_phone_the_name_is_in_the_history(editor: Driver) -> None:
    page = editor.page
    editor.wait_until_kept("Wide")
    page.set_viewport_size({"width": 390, "height": 780})
    name = page.get_by_label("Name of this session")
    expect(name).to_be_hidden()
    page.get_by_role("button", name="History and snapshots").click()
    expect(name).to_have_value("Wide")
    editor.wait_until_kept("Narrow")
    page.set_viewport_size({"width": 1200, "height": 780})
    page.keyboard.press("Escape")
    expect(page.locator(".topbar").get_by_label("Name of this session")).to_have_value("Narrow")


def test_nothing_is_cut_off_on_a_narrow_phone(editor: Driver) -> None:
    page = editor.page
    page.set_viewport_size({"width": 360, "height": 740})

    def cut_off(where: str) -> list[str]:
        names: list[str] = page.locator(f"{where} button:visible").evaluate_all(
            "all => all.filter(b => b.getBoundingClientRect().right > innerWidth - 2)"
            ".map(b => b.ariaLabel ?? b.textContent)"
        )
        return names

    assert cut_off(".topbar") == []
    page.get_by_role("button", name="Download").first.click()
    page.get_by_role("button", name="Save picture").wait_for()
    assert cut_off("dialog[open]") == []
    page.keyboard.press("Escape")


def test_a_deleted_session_is_gone(editor: Driver) -> None:
    page = editor.page
    name = page.get_by_label("Name of this session")
    name.fill("To be deleted")
    name.press("Enter")
    session_id = editor.wait_until_saved()
    go_home(page)
    page.on("dialog", lambda dialog: dialog.accept())
    row = page.locator(".sessions li").filter(has_text="To be deleted")
    row.hover()
    row.get_by_role("button", name="Delete the session").click()
    expect(row).to_have_count(0)
    assert page.request.get(f"{editor.live_url}/sessions/{session_id}").status == 404


def test_nothing_is_saved_of_a_picture_that_is_only_looked_at(editor: Driver) -> None:
    editor.page.wait_for_timeout(1500)
    assert "session=" not in editor.page.url
    expect(editor.page.locator(".saving")).to_have_text("")


def test_a_change_in_another_window_is_not_overwritten(
    editor: Driver, new_page: NewPage, drive: Drive
) -> None:
    editor.strong()
    editor.stroke((0.3, 0.3))
    session_id = editor.wait_until_saved()
    address = f"{editor.live_url}/#session={session_id}"
    other = drive(new_page())
    other.page.goto(address)
    other.wait_for_editor()
    other.strong()
    other.stroke((0.7, 0.7))
    other.wait_until_saved()

    editor.stroke((0.2, 0.8))
    expect(editor.page.locator(".saving")).to_have_text("Changed in another window", timeout=10_000)
    editor.page.get_by_role("button", name="Keep both").click()
    assert editor.wait_until_saved() != session_id
    name = editor.page.get_by_label("Name of this session").input_value()
    assert name.endswith("(2)")
    kept = editor.page.request.get(f"{editor.live_url}/sessions/{session_id}").json()
    assert kept["revision"] == 2, "the other window's"
    editor.page.goto(address)  # which is not this window's any more
    editor.page.reload()
    editor.wait_for_editor()
    assert editor.edit_rows().count() == len(kept["edits"])
    assert not editor.page.get_by_label("Name of this session").input_value().endswith("(2)")


def test_saving_tells_the_truth_and_goes_on(editor: Driver) -> None:
    page = editor.page
    page.route("**/sessions", lambda route: route.abort())
    editor.strong()
    editor.stroke((0.3, 0.3))
    expect(page.locator(".saving")).to_contain_text("Kept in this browser", timeout=10_000)
    page.reload()
    editor.wait_for_editor()
    assert editor.edit_rows().count() == 1
    page.unroute("**/sessions")
    assert editor.wait_until_saved()


def test_a_stroke_outlives_a_reload_right_after_it(editor: Driver) -> None:
    page = editor.page
    editor.strong()
    editor.stroke((0.3, 0.3))
    editor.wait_until_saved()
    page.get_by_role("button", name="Start a new edit").click()
    editor.press((0.7, 0.7))
    page.mouse.up()
    expect(page.locator(".saving")).to_have_text("Saving…")
    page.reload()
    editor.wait_for_editor()
    assert editor.edit_rows().count() == 2
    session_id = editor.wait_until_saved()
    kept = page.request.get(f"{editor.live_url}/sessions/{session_id}").json()
    assert len(kept["edits"]) == 2
    listed = page.request.get(f"{editor.live_url}/sessions").json()["sessions"]
    assert [each["name"] for each in listed].count(f"{kept['name']} (2)") == 0


def test_leaving_right_after_a_stroke_saves_it(editor: Driver) -> None:
    page = editor.page
    editor.strong()
    editor.stroke((0.3, 0.3))
    session_id = editor.wait_until_saved()
    page.get_by_role("button", name="Start a new edit").click()
    editor.press((0.7, 0.7))
    page.mouse.up()
    go_home(page)
    address = f"{editor.live_url}/sessions/{session_id}"
    for _ in range(50):
        if len(page.request.get(address).json()["edits"]) == 2:
            break
        page.wait_for_timeout(100)
    else:
        raise AssertionError("the last stroke was not saved")
    page.goto(f"{editor.live_url}/#session={session_id}")
    editor.wait_for_editor()
    assert editor.edit_rows().count() == 2
    expect(page.locator(".saving")).to_have_text("Saved")


def test_a_session_file_makes_the_same_picture_in_the_page_and_in_the_shell(
    editor: Driver, tmp_path: Path
) -> None:
    page = editor.page
    editor.strong()
    editor.stroke((0.3, 0.3), (0.5, 0.4))
    before = editor.shown_image()
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Save session").click()
    file = tmp_path / "session.latentbrush"
    downloading.value.save_as(file)
    assert downloading.value.suggested_filename.endswith(".latentbrush")

    editor.open_start()
    editor.upload(file)
    editor.wait_for_editor()
    assert editor.edit_rows().count() == 1
    assert (editor.shown_image() == before).all()

    command = [sys.executable, "-m", "cli.main", "edit", str(file), "-o", str(tmp_path / "o.png")]
    subprocess.run(command, check=True, capture_output=True)
    replayed = np.asarray(Image.open(io.BytesIO((tmp_path / "o.png").read_bytes())).convert("RGB"))
    assert (replayed == before).all()


def test_history_goes_to_any_step_and_snapshots_come_back(editor: Driver) -> None:
    page = editor.page
    editor.strong()
    editor.stroke((0.3, 0.3))
    one = editor.shown_image()
    page.get_by_role("button", name="History and snapshots").click()
    page.get_by_label("Name of the snapshot").fill("One stroke")
    page.get_by_role("button", name="Keep a snapshot").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Start a new edit").click()
    editor.stroke((0.7, 0.7))
    assert editor.edit_rows().count() == 2

    page.get_by_role("button", name="History and snapshots").click()
    steps = page.get_by_label("Steps, the latest first").get_by_role("button")
    expect(steps).to_have_count(3)
    steps.last.click()
    expect(editor.edit_rows()).to_have_count(0)
    steps.first.click()
    expect(editor.edit_rows()).to_have_count(2)
    page.get_by_role("button", name="One stroke").first.click()
    editor.settle()
    assert editor.edit_rows().count() == 1
    assert (editor.shown_image() == one).all()
    page.keyboard.press("Escape")

    editor.wait_until_saved()
    page.reload()
    editor.wait_for_editor()
    page.get_by_role("button", name="History and snapshots").click()
    expect(page.get_by_role("button", name="One stroke").first).to_be_visible()


def test_undo_goes_back_beyond_a_reload(editor: Driver) -> None:
    page = editor.page
    editor.strong()
    editor.stroke((0.3, 0.3))
    one = editor.shown_image()
    editor.stroke((0.5, 0.3))
    page.get_by_role("button", name="Start a new edit").click()
    editor.stroke((0.7, 0.7))
    editor.wait_until_saved()
    page.keyboard.press("Control+z")
    editor.wait_until_saved()
    page.wait_for_timeout(400)  # a change is written once it rests
    page.reload()
    editor.wait_for_editor()
    assert editor.edit_rows().count() == 1
    page.get_by_role("button", name="History and snapshots").click()
    steps = page.get_by_label("Steps, the latest first").get_by_role("button")
    expect(steps).to_have_count(4)
    expect(steps.nth(1)).to_have_attribute("aria-current", "step")
    expect(steps.nth(1)).to_contain_text("painted")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+z")
    editor.settle()
    assert (editor.shown_image() == one).all()
    page.keyboard.press("Control+Shift+z")
    page.keyboard.press("Control+Shift+z")
    editor.settle()
    assert editor.edit_rows().count() == 2


def test_what_another_window_changed_is_one_more_step(
    editor: Driver, new_page: NewPage, drive: Drive
) -> None:
    page = editor.page
    editor.strong()
    editor.stroke((0.3, 0.3))
    session_id = editor.wait_until_saved()
    page.wait_for_timeout(400)
    go_home(page)
    other = drive(new_page())
    other.page.goto(f"{other.live_url}/#session={session_id}")
    other.wait_for_editor()
    other.strong()
    other.stroke((0.7, 0.7))
    other.wait_until_saved()

    page.goto(f"{editor.live_url}/#session={session_id}")
    editor.wait_for_editor()
    assert editor.edit_rows().count() == 2
    page.keyboard.press("Control+z")
    expect(editor.edit_rows()).to_have_count(1)
    page.keyboard.press("Control+z")
    expect(editor.edit_rows()).to_have_count(0)


def test_a_session_from_before_is_painted_on(editor: Driver) -> None:
    """Its masks are numbers, some of another size, or whole pictures; all can be painted on."""
    page = editor.page
    editor.strong()
    editor.stroke((0.3, 0.3))
    session_id = editor.wait_until_saved()
    address = f"{editor.live_url}/sessions/{session_id}"
    session = page.request.get(address).json()
    size = editor.painted().shape
    grid = [[1.0 if y < size[0] // 2 else 0.0] * size[1] for y in range(size[0])]
    file = io.BytesIO()
    Image.fromarray(np.array([[0, 255]], np.uint8)).save(file, "PNG")
    masks = [
        {"kind": "grid", "rows": grid},
        {"kind": "grid", "rows": [[1, 0], [0, 0]]},
        {"kind": "png", "data": base64.b64encode(file.getvalue()).decode()},
    ]
    edits = [session["edits"][0] | {"mask": mask} for mask in masks]
    body = {"name": "Old", "latent_id": session["latent_id"], "edits": edits}
    old = page.request.post(f"{editor.live_url}/sessions", data=body).json()
    page.goto(f"{editor.live_url}/#session={old['session_id']}")
    page.reload()
    editor.wait_for_editor()
    rows = editor.edit_rows()
    assert rows.count() == 3
    for k in range(3):
        rows.nth(k).locator(".edit-choose").press("Enter")
        editor.stroke((0.7, 0.8), (0.8, 0.8))
        editor.settle()
    assert rows.count() == 3
    after = editor.saved()["edits"]
    assert [edit["mask"]["kind"] for edit in after] == ["stored"] * 3
    left_top = [editor.painted(edit)[size[0] // 8, size[1] // 8] for edit in after]
    assert left_top == pytest.approx([1, 1, 0], abs=0.01)
    assert all(
        editor.painted(edit)[int(0.8 * size[0]), int(0.75 * size[1])] > 0.5 for edit in after
    )
