"""Pictures as files, and crops put back."""

import io

import numpy as np
import pytest
from PIL import Image

from models.pictures import Picture
from tests.fakes.pictures import noise, pixels_of
from worker.encode import ImageFormat, crop_picture, paste, repaint, write_picture


@pytest.mark.parametrize(("image_format", "quality"), [("png", 1), ("webp", 100)])
@pytest.mark.parametrize("channels", [3, 4])
def test_lossless_means_lossless(image_format: ImageFormat, quality: int, channels: int) -> None:
    values = noise(9, 7, channels)
    picture = Picture(values[:, :, :3], values[:, :, 3] if channels == 4 else None)
    assert np.array_equal(pixels_of(write_picture(picture, image_format, quality)), values)


@pytest.mark.parametrize("image_format", ["webp", "jpeg"])
def test_quality_costs_bytes(image_format: ImageFormat) -> None:
    picture = Picture(noise(64, 64), None)
    assert len(write_picture(picture, image_format, 95)) > len(
        write_picture(picture, image_format, 30)
    )


def test_jpeg_shows_what_is_transparent_on_white() -> None:
    picture = Picture(np.zeros((16, 16, 3), np.uint8), np.zeros((16, 16), np.uint8))
    image = Image.open(io.BytesIO(write_picture(picture, "jpeg", 90)))
    assert image.mode == "RGB"
    assert np.asarray(image).min() > 250


def test_paste_leaves_the_rest() -> None:
    whole = Picture(noise(20, 10), None)
    crop = (12, 3, 5, 6)
    part = crop_picture(whole, crop)
    assert np.array_equal(part.pixels, noise(20, 10)[3:9, 12:17])
    assert np.array_equal(paste(whole, part, crop).pixels, whole.pixels)
    pasted = paste(whole, Picture(255 - part.pixels, None), crop).pixels
    outside = np.ones((10, 20), bool)
    outside[3:9, 12:17] = False
    assert np.array_equal(pasted[outside], whole.pixels[outside])
    assert np.array_equal(pasted[3:9, 12:17], 255 - part.pixels)


def test_repaint_keeps_hidden_colours_where_nothing_changed() -> None:
    values = noise(8, 8, 4)
    picture = Picture(values[:, :, :3], values[:, :, 3])
    edited = picture.on_white().copy()
    edited[0, 0] ^= 255
    repainted = repaint(picture, edited)
    assert np.array_equal(repainted.pixels[0, 0], edited[0, 0])
    assert np.array_equal(repainted.pixels[1:], picture.pixels[1:])
    assert repainted.alpha is picture.alpha
