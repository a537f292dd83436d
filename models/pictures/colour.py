"""Colours of any meaning as sRGB, by LittleCMS."""

import io

import numpy as np
from PIL import Image, ImageCms

from models.pictures.samples import Samples

SPACES = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK", "LAB": "Lab"}
"""What ICC calls the colours of an image's mode."""
SRGB_GAMMA = 1 / 2.2  # what PNG's gAMA says of sRGB; it is left alone
GAMMA_STEP = 0.02  # nearer than this is meant to be that


def to_srgb(samples: Samples) -> Image.Image:
    """The colours as RGB. A profile that cannot be used, or is of other colours than the file's, is
    as good as none: grey and RGB are then sRGB's."""
    colours, profile = samples.colours, usable(samples.profile)
    if profile is not None:
        meant = of_space(colours, space_of(profile))
        if space_of(profile) == SPACES.get(meant.mode):
            try:
                return converted(meant, profile)
            except ImageCms.PyCMSError:
                pass
    if colours.mode == "LAB":
        return converted(colours, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")))
    gamma = SRGB_GAMMA if samples.profile else samples.gamma or SRGB_GAMMA
    if abs(gamma - SRGB_GAMMA) > GAMMA_STEP and colours.mode in ("L", "RGB"):
        colours = from_gamma(colours, gamma)
    return colours.convert("RGB")


def usable(profile: bytes | None) -> ImageCms.ImageCmsProfile | None:
    """A profile as LittleCMS has it; None of what is none."""
    try:
        return ImageCms.ImageCmsProfile(io.BytesIO(profile)) if profile else None
    except (ImageCms.PyCMSError, OSError):
        return None


def space_of(profile: ImageCms.ImageCmsProfile) -> str:
    """The colours that a profile is for."""
    return str(profile.profile.xcolor_space).strip()


def of_space(colours: Image.Image, space: str) -> Image.Image:
    """Grey as RGB, or RGB that is grey everywhere as grey, where the profile is for that: some
    formats, and PNG's grey with alpha in 16 bits, are decoded as RGB."""
    if space == "RGB" and colours.mode == "L":
        return colours.convert("RGB")
    if space == "GRAY" and colours.mode == "RGB":
        red, green, blue = colours.split()
        return red if red == green == blue else colours
    return colours


def converted(colours: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    """Colours of a profile as sRGB."""
    target = ImageCms.createProfile("sRGB")
    image = ImageCms.profileToProfile(colours, profile, target, outputMode="RGB")
    assert image is not None, "only conversion in place returns nothing"
    return image


def from_gamma(colours: Image.Image, gamma: float) -> Image.Image:
    """Levels v, whose light is v^(1 / gamma), as sRGB's. Source: PNG, section 11.3.2.2 (gAMA);
    IEC 61966-2-1, of sRGB."""
    light = (np.arange(256) / 255) ** (1 / gamma)
    coded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    table = (coded * 255).round().astype(int).tolist()
    return colours.point(table * len(colours.getbands()))
