"""One decoder: every mode, depth, profile, transparency, photometric and orientation, in all their
combinations, gives the colours that its specification says."""

import itertools
import struct
import zlib
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from models.errors import PictureError, PictureTooLarge
from models.pictures import Picture, decode, decode_selection
from models.pictures.plain import MAX_PACKED_BYTES
from tests.fakes.picture_files import (
    DISPLAY_P3,
    LINEAR_GREY,
    chunk,
    exif,
    png_file,
    tiff_file,
)
from tests.fakes.pictures import file_of, stored

LIMIT_PX = 10_000
ORIENTATIONS = range(1, 9)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
PROFILES = {"": b"", "sRGB": SRGB, "P3": DISPLAY_P3, "grey": LINEAR_GREY, "none": b"nonsense"}

RED, BLUE, GREY, WHITE = (234, 51, 35), (0, 0, 255), 100, 255
SEEN = {
    (RED, "P3"): (255, 0, 0),
    (GREY, "grey"): 168,  # linear light: 12.92 v or 1.055 v^(1 / 2.4) - 0.055
    (102, "grey"): 170,
    (85, "grey"): 156,
}
"""What a colour is in sRGB, where a profile changes it."""


def seen(colour: Any, profile: str) -> Any:
    """A colour of a file as sRGB; a profile of other colours than the file's changes nothing."""
    return SEEN.get((colour, profile), colour)


def drawn(colour: Any, corner: Any) -> NDArray[np.int64]:
    """3 × 2 pixels of a colour, with another at the top left: no two orientations look alike."""
    numbers = np.array([[colour] * 3] * 2)
    numbers[0, 0] = corner
    return numbers


def check(picture: Picture, colour: Any, corner: Any, hidden: bool, said: object) -> None:
    """Compare with what is expected; colours below nothing are anyone's."""
    expected = drawn(colour, corner)
    expected = expected if expected.ndim == 3 else np.dstack([expected] * 3)
    assert picture.size_px == (3, 2), said
    off = np.abs(picture.pixels.astype(int) - expected).max(axis=2)
    if hidden:
        assert picture.alpha is not None, said
        assert picture.alpha.tolist() == [[0, 255, 255], [255, 255, 255]], said
        off[0, 0] = 0
    else:
        assert picture.alpha is None, said
    assert off.max() <= 2, (said, picture.pixels.tolist(), expected.tolist())


def grey_level(bits: int) -> int:
    """Which of 2^bits levels is nearest to GREY."""
    return round(GREY / 255 * ((1 << bits) - 1))


def of_alpha(numbers: NDArray[Any], top: float) -> NDArray[Any]:
    """The same numbers beside an alpha that hides the corner."""
    return np.dstack([numbers, drawn(top, 0)])


def pngs(kind: str, bits: int) -> Iterator[tuple[NDArray[Any], dict[str, bytes], bool]]:
    """A kind of PNG with each transparency that it can have: numbers, chunks, whether the corner is
    hidden."""
    top = 2**bits - 1
    if kind == "palette":
        colours = bytes(RED + BLUE)
        for key in (b"", b"\xff\0"):
            yield drawn(0, 1), {"palette": colours, "key": key}, bool(key)
        return
    colour, corner = (RED, BLUE) if kind == "RGB" else (grey_level(bits), top)
    numbers = drawn(colour, corner) * (257 if kind == "RGB" and bits == 16 else 1)
    for key in (b"", struct.pack(">" + "H" * numbers[0, 0].size, *np.atleast_1d(numbers[0, 0]))):
        yield numbers, {"key": key}, bool(key)
    if bits >= 8:
        yield of_alpha(numbers, top), {}, True


