"""The land page: an endless picture as a map, painted on."""

import io
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image
from playwright.sync_api import Download, Page, Route

from models.model import save_model
from tests.browser.driver import Pixels, Place, attribute_of, box_of
from tests.browser.served import ServeFolder
from tests.fakes.tiny import tiny_land

TIMEOUT_S = 60


@pytest.fixture(scope="module")
def land_url(tmp_path_factory: pytest.TempPathFactory, serve_folder: ServeFolder) -> Iterator[str]:
    """A server with a model of land beside the usual one."""
    folder = tmp_path_factory.mktemp("land")
    save_model(tiny_land(), folder / "data" / "models" / "tiny-land")
    with serve_folder(folder) as url:
        yield url


@pytest.fixture
def land(page: Page, land_url: str) -> Page:
    """The land page with the first tiles of the small model."""
    made = page.request.post(f"{land_url}/lands", data={"model": "tiny-land"}).json()
    page.goto(f"{land_url}/land#{made['land_id']}")
    wait_for_tiles(page)
    return page


def wait_until(says: Callable[[], object]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not says():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.1)


def wait_for_tiles(page: Page) -> None:
    """Until every tile is there."""
    status = page.locator(".land-status")
    loaded = page.locator(".leaflet-tile-loaded")
    wait_until(lambda: loaded.count() >= 4 and status.text_content() == "")


def seen(page: Page) -> Pixels:
    """What the map shows, as levels."""
    shot = page.locator(".land-room").screenshot()
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int)


def paint(page: Page, begin: Place, end: Place) -> None:
    page.get_by_text("Paint", exact=True).click()
    box = box_of(page.locator(".land-room"))
    page.mouse.move(box["x"] + begin[0], box["y"] + begin[1])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0], box["y"] + end[1], steps=6)
    page.mouse.up()
    wait_until(lambda: page.locator(".land-edit").count() == 1)
    page.get_by_text("Move", exact=True).click()
    page.mouse.move(5, 5)
    wait_for_tiles(page)


def test_painting_changes_the_land_where_it_is_painted(land: Page) -> None:
    before = seen(land)
    paint(land, (200, 200), (300, 240))
    wait_until(lambda: land.locator(".land-trace").count() == 0)
    after = seen(land)
    changed = (before != after).any(axis=2)
    assert changed[160:280, 160:340].mean() > 0.05
    far = np.ones_like(changed)
    far[120:320, 120:380] = False
    far[-80:] = False  # the status line, and the buttons of the map
    assert not (changed & far).any()


def test_a_dozen_strokes_across_the_land_stay_small(land: Page) -> None:
    """Masks travel as pictures: as grids of numbers these would not pass the limit on a body."""
    land.get_by_text("Paint", exact=True).click()
    box = box_of(land.locator(".land-room"))
    sizes = []
    land.on(
        "request",
        lambda sent: (
            sizes.append(len(sent.post_data or "")) if sent.url.endswith("/lands") else None
        ),
    )
    for k in range(12):
        land.mouse.move(box["x"] + 40, box["y"] + 40 + 8 * k)
        land.mouse.down()
        land.mouse.move(box["x"] + 460, box["y"] + 60 + 8 * k, steps=3)
        land.mouse.up()
    wait_until(lambda: land.locator(".land-edit").count() == 12)
    assert 0 < max(sizes) < 100_000


def test_an_edit_is_hidden_and_undone(land: Page) -> None:
    before = seen(land)
    paint(land, (250, 150), (350, 150))
    painted = seen(land)
    assert (painted != before).any()
    land.get_by_role("button", name="Smile on").click()
    wait_until(lambda: land.locator(".land-edit.is-off").count() == 1)
    wait_for_tiles(land)
    land.get_by_role("button", name="Undo", exact=True).click()
    land.get_by_role("button", name="Undo", exact=True).click()
    wait_until(lambda: land.locator(".land-edit").count() == 0)
    wait_for_tiles(land)


