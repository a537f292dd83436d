"""Pictures become upright 8-bit RGB, or an error that says what to do."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from contracts.errors import InvalidEdit, InvalidImage, TooLarge
from models.pictures import Picture
from models.pictures.plain import FORMATS
from tests.fakes.fake_editor import FakeEditor
from tests.fakes.pictures import (
    ORIENTATION_TAG,
    file_of,
    huge_png_header,
    noise,
    oriented_png,
    png,
    stored,
)
from worker.decode import decode_mask, decode_picture
from worker.ports import JobEditor

LIMIT_PX = 1_000_000


def test_the_fake_editor_is_an_editor() -> None:
    editor: JobEditor = FakeEditor("fake", 64, "cpu")
    assert editor.resolution == 64


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation(orientation: int) -> None:
    upright = noise(7, 5)
    picture = decode_picture(oriented_png(upright, orientation), LIMIT_PX)
    assert picture.size_px == (7, 5)
    assert np.array_equal(picture.pixels, upright)


@pytest.mark.parametrize("orientation", [3, 6])
def test_orientation_of_deep_and_profiled_pictures(orientation: int) -> None:
    grey = (np.arange(7 * 5, dtype=np.uint16) * 1000).reshape(5, 7, 1)
    exif = Image.Exif()
    exif[0x0112] = orientation
    deep = file_of(Image.fromarray(stored(grey, orientation)[:, :, 0]), exif=exif)
    assert decode_picture(deep, LIMIT_PX).size_px == (7, 5)
    expected = np.round(grey[:, :, 0] / 257)
    assert np.array_equal(decode_picture(deep, LIMIT_PX).pixels[:, :, 0], expected)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    rgb = Image.fromarray(stored(noise(7, 5), orientation))
    profiled = file_of(rgb, exif=exif, icc_profile=profile)
    difference = decode_picture(profiled, LIMIT_PX).pixels.astype(int) - noise(7, 5)
    assert np.abs(difference).max() <= 2


def test_an_unusable_profile_is_left_alone() -> None:
    data = file_of(Image.fromarray(noise(7, 5)), icc_profile=b"nonsense")
    assert np.array_equal(decode_picture(data, LIMIT_PX).pixels, noise(7, 5))


def test_alpha() -> None:
    rgba = noise(7, 5, channels=4)
    picture = decode_picture(file_of(Image.fromarray(rgba)), LIMIT_PX)
    assert picture.alpha is not None
    assert np.array_equal(np.dstack([picture.pixels, picture.alpha]), rgba)
    share = rgba[:, :, 3:] / 255
    expected = rgba[:, :, :3] * share + 255 * (1 - share)
    assert np.abs(picture.on_white() - expected).max() <= 0.51


def test_alpha_that_hides_nothing_is_no_alpha() -> None:
    rgba = np.dstack([noise(7, 5), np.full((5, 7), 255, np.uint8)])
    assert decode_picture(file_of(Image.fromarray(rgba)), LIMIT_PX).alpha is None


def test_a_transparent_colour_of_a_palette() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.putpixel((1, 0), 1)
    picture = decode_picture(file_of(image, transparency=1), LIMIT_PX)
    assert picture.alpha is not None
    assert picture.alpha.tolist() == [[255, 0]]


@pytest.mark.parametrize("image_format", ["HEIF", "AVIF"])
def test_what_phones_send_is_upright_and_keeps_its_alpha(image_format: str) -> None:
    pixels = np.zeros((60, 100, 4), np.uint8)
    pixels[:, :50], pixels[:, 50:] = (250, 20, 20, 255), (20, 20, 250, 100)
    image = Image.fromarray(pixels)
    exif = image.getexif()
    exif[ORIENTATION_TAG] = 6  # the camera was turned to the left
    for shown, alpha in ((image.convert("RGB"), None), (image, 100)):
        data = file_of(shown, image_format, quality=95, exif=exif.tobytes())
        picture = decode_picture(data, LIMIT_PX)
        assert picture.size_px == (60, 100)
        assert np.abs(picture.pixels[20, 30].astype(int) - (250, 20, 20)).max() < 12
        assert np.abs(picture.pixels[80, 30].astype(int) - (20, 20, 250)).max() < 12
        assert (picture.alpha is None) == (alpha is None)
        if picture.alpha is not None:
            assert abs(int(picture.alpha[80, 30]) - 100) < 4


@pytest.mark.filterwarnings("ignore")  # Pillow warns of what it then refuses
def test_every_cut_of_a_file_is_an_error_of_ours() -> None:
    for image_format in FORMATS:
        data = file_of(Image.fromarray(noise(40, 30)), image_format)
        for share in (0, 0.01, 0.1, 0.5, 0.9):
            with pytest.raises(InvalidImage):
                decode_picture(data[: int(len(data) * share)], LIMIT_PX)


@pytest.mark.filterwarnings("ignore")
def test_damaged_files_are_pictures_or_errors_of_ours() -> None:
    random = np.random.default_rng(0)
    for image_format in FORMATS:
        data = bytearray(file_of(Image.fromarray(noise(40, 30)), image_format))
        for _ in range(60):
            damaged = bytearray(data)
            for place in random.integers(0, len(data), 4):
                damaged[place] = random.integers(0, 256)
            try:
                picture = decode_picture(bytes(damaged), LIMIT_PX)
            except (InvalidImage, TooLarge):
                continue
            assert isinstance(picture, Picture)


def test_size_is_judged_before_decoding() -> None:
    with pytest.raises(TooLarge, match="4,800"):
        decode_picture(png(80, 60), 4000)


def test_masks() -> None:
    grey = np.array([[0, 51, 255]], np.uint8)
    mask = decode_mask(mask_of(Image.fromarray(grey)))
    assert mask.dtype == np.float32
    assert mask.tolist() == pytest.approx(np.array([[0, 0.2, 1]]))
    assert decode_mask(mask_of(Image.fromarray(grey).convert("RGB"))).shape == (1, 3)
    deep = Image.fromarray(np.array([[0, 65535]], np.uint16))
    assert decode_mask(mask_of(deep)).tolist() == [[0, 1]]


def test_a_mask_is_as_large_as_its_last_header_says() -> None:
    with pytest.raises(InvalidEdit, match="4096"):
        decode_mask(huge_png_header(8, 8, 20_000, 20_000))


@pytest.mark.filterwarnings("ignore")
def test_broken_exif_is_a_picture_or_an_error_of_ours() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x011A], exif[0x010E] = 6, 72.5, "a description"
    exif.get_ifd(0x8769)[0x9003] = "2020:01:01 00:00:00"
    good = exif.tobytes()
    random = np.random.default_rng(0)
    num_decoded = 0
    for _ in range(400):
        broken = bytearray(good)
        for place in random.integers(6, len(good), 3):
            broken[place] = random.integers(0, 256)
        for image_format in ("PNG", "JPEG", "WEBP"):
            try:
                picture = decode_picture(file_with_exif(image_format, bytes(broken)), LIMIT_PX)
            except (InvalidImage, TooLarge):
                continue
            assert sorted(picture.size_px) == [3, 4]
            num_decoded += 1
    assert num_decoded > 0


def file_with_exif(image_format: str, exif: bytes) -> bytes:
    return file_of(Image.fromarray(noise(4, 3)), image_format, exif=exif)


@pytest.mark.parametrize(
    "error", [struct.error("x"), KeyError("x"), OverflowError("x"), zlib.error("x")]
)
def test_what_pillow_raises_of_broken_files(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Image.Image) -> Image.Image:
        raise error

    monkeypatch.setattr(Image.Image, "getexif", broken)
    with pytest.raises(InvalidImage):
        decode_picture(png(), LIMIT_PX)


def test_a_damaged_mask() -> None:
    with pytest.raises(InvalidEdit):
        decode_mask(png()[:200])


def mask_of(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