@pytest.mark.parametrize(
    ("kind", "bits"),
    [("grey", bits) for bits in (1, 2, 4, 8, 16)]
    + [("palette", bits) for bits in (1, 2, 4, 8)]
    + [("RGB", 8), ("RGB", 16)],
)
def test_every_png(kind: str, bits: int) -> None:
    levels = np.array([grey_level(bits), 2**bits - 1]) * 255 / (2**bits - 1)
    grey = tuple(int(level) for level in levels.round())
    colour, corner = grey if kind == "grey" else (RED, BLUE)
    for (numbers, chunks, hidden), profile, turn in itertools.product(
        pngs(kind, bits), PROFILES, ORIENTATIONS
    ):
        data = png_file(
            stored(numbers, turn), bits, profile=PROFILES[profile], orientation=turn, **chunks
        )
        said = (list(chunks), hidden, profile, turn)
        shown = seen(colour, profile), seen(corner, profile)
        check(decode(data, LIMIT_PX), *shown, hidden, said)


WHITES = {
    "u1": 255, "u2": 65535, "u4": 255, "i2": 255, "i4": 255, "f4": 1.0, "f8": 255.0
}  # fmt: skip
"""What white is to those who write numbers of a type."""
GREYS, COLOURS = (0, 1), 2


@pytest.mark.parametrize("photometric", [*GREYS, COLOURS])
@pytest.mark.parametrize("dtype", WHITES)
@pytest.mark.parametrize("order", ["<", ">"])
def test_every_tiff_of_numbers(photometric: int, dtype: str, order: Literal["<", ">"]) -> None:
    white = WHITES[dtype]
    colour, corner = (RED, BLUE) if photometric == COLOURS else (GREY, WHITE)
    extras: list[int | None] = [None, 0]
    if dtype in ("u1", "u2"):
        extras += [1, 2]
    for extra, profile, turn in itertools.product(extras, PROFILES, ORIENTATIONS):
        numbers = drawn(colour, corner) / 255 * white
        if photometric == 0:
            numbers = white - numbers
        if extra is not None:
            numbers = of_alpha(numbers, white)
        if extra == 1:
            numbers[0, 0] = 0
        rounded = numbers if dtype[0] == "f" else numbers.round()
        data = tiff_file(
            stored(rounded.astype(dtype), turn), photometric, order=order, extra=extra,
            profile=PROFILES[profile], orientation=turn,
        )  # fmt: skip
        shown = seen(colour, profile), seen(corner, profile)
        said = (extra, profile, turn)
        check(decode(data, LIMIT_PX), *shown, extra in (1, 2), said)


@pytest.mark.parametrize("bits", [1, 2, 4])
@pytest.mark.parametrize("photometric", GREYS)
def test_every_tiff_of_few_bits(photometric: int, bits: int) -> None:
    top = 2**bits - 1
    for profile, turn in itertools.product(PROFILES, ORIENTATIONS):
        numbers = drawn(grey_level(bits), top)
        numbers = numbers if photometric else top - numbers
        data = tiff_file(
            stored(numbers.astype(np.uint8), turn), photometric, bits,
            profile=PROFILES[profile], orientation=turn,
        )  # fmt: skip
        shown = seen(round(grey_level(bits) * 255 / top), profile), WHITE
        check(decode(data, LIMIT_PX), *shown, False, (profile, turn))


@pytest.mark.parametrize("bits", [4, 8])
def test_every_tiff_of_a_palette(bits: int) -> None:
    table = np.zeros((3, 2**bits), np.uint16)
    table[:, 0], table[:, 1] = np.array(RED) * 257, np.array(BLUE) * 257
    tags = {320: (3, table.size, table.astype("<u2").tobytes())}
    for profile, turn in itertools.product(PROFILES, ORIENTATIONS):
        numbers = stored(drawn(0, 1).astype(np.uint8), turn)
        data = tiff_file(numbers, 3, bits, profile=PROFILES[profile], orientation=turn, tags=tags)
        check(decode(data, LIMIT_PX), seen(RED, profile), BLUE, False, (profile, turn))


@pytest.mark.parametrize("image_format", ["JPEG", "WEBP", "HEIF", "AVIF", "TIFF", "PNG"])
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_every_other_format_and_its_profiles(image_format: str, mode: str) -> None:
    if mode == "CMYK" and image_format not in ("JPEG", "TIFF"):
        return
    colours: dict[str, int | tuple[int, ...]] = {"L": GREY, "RGB": RED, "CMYK": (0, 255, 255, 0)}
    colour = colours[mode]
    options = {"subsampling": 0} if image_format == "JPEG" else {}
    for profile in PROFILES:
        image = Image.new(mode, (16, 16), colour)
        data = file_of(image, image_format, icc_profile=PROFILES[profile], quality=100, **options)
        expected = (255, 0, 0) if mode == "CMYK" else seen(colour, profile)
        found = decode(data, LIMIT_PX).pixels.astype(int)
        assert np.abs(found - expected).max() <= 4, profile