def test_the_amount_of_an_open_edit_is_changed_and_its_place_is_shown(land: Page) -> None:
    paint(land, (200, 150), (300, 150))
    title = land.locator(".land-edit .edit-title")
    assert title.get_attribute("aria-expanded") == "true", "a new one is open"
    amount = land.get_by_label("Amount of Smile, σ")
    amount.fill("-1")
    amount.press("Tab")
    wait_until(lambda: "−1" in (land.locator(".edit-value").text_content() or ""))
    wait_for_tiles(land)
    assert amount.is_visible()
    title.click()
    assert title.get_attribute("aria-expanded") == "false"
    assert amount.count() == 0
    assert title.evaluate("each => each === document.activeElement")
    box = box_of(land.locator(".land-outline"))
    room = box_of(land.locator(".land-room"))
    assert abs(box["x"] + box["width"] / 2 - room["x"] - 250) < 12
    title.blur()
    land.mouse.move(5, 5)
    assert land.locator(".land-outline").count() == 0
    land.locator(".land-edit").hover()
    assert land.locator(".land-outline").count() == 1


def test_an_amount_that_is_being_changed_is_of_its_own_edit(land: Page) -> None:
    paint(land, (150, 150), (200, 150))
    land.get_by_text("Paint", exact=True).click()
    box = box_of(land.locator(".land-room"))
    land.mouse.move(box["x"] + 320, box["y"] + 300)
    land.mouse.down()
    land.mouse.up()
    wait_until(lambda: land.locator(".land-edit").count() == 2)
    amount = land.get_by_label("Amount of Smile 2, σ")
    amount.fill("-1")
    amount.blur()
    land.get_by_role("button", name="Smile 1", exact=True).click()
    first = land.get_by_label("Amount of Smile 1, σ")
    assert first.input_value() == "2"
    values = land.locator(".edit-value")
    wait_until(lambda: values.nth(1).text_content() == "−1 σ")
    assert first.input_value() == "2"
    assert values.nth(0).text_content() == "+2 σ"


def test_the_address_is_the_land_and_the_place(land: Page) -> None:
    paint(land, (200, 200), (260, 200))
    address = land.url
    assert "#lnd_" in address
    other = land.context.new_page()
    other.goto(address)
    wait_for_tiles(other)
    assert other.locator(".land-edit").count() == 1
    other.close()


def test_choosing_the_chosen_attribute_takes_the_brush(land: Page) -> None:
    assert land.locator(".land-room").get_attribute("data-tool") == "move"
    land.get_by_text("Smile", exact=True).click()
    assert land.locator(".land-room").get_attribute("data-tool") == "paint"


def test_a_land_that_is_gone_is_told(page: Page, land_url: str) -> None:
    page.goto(f"{land_url}/land#lnd_{'0' * 32}")
    wait_for_tiles(page)
    assert page.get_by_text("This land is not here").is_visible()
    assert "0" * 32 not in page.url


def test_undo_goes_back_beyond_a_refresh_and_another_land(land: Page) -> None:
    paint(land, (200, 200), (260, 200))
    seed = land.get_by_label("Seed").first.input_value()
    land.get_by_role("button", name="Another land").click()
    wait_until(lambda: land.get_by_label("Seed").first.input_value() != seed)
    land.reload()
    wait_for_tiles(land)
    land.get_by_role("button", name="Undo", exact=True).click()
    wait_until(lambda: land.locator(".land-edit").count() == 1)
    assert land.get_by_label("Seed").first.input_value() == seed
    land.get_by_role("button", name="Undo", exact=True).click()
    wait_until(lambda: land.locator(".land-edit").count() == 0)


def test_a_bad_address_keeps_the_land_that_was_painted(land: Page, land_url: str) -> None:
    paint(land, (200, 200), (260, 200))
    land.goto("about:blank")
    land.goto(f"{land_url}/land#lnd_{'0' * 32}")
    wait_for_tiles(land)
    assert land.get_by_text("This land is not here").is_visible()
    assert land.locator(".land-edit").count() == 1


def drag_to_export(page: Page) -> None:
    page.get_by_text("Export", exact=True).first.click()
    box = box_of(page.locator(".land-room"))
    page.mouse.move(box["x"] + 320, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] + 400, box["y"] + 350, steps=4)
    page.mouse.up()


def save(page: Page) -> Download:
    with page.expect_download(timeout=TIMEOUT_S * 1000) as download:
        page.get_by_role("button", name="Export", exact=True).click()
    return download.value


