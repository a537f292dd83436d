"""A model of one's own on the page: the choice, the strips, and what is done with a direction."""

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Page

from cli.pick import default_device
from tests.browser.driver import Drive, Driver
from tests.browser.served import ServeFolder
from tests.fakes.checkpoints import write_official
from tests.fakes.reference import random_weights
from worker.adoption import About, Files, adopt_files


@pytest.fixture(scope="module")
def own_url(tmp_path_factory: pytest.TempPathFactory, serve_folder: ServeFolder) -> Iterator[str]:
    """A server with one imported model beside the shipped one."""
    folder = tmp_path_factory.mktemp("own")
    write_official(folder / "mine.pkl", random_weights(64, w_dim=64, channel_max=64, layers=2))
    (folder / "data" / "models").mkdir(parents=True)
    target = folder / "data" / "models" / "mine"
    about = About("My network", "CC0-1.0")
    adopt_files(Files(folder / "mine.pkl"), target, about, default_device(), lambda step: None)
    with serve_folder(folder) as url:
        yield url


@pytest.fixture
def own(page: Page, drive: Drive, own_url: str) -> Driver:
    """The editor on a picture of that model."""
    driver = drive(page, own_url)
    driver.open_start()
    page.locator(".model", has_text="My network").click()
    driver.generate()
    return driver


def test_a_model_shows_what_it_is_and_is_remembered(page: Page, drive: Drive, own_url: str) -> None:
    driver = drive(page, own_url)
    driver.open_start()
    card = page.locator(".model", has_text="My network")
    assert "64 px · CC0-1.0" in card.inner_text()
    assert "mine.pkl (NVIDIA PyTorch pickle)" in card.inner_text()
    assert card.locator("img").evaluate("(img) => img.decode().then(() => img.naturalWidth)") == 128
    card.click()
    fast = page.locator(".start").get_by_text("Fast", exact=True)
    assert fast.is_hidden()  # there is no encoder to be fast with
    page.wait_for_timeout(400)
    page.reload()
    page.wait_for_selector(".sample-new:not(:disabled)")
    assert page.get_by_role("radio", name="My network").is_checked()


def test_a_found_direction_shows_its_strip_and_paints(own: Driver) -> None:
    assert own.page.locator(".model-name").inner_text() == "My network"
    strip = own.page.locator(".attribute", has_text="Coarse 1").locator(".strip-tile")
    assert strip.count() == 5
    own.page.wait_for_function(  # a worker draws it at first sight
        "() => document.querySelector('.strip-tile').style.backgroundImage.startsWith('url')"
    )
    address = strip.first.evaluate("(tile) => getComputedStyle(tile).backgroundImage")
    assert own.page.request.get(address[5:-2]).headers["content-type"] == "image/webp"
    before = own.shown_image()
    own.strong()
    own.stroke((0.2, 0.2), (0.3, 0.3))
    assert np.abs(own.shown_image() - before).max() > 0


def test_a_direction_is_named_turned_around_and_dropped(own: Driver) -> None:
    page = own.page
    page.get_by_role("radio", name="Coarse 2").check(force=True)
    name = page.get_by_label("Name of this direction")
    assert name.input_value() == "Coarse 2"
    name.fill("Tilt")
    name.press("Enter")
    tilt = page.locator(".attribute", has_text="Tilt")
    tilt.wait_for()
    places = "(tiles) => tiles.map((tile) => tile.style.backgroundPositionX)"
    before = tilt.locator(".strip-tile").evaluate_all(places)
    page.get_by_role("button", name="Swap what is more and what is less").click()
    page.wait_for_function(
        "(first) => document.querySelector('.attribute:has(:checked) .strip-tile')"
        ".style.backgroundPositionX !== first",
        arg=before[0],
    )
    assert tilt.locator(".strip-tile").evaluate_all(places) == before[::-1]
    own.stroke((0.5, 0.5), (0.6, 0.6))
    drop = page.get_by_role("button", name="Remove this direction from the model")
    assert drop.is_disabled()  # an edit uses it, and undo could bring it back
    page.get_by_role("radio", name="Middle 2").check(force=True)
    drop.click()
    page.locator(".attribute", has_text="Middle 2").wait_for(state="detached")
    assert tilt.count() == 1


def test_a_trained_attribute_has_nothing_to_name(page: Page, drive: Drive, own_url: str) -> None:
    driver = drive(page, own_url)
    driver.open_start()
    page.get_by_role("radio", name="Drawn portraits").check(force=True)
    driver.generate()
    assert page.get_by_label("Name of this direction").is_hidden()
    assert page.locator(".strip").count() == 0
