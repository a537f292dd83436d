"""From no model for photos to a painted photo, on the page, without a restart."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.driver import Drive
from tests.browser.served import ServeFolder
from tests.fakes import people
from tests.fakes.file_server import Answer, serving
from tests.fakes.kits import checkpoint, kit, write_kits


@dataclass
class Mirror:
    """An authors' server that a test makes behave as it likes; its kits as a file."""

    kits: Path
    mode: str = "page"


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    files = {"faces.pkl": checkpoint(tmp_path)}
    state = Mirror(tmp_path / "kits.json")

    def answer(request: Answer, _number: int) -> None:
        data = files[request.path.strip("/")]
        start = request.start_of_range()
        rest = data[start:]
        if state.mode == "page":
            request.send(b"<html>Too many downloads today", kind="text/html")
        elif state.mode == "lies":
            request.send(data[:-1])
        elif state.mode == "breaks off":
            request.send(rest[: len(data) // 3], 206 if start else 200, len(rest))
        else:
            request.send(rest, 206 if start else 200)

    with serving(answer) as (address, _):
        write_kits(state.kits, kit(address, files))
        yield state


def test_a_model_for_photos_is_fetched_and_painted_with(
    page: Page,
    drive: Drive,
    serve_folder: ServeFolder,
    mirror: Mirror,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LATENTBRUSH_KITS_FILE", str(mirror.kits))
    photo = tmp_path / "two.png"
    Image.fromarray(people.two_people()).save(photo)
    with serve_folder(tmp_path) as url:
        driver = drive(page, url)
        driver.open_start()
        card = page.get_by_role("region", name="Models to fetch")
        expect(card).to_contain_text("Photos of people")
        expect(card).to_contain_text("non-commercial")

        def get() -> None:
            card.get_by_role("button", name="Get it…").click()
            fetch = page.get_by_role("button", name="Fetch", exact=True)
            fetch.click()
            expect(fetch).to_be_visible()  # the licence first
            page.get_by_label("I have read the licence").check()
            fetch.click()

        get()
        expect(card).to_contain_text("sends a page in place of faces.pkl", timeout=15_000)
        mirror.mode = "lies"
        get()
        expect(card).to_contain_text("announces", timeout=15_000)
        assert page.locator(".model").filter(has_text="Photos of people").count() == 0
        mirror.mode = "breaks off"
        get()
        model = page.locator(".model").filter(has_text="Photos of people")
        expect(model.locator("input")).to_be_checked(timeout=60_000)
        expect(card.get_by_role("button", name="Get it…")).to_be_hidden()

        driver.upload(photo)
        driver.wait_for_phase("crop")
        page.get_by_role("button", name="Edit this face 1").click()
        driver.wait_for_editor()
        before = driver.shown_image()
        driver.strong()
        driver.stroke((0.3, 0.4), (0.7, 0.5))
        after = driver.shown_image()
        assert before.shape == after.shape and (before != after).any()
        assert driver.saved()["latent_id"]


def test_a_page_of_somebody_elses_server_offers_none(
    page: Page,
    drive: Drive,
    serve_folder: ServeFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LATENTBRUSH_DOWNLOADS", "false")
    with serve_folder(tmp_path) as url:
        drive(page, url).open_start()
        expect(page.get_by_role("region", name="Models to fetch")).to_have_count(0)
