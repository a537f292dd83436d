"""What a file holds, in 8 bits: before its colours are sRGB's and it stands upright."""

from dataclasses import dataclass

from PIL import Image

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What brings each orientation upright. Source: Exif 2.3, tag 0x0112."""


@dataclass(frozen=True)
class Samples:
    """A file's picture.

    Attributes:
        colours: of mode L, RGB, CMYK or LAB.
        alpha: of mode L, or None where nothing is transparent.
        orientation: as EXIF and TIFF number it, from 1; anything else is upright.
        profile: an ICC profile that says what the colours mean.
        gamma: what PNG says instead; 1 is linear light.
    """

    colours: Image.Image
    alpha: Image.Image | None
    orientation: int = 1
    profile: bytes | None = None
    gamma: float | None = None

    def upright(self, image: Image.Image) -> Image.Image:
        """An image of these samples as it was seen."""
        turn = TURNS.get(self.orientation)
        return image if turn is None else image.transpose(turn)