def test_a_rectangle_is_exported(land: Page) -> None:
    drag_to_export(land)
    width = int(land.get_by_label("Width, px").input_value())
    assert abs(width - 80) <= 2
    with Image.open(save(land).path()) as image:
        assert image.format == "PNG"
        assert (image.width, abs(image.height - 50) <= 2) == (width, True)


def test_an_export_is_as_large_and_of_the_kind_that_is_asked_for(land: Page) -> None:
    drag_to_export(land)
    land.get_by_text("WebP", exact=True).click()
    land.get_by_label("Width, px").fill("99999")
    land.get_by_label("Width, px").press("Tab")
    assert land.get_by_text("No side is longer than 16384 px").is_visible()
    assert land.get_by_role("button", name="Export", exact=True).is_disabled()
    land.get_by_label("Width, px").fill("300")
    land.get_by_label("Width, px").press("Tab")
    download = save(land)
    assert download.suggested_filename.endswith(".webp")
    done = land.locator(".land-export", has_text="Exported:")
    assert done.locator("a").text_content() == download.suggested_filename
    done.get_by_role("button", name="Close").click()
    assert done.count() == 0
    with Image.open(download.path()) as image:
        assert (image.format, image.width) == ("WEBP", 300)


def test_an_export_that_takes_long_is_canceled(land: Page) -> None:
    drag_to_export(land)
    for side in ("Width, px", "Height, px"):
        land.get_by_label(side).fill("8192")
        land.get_by_label(side).press("Tab")
    land.get_by_role("button", name="Export", exact=True).click()
    progress = land.locator(".land-export progress")
    wait_until(lambda: progress.get_attribute("value") is not None)
    wait_until(lambda: "%" in (land.locator(".land-export").text_content() or ""))
    land.get_by_role("button", name="Cancel").click()
    wait_until(lambda: land.locator(".land-export").count() == 0)
    assert land.locator(".notice-card").count() == 0


def test_a_land_becomes_a_globe(land: Page) -> None:
    """Its map meets itself, its globe turns, and all of it is a GeoTIFF."""
    land.get_by_text("Globe", exact=True).click()
    land.get_by_label("Size of the globe").select_option("2048")
    ball = land.locator(".globe-ball")
    wait_until(lambda: ball.get_attribute("data-turn") is not None)
    ball.press("ArrowRight")
    turn = float(attribute_of(ball, "data-turn"))
    ball.press("ArrowRight")
    assert float(attribute_of(ball, "data-turn")) != turn
    shot = np.asarray(Image.open(io.BytesIO(ball.screenshot())).convert("RGB")).astype(int)
    assert shot[60:160, 60:160].std() > 3, "there is something on it"
    urls = [attribute_of(each, "src") for each in land.locator(".leaflet-tile").all()]
    assert urls and all(0 <= int(url.split("/")[-2]) < 8 for url in urls), "one map, all round"
    drag_to_export(land)
    land.get_by_role("button", name="All of the globe").click()
    assert land.get_by_label("Width, px").input_value() == "2048"
    land.get_by_text("TIFF", exact=True).click()
    with rasterio.open(save(land).path()) as file:
        assert file.crs.to_epsg() == 4326
        assert file.shape == (1024, 2048)
    land.get_by_text("Endless", exact=True).click()
    wait_until(lambda: not ball.is_visible())


def test_a_painted_land_is_kept_by_name_and_opened_from_the_start(
    land: Page, land_url: str
) -> None:
    assert land.locator(".world-bar .keeping").text_content() == "", "looking keeps nothing"
    paint(land, (200, 200), (300, 240))
    name = land.get_by_label("Name of this land")
    wait_until(lambda: name.input_value().startswith("Land "))
    name.fill("Avalon")
    name.press("Enter")
    wait_until(lambda: land.locator(".world-bar .keeping").text_content() == "Saved")
    address = land.url
    assert "?world=wld_" in address
    land.goto(land_url)
    card = land.locator(".start-sessions a", has_text="Avalon")
    card.wait_for()
    wait_until(lambda: card.locator("img").evaluate("each => each.naturalWidth") == 256)
    card.click()
    wait_for_tiles(land)
    assert land.locator(".land-edit").count() == 1
    assert land.get_by_label("Name of this land").input_value() == "Avalon"
    land.get_by_role("button", name="Undo", exact=True).click()
    wait_until(lambda: land.locator(".land-edit").count() == 0)
    land.goto(f"{land_url}/land")  # without its name: where it was
    wait_for_tiles(land)
    assert land.get_by_label("Name of this land").input_value() == "Avalon"
    land.get_by_role("button", name="Another land").click()
    wait_until(lambda: land.get_by_label("Name of this land").input_value() == "")
    land.goto(land_url)
    land.on("dialog", lambda dialog: dialog.accept())
    land.get_by_role("button", name="Delete the land Avalon").click()
    wait_until(lambda: card.count() == 0)


