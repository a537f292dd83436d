"""Pictures as files, and an edited crop put back into its picture."""

import io
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.pictures import Picture
from worker.ports import Pixels

ImageFormat = Literal["png", "webp", "jpeg"]
MEDIA_TYPES: dict[ImageFormat, str] = {
    "png": "image/png",
    "webp": "image/webp",
    "jpeg": "image/jpeg",
}
Box = tuple[int, int, int, int]
FRAME_MS = 50
REST_MS = 800  # on the original, and on the result


class ImageFile(NamedTuple):
    """A picture as bytes, and what a library has to know of them."""

    data: bytes
    media_type: str
    width: int
    height: int


def written(picture: Picture, image_format: ImageFormat, quality: int) -> ImageFile:
    """A picture as a file of a kind."""
    data = write_picture(picture, image_format, quality)
    return ImageFile(data, MEDIA_TYPES[image_format], *picture.size_px)


def write_picture(picture: Picture, image_format: ImageFormat, quality: int) -> bytes:
    """A picture as a file; JPEG has no alpha and shows it on white."""
    if image_format == "jpeg" or picture.alpha is None:
        return write_pixels(picture.on_white(), image_format, quality)
    return write_pixels(np.dstack([picture.pixels, picture.alpha]), image_format, quality)


def write_pixels(pixels: NDArray[np.uint8], image_format: ImageFormat, quality: int) -> bytes:
    """Pixels, uint8 [H, W, 3 or 4], as a file. PNG and WebP of quality 100 lose nothing."""
    file = io.BytesIO()
    image = Image.fromarray(pixels)
    if image_format == "png":
        image.save(file, "PNG", compress_level=1)  # the rest buys 10 % of bytes for 5 × the time
    elif image_format == "webp":
        image.save(file, "WEBP", quality=quality, lossless=quality == 100, method=2, exact=True)
    else:
        subsampling = 0 if quality >= 90 else 2  # 4:4:4 where quality is asked for
        image.save(file, "JPEG", quality=quality, subsampling=subsampling)
    return file.getvalue()


def write_animation(pictures: Sequence[Picture], quality: int) -> ImageFile:
    """Pictures of one size, one after the other and back again for ever, as an animated WebP."""
    images = [Image.fromarray(picture.on_white()) for picture in pictures]
    images += images[-2:0:-1]
    durations = [FRAME_MS] * len(images)
    durations[0] = durations[len(pictures) - 1] = REST_MS
    file = io.BytesIO()
    images[0].save(
        file,
        "WEBP",
        save_all=True,
        append_images=images[1:],
        duration=durations,
        loop=0,
        quality=quality,
        method=2,
    )
    return ImageFile(file.getvalue(), MEDIA_TYPES["webp"], *pictures[0].size_px)


def crop_picture(picture: Picture, crop: Box) -> Picture:
    """The part of a picture below a box."""
    x, y, w, h = crop
    alpha = None if picture.alpha is None else picture.alpha[y : y + h, x : x + w]
    return Picture(np.ascontiguousarray(picture.pixels[y : y + h, x : x + w]), alpha)


def shrunk(picture: Picture, max_side: int) -> Picture:
    """The picture with no side longer than that."""
    width, height = picture.size_px
    scale = max_side / max(width, height)
    if scale >= 1:
        return picture
    size = (max(1, round(width * scale)), max(1, round(height * scale)))

    def small(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
        image = Image.fromarray(plane)
        return np.asarray(image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0))

    alpha = None if picture.alpha is None else small(picture.alpha)
    return Picture(small(picture.pixels), alpha)


def repaint(picture: Picture, edited: Pixels) -> Picture:
    """The picture, with `edited` where that is not what the model was shown; same alpha."""
    if picture.alpha is None:
        return Picture(edited, None)
    changed = (edited != picture.on_white()).any(axis=2, keepdims=True)
    return Picture(np.where(changed, edited, picture.pixels), picture.alpha)


def paste(picture: Picture, part: Picture, crop: Box) -> Picture:
    """A picture with `part` at `crop`; every pixel outside is what it was."""
    x, y, w, h = crop
    pixels = picture.pixels.copy()
    pixels[y : y + h, x : x + w] = part.pixels
    return Picture(pixels, picture.alpha)
