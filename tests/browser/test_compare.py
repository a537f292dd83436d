"""The edited picture beside, over and minus the original."""

from typing import NamedTuple

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.driver import Driver, Pixels, attribute_of, box_of


class Painted(NamedTuple):
    """A picture with one strong stroke in its left upper part."""

    editor: Driver
    original: Pixels
    edited: Pixels


@pytest.fixture
def painted(editor: Driver) -> Painted:
    editor.strong()
    editor.set_slider("Size, %", 20)
    original = editor.canvas()
    editor.stroke((0.25, 0.3), (0.45, 0.3))
    return Painted(editor, original, editor.canvas())


def choose(editor: Driver, name: str) -> None:
    editor.page.get_by_role("button", name=name, exact=True).click()
    editor.page.wait_for_timeout(150)


def test_a_slider_shows_the_original_on_its_left(painted: Painted) -> None:
    choose(painted.editor, "Compare with a slider")
    split = painted.editor.page.get_by_label("Where the original ends")
    for percent in (100, 0):
        split.fill(str(percent))
        painted.editor.page.wait_for_timeout(100)
        shown = painted.editor.canvas()[:, 4:-4]  # without the line
        whole = painted.original if percent else painted.edited
        assert (shown == whole[:, 4:-4]).all()
    split.fill("35")
    painted.editor.page.wait_for_timeout(100)
    shown, width = painted.editor.canvas(), painted.original.shape[1]
    line = round(0.35 * width)
    assert (shown[:, : line - 4] == painted.original[:, : line - 4]).all()
    assert (shown[:, line + 4 :] == painted.edited[:, line + 4 :]).all()
    choose(painted.editor, "Compare with a slider")
    assert (painted.editor.canvas() == painted.edited).all()


def test_side_by_side_shares_the_view_and_is_painted_on(painted: Painted) -> None:
    box = painted.editor.page.locator(".layer-picture").get_attribute("data-box")
    choose(painted.editor, "Compare side by side")
    moved = attribute_of(painted.editor.page.locator(".layer-picture"), "data-box")
    stage = box_of(painted.editor.page.locator(".stage"))
    assert float(moved.split()[0]) > stage["width"] / 2
    painted.editor.stroke((0.6, 0.7), (0.7, 0.7))
    assert painted.editor.edit_rows().count() == 1, "strokes go on into the open edit"
    choose(painted.editor, "Compare side by side")
    assert painted.editor.page.locator(".layer-picture").get_attribute("data-box") == box


def test_the_difference_is_bright_where_something_changed(painted: Painted) -> None:
    choose(painted.editor, "Show how much changed")
    expect(painted.editor.page.get_by_text("64 levels or more")).to_be_visible()
    shown = painted.editor.canvas()
    changed = (painted.original != painted.edited).any(axis=-1)
    far = ~changed
    far[: changed.shape[0] * 2 // 3] = False
    assert np.abs(shown[far] - np.array([12, 12, 14])).max() <= 2
    most = np.abs(painted.original - painted.edited).max(axis=-1)
    assert shown[most == most.max()].sum(axis=-1).mean() > 60


def test_a_key_walks_through_the_comparisons(painted: Painted) -> None:
    pressed = painted.editor.page.locator('[aria-label="Compare"] [aria-pressed=true]')
    for label in ("Compare with a slider", "Compare side by side", "Show how much changed"):
        painted.editor.page.keyboard.press("c")
        expect(pressed).to_have_attribute("aria-label", label)
    painted.editor.page.keyboard.press("c")
    expect(pressed).to_have_count(0)


def test_the_sliders_line_is_dragged_on_the_picture(editor: Driver) -> None:
    page = editor.page
    editor.strong()
    editor.stroke((0.3, 0.3))
    page.get_by_role("button", name="Compare with a slider").click()
    editor.press((0.5, 0.7), (0.8, 0.7))
    page.mouse.up()
    assert abs(float(page.get_by_label("Where the original ends").input_value()) - 80) <= 2
    assert editor.edit_rows().count() == 1, "nothing was painted"
