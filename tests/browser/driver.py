"""What the tests do with the page, as a person would."""

import base64
import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Protocol, TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import FilePayload, FloatRect, Locator, Page, ViewportSize, expect

ENCODE_TIMEOUT_MS = 120_000

Place = tuple[float, float]
Button = Literal["left", "right"]
Pixels = NDArray[np.int_]
Mask = NDArray[np.float64]
Wire = dict[str, Any]  # JSON of the API
Upload = FilePayload | str | Path | Sequence[FilePayload] | Sequence[str | Path]


class PageOptions(TypedDict, total=False):
    viewport: ViewportSize
    color_scheme: Literal["light", "dark"]
    device_scale_factor: float
    has_touch: bool
    locale: str


class NewPage(Protocol):
    """Make a page with options of its own."""

    def __call__(self, **options: Unpack[PageOptions]) -> Page: ...


class Drive(Protocol):
    """Make a driver for a page, of another server if need be."""

    def __call__(self, page: Page, url: str = ...) -> "Driver": ...


class PictureFile(Protocol):
    """Make a picture as set_input_files takes it."""

    def __call__(self, width: int, height: int, name: str = ...) -> FilePayload: ...


def box_of(locator: Locator) -> FloatRect:
    """Where something that is seen lies on the page."""
    box = locator.bounding_box()
    assert box is not None, f"{locator} is not seen"
    return box


def attribute_of(locator: Locator, name: str) -> str:
    """An attribute that is there."""
    value = locator.get_attribute(name)
    assert value is not None, f"{locator} has no {name}"
    return value


