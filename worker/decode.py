"""Pictures as they are uploaded, made into upright 8-bit RGB; masks as numbers. No model here.

Runs in the worker, so that a hostile file cannot hurt the server. The header is checked before a
pixel is decoded (`contracts/pictures.py`).
"""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps

from contracts.errors import InvalidEdit, InvalidImage
from contracts.masks import MAX_MASK_PNG_PX
from contracts.pictures import BROKEN_FILE_ERRORS, open_header
from worker.ports import Pixels

BROKEN = "the picture is damaged or cut short: export it again, or try PNG or JPEG"
DEEP_MODES = ("I;16", "I;16L", "I;16B", "I;16N", "I", "F")


@dataclass(frozen=True)
class Picture:
    """An upright picture; `alpha` is uint8 [H, W] or None, and the colours below it are kept."""

    pixels: Pixels
    alpha: NDArray[np.uint8] | None

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height."""
        return self.pixels.shape[1], self.pixels.shape[0]

    def on_white(self) -> Pixels:
        """The picture as it looks on paper: what a model is shown."""
        if self.alpha is None:
            return self.pixels
        alpha = self.alpha[:, :, None].astype(np.uint16)
        mixed = self.pixels * alpha + 255 * (255 - alpha) + 127
        return (mixed // 255).astype(np.uint8)


def decode_picture(data: bytes, max_pixels: int) -> Picture:
    """Decode any picture we take: first frame, orientation applied, sRGB, 8 bits.

    Raises:
        InvalidImage: not a picture, damaged or cut short.
        TooLarge: more than `max_pixels`.
    """
    image = open_header(io.BytesIO(data), max_pixels)
    try:
        image.load()
        upright = ImageOps.exif_transpose(_to_srgb(_to_8_bits(image)))
    except BROKEN_FILE_ERRORS:
        raise InvalidImage(BROKEN) from None
    if not _has_alpha(upright):
        return Picture(np.asarray(upright.convert("RGB")), None)
    rgba = np.asarray(upright.convert("RGBA"))
    alpha = rgba[:, :, 3]
    return Picture(np.ascontiguousarray(rgba[:, :, :3]), None if alpha.min() == 255 else alpha)


def decode_mask(png: bytes) -> NDArray[np.float32]:
    """A PNG mask as float [h, w] in [0, 1].

    Raises:
        InvalidEdit: the PNG is damaged, or larger than its first header says.
    """
    try:
        image = Image.open(io.BytesIO(png), formats=("PNG",))
        if max(image.size) > MAX_MASK_PNG_PX:  # a file may have a second header, which counts
            raise InvalidEdit(f"a mask's PNG is at most {MAX_MASK_PNG_PX} px a side")
        image.load()
        grey = _to_8_bits(image).convert("L")
    except BROKEN_FILE_ERRORS:
        raise InvalidEdit("a mask's PNG is damaged or cut short") from None
    return np.asarray(grey, dtype=np.float32) / np.float32(255)


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info


def _to_8_bits(image: Image.Image) -> Image.Image:
    """Bring 16- and 32-bit greys to 8 bits; Pillow would clip them instead."""
    if image.mode not in DEEP_MODES:
        return image
    values = np.asarray(image).astype(np.float64)
    full = 65535.0 if image.mode != "F" or values.max(initial=0) > 1 else 1.0
    eight = np.clip(np.round(np.nan_to_num(values) / full * 255), 0, 255).astype(np.uint8)
    grey = Image.fromarray(eight)
    grey.info["exif"] = image.info.get("exif", b"")
    exif = image.getexif()
    if exif:
        grey.getexif().update(exif)
    return grey


def _to_srgb(image: Image.Image) -> Image.Image:
    """Apply the embedded colour profile, where there is a usable one."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(image, source, target, outputMode=mode)
    except (ImageCms.PyCMSError, OSError):
        return image
    if converted is None:
        return image
    exif = image.getexif()
    if exif:
        converted.getexif().update(exif)
    return converted
