"""Painting with something else than an attribute: cells of a picture, and new content."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driver import Drive, Driver, PictureFile, Pixels, box_of


def paint_with(page: Page, kind: str) -> None:
    page.locator(".kinds").get_by_text(kind, exact=True).click()


def choose_source(editor: Driver, x: float, y: float) -> None:
    picture = editor.page.locator(".clone-picture")
    box = box_of(picture)
    picture.click(position={"x": x * box["width"], "y": y * box["height"]})


def changed_box(before: Pixels, after: Pixels) -> tuple[float, float, float, float]:
    """Where two pictures differ, as fractions: left, top, right, bottom."""
    rows, columns = (before != after).any(axis=-1).nonzero()
    height, width = before.shape[:2]
    return columns.min() / width, rows.min() / height, columns.max() / width, rows.max() / height


@pytest.fixture
def sample(page: Page, drive: Drive) -> Driver:
    driver = drive(page)
    driver.open_start()
    driver.open_sample()
    return driver


def test_cloning_needs_a_source_and_copies_from_it(sample: Driver) -> None:
    editor = sample
    before = editor.shown_image()
    paint_with(editor.page, "Clone")
    editor.stroke((0.5, 0.8))
    assert editor.edit_rows().count() == 0
    assert "Choose first where to copy from" in editor.status()

    choose_source(editor, 0.4, 0.45)
    editor.stroke((0.5, 0.2), (0.55, 0.2))
    assert editor.edit_rows().count() == 1
    left, top, right, bottom = changed_box(before, editor.shown_image())
    assert top < 0.25 and bottom < 0.6
    edit = editor.saved()["edits"][0]
    assert edit["type"] == "transplant"
    assert edit["offset"][1] < 0 < edit["offset"][0]

    once = editor.shown_image()
    editor.stroke((0.5, 0.25))
    assert editor.edit_rows().count() == 1, "the same clone goes on"
    shift = editor.page.get_by_label("Offset, cells to the right")
    shift.fill("0")
    shift.press("Enter")
    editor.settle()
    assert (editor.shown_image() != once).any()
    assert editor.saved()["edits"][0]["offset"][0] == 0


def test_cloning_from_a_file_and_by_keyboard(editor: Driver, picture_file: PictureFile) -> None:
    page = editor.page
    before = editor.shown_image()
    paint_with(page, "Clone")
    page.set_input_files(".section-clone input[type=file]", picture_file(128, 128, "sea.png"))
    expect(page.locator(".status-text")).to_contain_text("Cloning from sea", timeout=60_000)
    page.locator(".clone-picture").press("ArrowRight")
    assert "Copies from row" in editor.status()
    page.locator(".stage").press("ArrowRight")
    page.locator(".stage").press("Enter")
    editor.settle()
    edit = editor.saved()["edits"][0]
    latent_id = editor.saved()["latent_id"]
    assert edit["type"] == "transplant" and edit["donor"] != latent_id
    assert (editor.shown_image() != before).any()


def test_cloning_from_another_session(editor: Driver) -> None:
    page = editor.page
    name = page.get_by_label("Name of this session")
    name.fill("The source")
    name.press("Enter")
    editor.wait_until_saved()
    donor = editor.saved()["latent_id"]
    editor.open_start()
    editor.generate()
    paint_with(page, "Clone")
    page.get_by_role("group", name="Copy from").get_by_role(
        "button", name="The source"
    ).first.click()
    expect(page.locator(".status-text")).to_contain_text("Cloning from The source")
    choose_source(editor, 0.5, 0.5)
    editor.stroke((0.5, 0.5), (0.6, 0.5))
    assert editor.saved()["edits"][0]["donor"] == donor


def test_new_content_and_seeds_to_choose_from(editor: Driver) -> None:
    page = editor.page
    before = editor.shown_image()
    paint_with(page, "New content")
    show = page.get_by_role("button", name="Seeds to choose from")
    expect(show).to_be_disabled()
    editor.stroke((0.5, 0.2), (0.6, 0.25))
    first = editor.shown_image()
    assert (first != before).any()
    seed = editor.saved()["edits"][0]["seed"]

    show.click()
    choices = page.get_by_role("group", name="Seeds to choose from").get_by_role("button")
    expect(choices).to_have_count(6, timeout=30_000)
    choices.nth(2).click()
    editor.settle()
    edit = editor.saved()["edits"][0]
    assert (edit["type"], edit["amount"]) == ("resample", 1)
    assert edit["seed"] != seed
    assert (editor.shown_image() != first).any()
    expect(choices.nth(2)).to_have_attribute("aria-pressed", "true")

    field = page.locator(".section-fresh").get_by_label("Amount, %", exact=True)
    field.fill("0")
    field.press("Enter")
    editor.settle()
    assert (editor.shown_image() == before).all()
    page.get_by_role("button", name="Undo").click()
    editor.settle()
    assert (editor.shown_image() != before).any()


def test_an_edit_that_is_chosen_brings_its_kind(editor: Driver) -> None:
    page = editor.page
    editor.strong()
    editor.stroke((0.3, 0.3))
    paint_with(page, "New content")
    editor.stroke((0.7, 0.7))
    assert editor.edit_rows().count() == 2
    editor.edit_rows().nth(0).locator(".edit-choose").click()
    expect(page.get_by_role("region", name="Attributes")).to_be_visible()
    editor.stroke((0.4, 0.3))
    assert editor.edit_rows().count() == 2
    editor.edit_rows().nth(1).locator(".edit-choose").click()
    expect(page.get_by_role("region", name="New content")).to_be_visible()