def test_a_gif_and_its_transparent_colour() -> None:
    image = Image.fromarray(drawn(1, 0).astype(np.uint8), "P")
    image.putpalette([*BLUE, *RED])
    check(decode(file_of(image, "GIF", transparency=0), LIMIT_PX), RED, BLUE, True, "GIF")
    check(decode(file_of(image, "GIF"), LIMIT_PX), RED, BLUE, False, "GIF")


def test_lab_is_colour_too() -> None:
    lab = ImageCms.profileToProfile(
        Image.new("RGB", (8, 8), RED), ImageCms.createProfile("sRGB"),
        ImageCms.createProfile("LAB"), outputMode="LAB",
    )  # fmt: skip
    assert lab is not None
    found = decode(file_of(lab, "TIFF"), LIMIT_PX).pixels.astype(int)
    assert np.abs(found - RED).max() <= 4


def test_half_transparent_colours_that_were_multiplied() -> None:
    for dtype in (np.uint8, np.uint16):
        top = np.iinfo(dtype).max
        numbers = (np.array([[[*RED, 255]]]) / 255 * top / 2).round().astype(dtype)
        picture = decode(tiff_file(numbers, 2, extra=1), LIMIT_PX)
        assert np.abs(picture.pixels[0, 0].astype(int) - RED).max() <= 2
        assert picture.alpha is not None and abs(int(picture.alpha[0, 0]) - 128) <= 1


FLOATS = {
    "0 to 1": (np.linspace(0, 1, 64), 127.5),
    "0 to 1, and a little more": (np.r_[np.linspace(0, 1, 63), 1.02], 129.5),
    "0 to 1, and a lamp": (np.r_[np.linspace(0, 1, 255), 40.0], 128),
    "0 to 255": (np.linspace(0, 255, 64), 127.5),
    "0 to 255, mostly dark": (np.r_[np.zeros(60), np.full(4, 255.0)], 15.9),
    "0 to 65535": (np.linspace(0, 65535, 64), 127.5),
    "-1 to 1": (np.linspace(-1, 1, 64), 128),
    "heights": (np.linspace(-400, 8000, 64), 128),
    "very large": (np.linspace(0, 1e9, 64), 128),
    "with holes": (np.r_[np.linspace(0, 1, 64), np.nan, np.inf], 127.5),
}


@pytest.mark.parametrize("name", FLOATS)
def test_floats_are_of_the_range_that_they_fill(name: str) -> None:
    numbers, mean = FLOATS[name]
    for dtype in ("f4", "f8"):
        picture = decode(tiff_file(numbers[None].astype(dtype), 1), LIMIT_PX)
        shown = picture.pixels[0, :, 0]
        if picture.alpha is not None:
            assert (picture.alpha[0] > 0).tolist() == np.isfinite(numbers).tolist()
            shown = shown[picture.alpha[0] > 0]
        assert abs(shown.mean() - mean) < 1.5
        assert (np.diff(shown.astype(int)) >= 0).all()


def test_light_that_png_says_in_a_number() -> None:
    half = drawn(128, 255)
    linear = chunk(b"gAMA", struct.pack(">I", 100_000))
    assert decode(png_file(half, chunks=linear), LIMIT_PX).pixels[1, 1, 0] == 188
    usual = chunk(b"gAMA", struct.pack(">I", 45_455))
    assert decode(png_file(half, chunks=usual), LIMIT_PX).pixels[1, 1, 0] == 128
    named = linear + chunk(b"sRGB", b"\0")
    assert decode(png_file(half, chunks=named), LIMIT_PX).pixels[1, 1, 0] == 128