def test_a_land_goes_elsewhere_as_a_file(land: Page, land_url: str, tmp_path: Path) -> None:
    paint(land, (200, 200), (300, 240))
    land.get_by_label("Name of this land").fill("Thule")
    land.get_by_label("Name of this land").press("Enter")
    with land.expect_download() as download:
        land.get_by_role("button", name="Save the land as a file").click()
    path = tmp_path / download.value.suggested_filename
    assert path.name == "Thule.latentworld"
    download.value.save_as(path)
    land.goto(land_url)
    land.set_input_files("body > input[type=file]", path)
    land.wait_for_url(re.compile(r"/land\?world="))
    wait_for_tiles(land)
    assert land.locator(".land-edit").count() == 1
    assert land.get_by_label("Name of this land").input_value() == "Thule"


def test_another_land_is_another_picture(land: Page) -> None:
    before, picture = land.get_by_label("Seed").first.input_value(), seen(land)
    land.get_by_role("button", name="Another land").click()
    wait_until(lambda: land.get_by_label("Seed").first.input_value() != before)
    wait_for_tiles(land)
    assert (seen(land) != picture).any(axis=2).mean() > 0.5


def test_the_land_before_fades_until_another_one_is_there(land: Page) -> None:
    held, shown = [], ".leaflet-layer"
    tiles = re.compile(r"/tiles/")
    land.route(tiles, lambda route: held.append(route))
    land.get_by_role("button", name="Another land").click()
    wait_until(lambda: land.locator(shown).count() == 2 and held)
    assert float(land.locator(shown).first.evaluate("(it) => it.style.opacity")) < 0.5
    land.unroute(tiles)  # what was held goes on
    wait_until(lambda: land.locator(shown).count() == 1)
    assert land.locator(shown).evaluate("(it) => getComputedStyle(it).opacity") == "1"


def test_another_model_is_another_land_with_its_own_attributes(land: Page) -> None:
    assert land.get_by_text("Smile", exact=True).is_visible()
    land.get_by_label("Model").select_option("aerial")
    land.get_by_text("Forest", exact=True).wait_for()
    wait_for_tiles(land)
    land.get_by_role("button", name="Undo", exact=True).click()
    land.get_by_text("Smile", exact=True).wait_for()


def test_the_start_page_leads_to_the_land(page: Page, land_url: str) -> None:
    page.goto(land_url)
    page.get_by_text("Paint on an endless land").click()
    page.wait_for_url("**/land*")
    wait_for_tiles(page)
    assert page.locator(".land-panel").is_visible()


def test_without_a_model_of_land_the_page_says_what_to_do(page: Page, live_url: str) -> None:
    def leave_out_land(route: Route) -> None:
        models = route.fetch().json()["models"]
        route.fulfill(json={"models": [each for each in models if not each["is_spatial"]]})

    page.route("**/models", leave_out_land)
    page.goto(f"{live_url}/land")
    page.get_by_text("No model here draws land").wait_for()
    page.goto(live_url)
    page.wait_for_selector(".sample-new:not(:disabled)")
    assert not page.get_by_text("Paint on an endless land").is_visible()


def test_the_theme_and_the_help_are_there_too(land: Page) -> None:
    theme = land.locator("html")
    before = theme.get_attribute("data-theme")
    land.get_by_role("button", name="Switch to").click()
    assert theme.get_attribute("data-theme") != before
    land.reload()
    wait_for_tiles(land)
    assert theme.get_attribute("data-theme") != before
    land.keyboard.press("?")
    help_ = land.get_by_role("dialog", name="Help")
    assert help_.is_visible() and "Paint the attribute" in (help_.text_content() or "")
    land.keyboard.press("b")  # not for the page behind
    land.keyboard.press("Escape")
    assert not help_.is_visible()
    assert land.locator(".land-room").get_attribute("data-tool") == "move"
    land.keyboard.press("b")
    assert land.locator(".land-room").get_attribute("data-tool") == "paint"


