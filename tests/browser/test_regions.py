"""Rectangle, lasso, and what is done with a mask as a whole."""

import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import FilePayload, expect

from tests.browser.driver import Driver, Mask


def mask_of(editor: Driver) -> Mask:
    """The only edit's mask."""
    return editor.painted()


def press(editor: Driver, name: str) -> None:
    editor.page.get_by_role("button", name=name, exact=True).click()
    editor.settle()


def from_menu(editor: Driver, name: str) -> None:
    """Choose something to be done with the mask as a whole."""
    item = editor.page.get_by_role("menuitem", name=name, exact=True)
    if not item.is_visible():
        editor.page.get_by_role("button", name="Mask: The painted part as a whole").click()
    item.click()
    editor.settle()


@pytest.fixture
def boxed(editor: Driver) -> Driver:
    """A picture with a rectangle painted on it, from a quarter to three quarters."""
    press(editor, "Rectangle")
    editor.stroke((0.25, 0.25), (0.75, 0.5))
    return editor


def test_a_rectangle_is_painted_as_one_edit(boxed: Driver) -> None:
    mask = mask_of(boxed)
    rows, columns = mask.shape
    inside = mask[rows // 4 + 1 : rows // 2 - 1, columns // 4 + 1 : 3 * columns // 4 - 1]
    assert inside.min() == 1
    assert abs(mask.mean() - 0.5 * 0.25) < 0.02
    assert boxed.edit_rows().count() == 1


def test_a_lasso_encloses(editor: Driver) -> None:
    editor.page.keyboard.press("l")
    editor.stroke((0.2, 0.2), (0.8, 0.2), (0.2, 0.8))
    mask = mask_of(editor)
    assert abs(mask.mean() - 0.18) < 0.02
    assert mask[mask.shape[0] // 3, mask.shape[1] // 3] == 1
    assert mask[-8:].max() == mask[:, -8:].max() == 0


def test_alt_takes_a_region_away(boxed: Driver) -> None:
    before = mask_of(boxed)
    boxed.page.keyboard.down("Alt")
    boxed.stroke((0.25, 0.25), (0.5, 0.5))
    boxed.page.keyboard.up("Alt")
    after = mask_of(boxed)
    assert abs(after.sum() / before.sum() - 0.5) < 0.08


def test_a_mask_is_inverted_grown_shrunk_and_feathered_and_undone(boxed: Driver) -> None:
    before = mask_of(boxed)
    from_menu(boxed, "Invert")
    assert np.abs(mask_of(boxed) - (1 - before)).max() < 0.01
    press(boxed, "Undo")
    from_menu(boxed, "Larger")
    assert mask_of(boxed).sum() > before.sum()
    from_menu(boxed, "Smaller")
    assert np.abs(mask_of(boxed) - before).max() < 0.01
    from_menu(boxed, "Softer edge")
    soft = mask_of(boxed)
    assert ((soft > 0.05) & (soft < 0.95)).sum() > ((before > 0.05) & (before < 0.95)).sum()


def test_a_mask_goes_out_as_a_file_and_comes_back(boxed: Driver) -> None:
    before = mask_of(boxed)
    with boxed.page.expect_download() as download:
        from_menu(boxed, "Save as a grey picture")
    with Image.open(download.value.path()) as image:
        saved = np.asarray(image.convert("L")) / 255
    assert np.abs(saved - before).max() < 0.01
    boxed.page.keyboard.press("Shift+Delete")
    boxed.settle()
    assert boxed.edit_rows().count() == 0
    file: FilePayload = {
        "name": "mask.png",
        "mimeType": "image/png",
        "buffer": download.value.path().read_bytes(),
    }
    boxed.page.set_input_files(".mask-tools input[type=file]", file)
    boxed.page.wait_for_selector(".edit")
    boxed.settle()
    assert np.abs(mask_of(boxed) - before).max() < 0.02


def test_a_file_that_is_no_picture_is_told(editor: Driver) -> None:
    file: FilePayload = {"name": "mask.png", "mimeType": "image/png", "buffer": b"no picture"}
    editor.page.set_input_files(".mask-tools input[type=file]", file)
    expect(editor.page.locator(".status-text")).to_contain_text("can be read as a mask")
    assert editor.edit_rows().count() == 0


def test_it_is_filled_where_the_attribute_shows(editor: Driver) -> None:
    address = editor.page.evaluate(
        "() => new URLSearchParams(location.hash.slice(1)).get('latent')"
    )
    from_menu(editor, "Add where the attribute shows")
    editor.page.wait_for_selector(".edit")
    editor.settle()
    (edit,) = editor.saved()["edits"]
    url = f"{editor.live_url}/latents/{address}/attributes/{edit['attribute']}"
    with Image.open(io.BytesIO(editor.page.request.get(url).body())) as image:
        heat = np.asarray(image.convert("RGBA").getchannel("A")) / 255
    mask = editor.painted(edit)
    small = (
        np.asarray(Image.fromarray((heat * 255).astype(np.uint8)).resize(mask.shape[::-1])) / 255
    )
    assert np.corrcoef(small.ravel(), mask.ravel())[0, 1] > 0.95