HISTORY = b"<rdf:li>xmp.did:0123456789abcdef</rdf:li>\n"  # as editors write it, for every save
PACKED = {
    "zTXt": lambda text: b"Raw profile type xmp\0\0" + zlib.compress(text, 9),
    "iTXt": lambda text: b"XML:com.adobe.xmp\0\x01\0\0\0" + zlib.compress(text, 9),
    "iCCP": lambda text: b"x\0\0" + zlib.compress(text, 9),
}


@pytest.mark.parametrize("kind", PACKED)
def test_a_png_may_have_a_history_but_not_a_bomb(kind: str) -> None:
    def with_text(num: int) -> bytes:
        content = PACKED[kind](HISTORY * (num // len(HISTORY) + 1))
        return png_file(drawn(RED, BLUE), chunks=chunk(kind.encode(), content))

    check(decode(with_text(2_500_000), LIMIT_PX), RED, BLUE, False, kind)
    with pytest.raises(PictureError, match="export it without metadata"):
        decode(with_text(MAX_PACKED_BYTES + 1), LIMIT_PX)


def test_many_texts_together_are_bounded_too() -> None:
    bomb = chunk(b"zTXt", b"x\0\0" + zlib.compress(b"\0" * (MAX_PACKED_BYTES - 1), 9))
    with pytest.raises(PictureError, match="export it without metadata"):
        decode(png_file(drawn(RED, BLUE), chunks=bomb * 8), LIMIT_PX)


SAID = {
    "nothing": (b"", "not a picture"),
    "a page": (b"<html>404</html>", "not a picture"),
    "a cut PNG": (file_of(Image.effect_noise((40, 40), 50))[:400], "damaged"),
    "a wrong checksum": (
        png_file(drawn(RED, BLUE), chunks=chunk(b"tEXt", b"a\0b")[:-1] + b"\0"),
        "damaged, or of a kind",
    ),
    "a HEIC of nothing": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 99, "of a kind"),
}


@pytest.mark.parametrize("name", SAID)
def test_what_is_said_of_files_that_cannot_be_read_is_true(name: str) -> None:
    data, said = SAID[name]
    with pytest.raises(PictureError, match=said):
        decode(data, LIMIT_PX)


def test_sizes_are_judged_before_decoding() -> None:
    for data in (
        png_file(np.zeros((101, 100), int)),
        tiff_file(np.zeros((101, 100), np.uint8), 1),
        tiff_file(np.zeros((101, 100), np.uint16), 1),
    ):
        with pytest.raises(PictureTooLarge, match="10,100 px; at most 10,000 px"):
            decode(data, LIMIT_PX)
    assert decode(png_file(np.zeros((100, 100), int)), LIMIT_PX).size_px == (100, 100)


def selections() -> Iterator[tuple[str, bytes]]:
    """A selection of the top left as paint programs save it."""
    selected, nothing = drawn(0, 255), drawn(0, 0)
    yield "grey", png_file(selected)
    yield "16 bits", png_file(selected * 257, 16)
    yield "a profile, which changes no share", png_file(drawn(0, 255), profile=LINEAR_GREY)
    yield "white, chosen by alpha", png_file(np.dstack([nothing + 255] * 3 + [selected]))
    yield "black, chosen by alpha", png_file(np.dstack([nothing] * 3 + [selected]))
    yield "red, chosen by alpha", png_file(np.dstack([nothing + 255, nothing, nothing, selected]))
    yield "grey and alpha", png_file(np.dstack([nothing + 255, selected]))
    yield "opaque", png_file(np.dstack([selected] * 3 + [nothing + 255]))
    yield "a palette, all white", png_file(drawn(0, 1), palette=b"\xff" * 6, key=b"\0\xff")
    yield "turned", png_file(stored(selected, 6), orientation=6)


@pytest.mark.parametrize(("name", "data"), list(selections()))
def test_masks_of_every_kind(name: str, data: bytes) -> None:
    assert decode_selection(data, LIMIT_PX).tolist() == drawn(0, 255).tolist(), name


def test_broken_orientations_are_upright() -> None:
    for turn in (0, 9, 65535):
        data = png_file(drawn(RED, BLUE), chunks=chunk(b"eXIf", exif(turn)))
        check(decode(data, LIMIT_PX), RED, BLUE, False, turn)