def test_the_key_of_the_server_can_be_typed(page: Page, land_url: str) -> None:
    problem = {"code": "unauthorized", "title": "No key", "status": 401, "detail": ""}
    page.route(
        "**/models",
        lambda route: route.fulfill(
            status=401, content_type="application/problem+json", json=problem
        ),
    )
    page.goto(f"{land_url}/land")
    field = page.get_by_label("This server asks for an API key.")
    field.press_sequentially("bev[V]?z")
    assert field.input_value() == "bev[V]?z"
    assert not page.get_by_role("dialog", name="Help").is_visible()


def test_a_stroke_that_grows_too_long_is_kept_as_far_as_it_went(land: Page) -> None:
    land.set_viewport_size({"width": 1600, "height": 500})
    for _ in range(2):
        land.get_by_role("button", name="Zoom out").click()
        wait_for_tiles(land)
    land.get_by_text("Paint", exact=True).click()
    box = box_of(land.locator(".land-room"))
    land.mouse.move(box["x"] + 2, box["y"] + 200)
    land.mouse.down()
    land.mouse.move(box["x"] + 1200, box["y"] + 210, steps=30)  # four of the land's to a pixel
    wait_until(lambda: land.locator(".land-edit").count() == 1)
    land.mouse.up()
    wait_for_tiles(land)
    assert land.locator(".land-edit").count() == 1


def test_a_second_finger_calls_a_stroke_off(land: Page) -> None:
    land.get_by_text("Paint", exact=True).click()
    room = land.locator(".land-room")
    box = box_of(room)

    def touch(kind: str, finger: int, x: float) -> None:
        at = {"clientX": box["x"] + x, "clientY": box["y"] + 200, "pointerId": finger}
        room.dispatch_event(kind, {**at, "pointerType": "touch", "button": 0, "bubbles": True})

    land.evaluate("Element.prototype.setPointerCapture = () => {}")  # of fingers that are not there
    touch("pointerdown", 7, 200)
    touch("pointermove", 7, 240)
    assert land.locator(".land-trace").count() == 1
    touch("pointerdown", 8, 400)
    touch("pointermove", 8, 440)
    touch("pointerup", 8, 440)
    touch("pointerup", 7, 240)
    assert land.locator(".land-trace").count() == 0
    assert land.locator(".land-edit").count() == 0
    touch("pointerdown", 9, 200)
    touch("pointerup", 9, 200)
    wait_until(lambda: land.locator(".land-edit").count() == 1)


def test_the_land_is_painted_with_the_keyboard_alone(land: Page) -> None:
    room = land.locator(".land-room")
    room.focus()
    land.keyboard.press("b")
    ring, stage = (box_of(land.locator(css)) for css in (".land-room path", ".land-room"))
    assert abs(ring["y"] + ring["height"] / 2 - stage["y"] - stage["height"] / 2) < 2
    before = land.evaluate("location.hash")
    land.keyboard.press("ArrowRight")
    wait_until(lambda: land.evaluate("location.hash") != before)
    wait_for_tiles(land)
    before = seen(land)
    land.keyboard.press("Enter")
    wait_until(lambda: land.locator(".land-edit").count() == 1)
    wait_for_tiles(land)
    wait_until(lambda: land.locator(".land-trace").count() == 0)
    assert (seen(land) != before).any()
    land.get_by_role("button", name="Undo", exact=True).focus()
    land.keyboard.press("Enter")  # the button's
    wait_until(lambda: land.locator(".land-edit").count() == 0)
    room.focus()
    land.keyboard.press("e")
    with land.expect_download(timeout=TIMEOUT_S * 1000) as download:
        land.keyboard.press("Enter")
        land.locator(".dialog[open]").wait_for()
        land.keyboard.press("Enter")
    with Image.open(download.value.path()) as image:
        assert abs(image.width - stage["width"]) <= 2, "what is seen"
