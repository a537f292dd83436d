"""The picture follows the brush, and what is painted survives the server."""

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.driver import Drive, Driver
from tests.browser.served import ServeFolder

COUNT_PREVIEWS = """() => {
    window.previews = [];
    const stage = document.querySelector('.stage');
    stage.addEventListener('previewed', ({ detail }) => window.previews.push(detail.seq));
}"""


def wait_for_previews(page: Page, count: int) -> None:
    for _ in range(200):
        if len(page.evaluate("() => window.previews")) >= count:
            return
        page.wait_for_timeout(50)
    raise AssertionError("no preview came")


def test_the_picture_changes_under_the_brush_before_it_is_let_go(editor: Driver) -> None:
    editor.strong()
    editor.set_slider("Size, %", 14)
    before, sent = editor.canvas(), []
    editor.page.on(
        "request", lambda request: sent.append(request.url) if "/edit" in request.url else None
    )
    editor.page.evaluate(COUNT_PREVIEWS)
    editor.press((0.25, 0.25), (0.4, 0.25))
    wait_for_previews(editor.page, 1)
    during = editor.canvas()
    ys, xs = np.nonzero((during != before).any(axis=-1))
    height, width = before.shape[:2]
    assert len(ys) > 0
    assert xs.max() / width < 0.65
    assert ys.max() / height < 0.5
    assert sent == []
    assert editor.edit_rows().count() == 0
    editor.page.mouse.up()
    editor.settle()
    assert editor.edit_rows().count() == 1
    seqs = editor.page.evaluate("() => window.previews")
    assert seqs == sorted(set(seqs))


def test_a_stroke_that_is_called_off_leaves_the_picture(editor: Driver) -> None:
    editor.strong()
    before = editor.canvas()
    editor.page.evaluate(COUNT_PREVIEWS)
    editor.press((0.25, 0.25), (0.4, 0.25))
    wait_for_previews(editor.page, 1)
    assert (editor.canvas() != before).any()
    editor.page.locator(".stage").dispatch_event("pointercancel", {"pointerId": 1})
    editor.page.wait_for_timeout(100)
    assert (editor.canvas() == before).all()
    editor.page.mouse.up()


def test_a_stroke_outlives_its_server(
    page: Page,
    drive: Drive,
    serve_folder: ServeFolder,
    tmp_path_factory: pytest.TempPathFactory,
    port: int,
) -> None:
    folder = tmp_path_factory.mktemp("lost")
    with serve_folder(folder, port) as url:
        driver = drive(page, url)
        driver.open_start()
        driver.generate()
        driver.strong()
        original = driver.shown_image()
        expect(page.locator(".status-live")).to_have_text("Live")
        driver.press((0.3, 0.3), (0.5, 0.3))
    expect(page.locator(".status-live")).to_contain_text("Connection lost")
    page.mouse.move(*driver.at(0.6, 0.4), steps=4)
    page.mouse.up()
    expect(driver.edit_rows()).to_have_count(1)
    with serve_folder(folder, port):
        expect(page.locator(".status-live")).to_have_text("Live", timeout=30_000)
        driver.settle()
        expect(page.locator(".notice-card")).to_have_count(0, timeout=30_000)
        assert (driver.shown_image() != original).any()
        assert driver.edit_rows().count() == 1


def test_erasing_shows_what_comes_back(editor: Driver) -> None:
    editor.strong()
    editor.set_slider("Size, %", 20)
    original = editor.canvas()
    editor.stroke((0.5, 0.5))
    painted = editor.canvas()
    difference = np.abs(painted - original).sum(axis=-1)
    assert difference.max() > 20  # how much a random picture shows differs from one to the next
    changed = difference > 0.6 * difference.max()
    editor.page.keyboard.press("e")
    editor.set_slider("Size, %", 60)
    editor.page.evaluate(COUNT_PREVIEWS)
    editor.press((0.5, 0.5), (0.51, 0.5))
    wait_for_previews(editor.page, 1)
    editor.page.wait_for_timeout(300)
    during = editor.canvas()
    to_original = np.abs(during - original)[changed].mean()
    to_painted = np.abs(during - painted)[changed].mean()
    assert to_original < 0.5 * to_painted
    editor.page.mouse.up()
    editor.settle()


def test_masks_are_sent_once_and_frames_stay_small(editor: Driver) -> None:
    """Of many strokes a frame names all but the one under the brush; each mask is sent once, and
    the session is opened again with masks that can be painted on."""
    page = editor.page
    frames, puts = [], []
    page.on("websocket", lambda socket: socket.on("framesent", lambda text: frames.append(text)))
    page.on("request", lambda request: puts.append(request) if "/masks" in request.url else None)
    page.reload()  # so that its socket is heard
    editor.settle()
    editor.strong()
    editor.set_slider("Size, %", 14)
    page.locator(".attribute").first.click()
    for k in range(20):
        page.keyboard.press("n")
        x, y = 0.1 + 0.16 * (k % 5), 0.15 + 0.2 * (k // 5)
        editor.stroke((x, y), (x + 0.1, y + 0.05))
    assert editor.edit_rows().count() == 20
    edits = editor.saved()["edits"]
    assert {edit["mask"]["kind"] for edit in edits} == {"stored"}
    assert len({edit["mask"]["mask_id"] for edit in edits}) == 20
    assert len([request for request in puts if request.method == "PUT"]) == 20
    last = frames[-1] if isinstance(frames[-1], str) else frames[-1].decode()
    assert last.count('"mask"') == 20
    assert len(last) < 5000
    before = editor.canvas()
    page.reload()
    editor.settle()
    assert editor.edit_rows().count() == 20
    assert (editor.canvas() == before).all()
    puts.clear()
    editor.edit_rows().last.locator(".edit-choose").press("Enter")
    editor.stroke((0.5, 0.9), (0.6, 0.9))
    again = editor.saved()["edits"]
    assert len(again) == 20
    ((was, now),) = [pair for pair in zip(edits, again, strict=True) if pair[0] != pair[1]]
    assert editor.painted(now).sum() > editor.painted(was).sum()
    assert len([request for request in puts if request.method == "PUT"]) == 1