class Driver:
    """What a person does with the page. Places are fractions of the picture's width and height."""

    def __init__(self, page: Page, live_url: str) -> None:
        self.page = page
        page.add_init_script(
            "localStorage.setItem('latentbrush.tourSeen', 'true')"
        )  # not their first time
        self.live_url = live_url

    def open_start(self) -> None:
        """Go to the start and wait for the models; encode fast, so that a test takes seconds."""
        self.page.goto(self.live_url + "/")
        self.page.wait_for_selector(".sample-new:not(:disabled)")
        self.page.locator(".start").get_by_text("Fast", exact=True).click()

    def generate(self) -> None:
        self.page.get_by_role("button", name="Generate one").click()
        self.wait_for_editor()

    def upload(self, file: Upload) -> None:
        self.page.set_input_files("body > input[type=file]", file)

    def open_sample(self, name: str = "Ada") -> None:
        """A picture whose cells differ; those of a generated one are all the same."""
        samples = self.page.locator(".gallery:not(.sessions)")
        samples.get_by_role("button", name=name).click()
        self.wait_for_editor()

    def wait_for_phase(self, phase: str) -> None:
        self.page.wait_for_selector(f"html[data-phase={phase}]", timeout=ENCODE_TIMEOUT_MS)

    def wait_for_editor(self) -> None:
        self.wait_for_phase("editor")
        self.settle()

    def settle(self) -> None:
        """Wait until the shown picture is the one of the edit list, and has stopped fading."""
        self.page.wait_for_selector(".editor:not(.is-busy)", timeout=ENCODE_TIMEOUT_MS)
        self.page.wait_for_selector(".layer-picture[data-is-still=true]", state="attached")

    def at(self, x: float, y: float) -> Place:
        """The client position of a place on the picture."""
        left, top, width, height = self._box()
        stage = box_of(self.page.locator(".stage"))
        return stage["x"] + left + x * width, stage["y"] + top + y * height

    def press(self, *places: Place, button: Button = "left") -> None:
        """Press and move, without letting go."""
        self.page.mouse.move(*self.at(*places[0]))
        self.page.mouse.down(button=button)
        for place in places[1:]:
            self.page.mouse.move(*self.at(*place), steps=6)

    def stroke(self, *places: Place, button: Button = "left") -> None:
        self.press(*places, button=button)
        self.page.mouse.up(button=button)
        self.settle()
        self.page.mouse.move(5, 400)

    def set_slider(self, label: str, value: float | str) -> None:
        """Type a slider's number."""
        field = self.page.get_by_label(label, exact=True)
        field.fill(str(value))
        field.press("Enter")
        self.settle()

    def strong(self) -> None:
        """As much of the attribute as there is, so that the change shows on any model."""
        amount = self.page.get_by_label("Amount, σ", exact=True)
        self.set_slider("Amount, σ", attribute_of(amount, "max"))

    def canvas(self) -> Pixels:
        """The picture as the canvas shows it, as int pixels."""
        picture = self.page.locator(".layer-picture")
        left, top, width, height = self._box()
        url = picture.evaluate("(canvas) => canvas.toDataURL()")
        data = io.BytesIO(base64.b64decode(url.split(",")[1]))
        pixels = np.asarray(Image.open(data).convert("RGB")).astype(int)
        rows = slice(math.ceil(top), math.floor(top + height))
        return pixels[rows, math.ceil(left) : math.floor(left + width)]

    def _box(self) -> list[float]:
        """Left, top, width and height of the picture on its canvas."""
        picture = self.page.locator(".layer-picture")
        return [float(side) for side in attribute_of(picture, "data-box").split()]

    def overlay_sum(self) -> int:
        """How much is drawn over the picture."""
        total: int = self.page.evaluate(
            """() => {
                const canvas = document.querySelector('.layer-overlay');
                const context = canvas.getContext('2d');
                const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
                let sum = 0;
                for (let i = 3; i < data.length; i += 4) sum += data[i];
                return sum;
            }"""
        )
        return total

    def shown_image(self) -> Pixels:
        """The shown picture as the API has it, as int pixels."""
        image_id = self.page.locator(".layer-picture").get_attribute("data-image-id")
        response = self.page.request.get(f"{self.live_url}/images/{image_id}")
        assert response.ok
        return np.asarray(Image.open(io.BytesIO(response.body())).convert("RGB")).astype(int)

    def edit_rows(self) -> Locator:
        return self.page.locator(".edit")

    def status(self) -> str:
        return self.page.locator(".status-text").inner_text()

    def wait_until_saved(self) -> str:
        """Wait until the server has the session; its id."""
        expect(self.page.locator(".saving")).to_have_text("Saved", timeout=20_000)
        session_id: str = self.page.evaluate(
            "() => new URLSearchParams(location.hash.slice(1)).get('session')"
        )
        return session_id

    def wait_until_kept(self, name: str) -> None:
        """Give the session a name, and wait until the server has it."""
        field = self.page.get_by_label("Name of this session")
        field.fill(name)
        field.press("Enter")
        self.wait_until_saved()

    def saved(self) -> Wire:
        """The kept session as the API takes it."""
        self.wait_until_saved()
        before, copy = None, self._copy()
        while copy != before:  # the browser's copy is written when the hand rests
            self.page.wait_for_timeout(300)
            before, copy = copy, self._copy()
        assert copy is not None, "this browser has no copy of the session"
        return copy

    def _copy(self) -> Wire | None:
        copy: Wire | None = self.page.evaluate(
            """() => {
                const address = new URLSearchParams(location.hash.slice(1));
                const id = address.get('session') ?? address.get('latent');
                return JSON.parse(localStorage.getItem('latentbrush.session.' + id))?.wire;
            }"""
        )
        return copy

    def painted(self, edit: Wire | None = None) -> Mask:
        """The mask of an edit, of the only one if none is named, as numbers from 0 to 1."""
        if edit is None:
            (edit,) = self.saved()["edits"]
        mask = edit["mask"]
        assert mask["kind"] == "stored", "a settled mask was sent once and goes by its id"
        file = self.page.request.get(f"{self.live_url}/masks/{mask['mask_id']}").body()
        with Image.open(io.BytesIO(file)) as image:
            assert image.mode == "L"
            return np.asarray(image) / 255
