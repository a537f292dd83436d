"""Squares of faces: right, turned like the face, and the way back changes nothing else."""

import numpy as np
import pytest
import torch
from PIL import Image

from models.faces.alignment import PORTRAITS, ffhq_quad, portraits_quad
from models.faces.detection import Face, find_faces
from models.faces.squares import around, cut, pasted, side_of
from models.images import Pixels
from tests.fakes import people


def face_of(*points: tuple[float, float]) -> Face:
    eyes_and_mouth = torch.tensor(points)
    nose = eyes_and_mouth.mean(dim=0, keepdim=True)
    return Face(1.0, torch.cat([eyes_and_mouth[:2], nose, eyes_and_mouth[2:]]), (0, 0, 1, 1))


def picture(height: int, width: int) -> Pixels:
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    smooth = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    noise = rng.integers(0, 20, (height, width, 3))
    return np.clip(np.asarray(smooth).astype(int) + noise, 0, 255).astype(np.uint8)


def test_the_square_of_ffhq_is_that_of_its_authors() -> None:
    """By hand, from landmarks of dlib on a photo of 512 px: side 173.5 px, turned by 2.9°."""
    quad = ffhq_quad(face_of((203.2, 101.5), (246.5, 104.2), (201, 139), (246, 141)))
    assert side_of(quad) == pytest.approx(173.5, abs=1)
    across = quad[3] - quad[0]
    assert torch.rad2deg(torch.atan2(across[1], across[0])) == pytest.approx(2.9, abs=0.1)
    assert quad.mean(dim=0).tolist() == pytest.approx([224.6, 106.6], abs=0.5)
    top_left, bottom_left, bottom_right, top_right = quad
    assert top_left[1] < bottom_left[1] and top_right[1] < bottom_right[1]
    assert top_left[0] < top_right[0] and bottom_left[0] < bottom_right[0]


@pytest.mark.parametrize("degrees", [0, 30, -100])
def test_the_square_of_portraits_puts_eyes_and_mouth_where_they_are_drawn(degrees: int) -> None:
    angle = torch.tensor(np.deg2rad(degrees))
    across = 75 * torch.stack([angle.cos(), angle.sin()]).float()
    quad = around(torch.tensor([300.0, 210.0]), across)
    drawn = (
        quad[0] + PORTRAITS[:, :1] * (quad[3] - quad[0]) + PORTRAITS[:, 1:] * (quad[1] - quad[0])
    )
    face = face_of(*((x, y) for x, y in drawn.tolist()))
    torch.testing.assert_close(portraits_quad(face), quad, atol=1e-2, rtol=0)


def test_a_drawn_portrait_is_in_its_own_square() -> None:
    quad = portraits_quad(find_faces(people.person())[0])
    whole = torch.tensor([[0.0, 0], [0, 256], [256, 256], [256, 0]])
    assert (quad - whole).abs().max() < 0.12 * 256


def test_a_cut_of_the_whole_picture_is_the_picture() -> None:
    pixels = picture(60, 60)
    quad = torch.tensor([[0.0, 0], [0, 60], [60, 60], [60, 0]])
    assert np.array_equal(cut(pixels, quad, 60), pixels)
    quarter = torch.tensor([[0.0, 60], [60, 60], [60, 0], [0, 0]])
    assert np.array_equal(cut(pixels, quarter, 60), np.rot90(pixels, -1))


def test_beyond_the_picture_is_its_mirror_image_and_then_one_colour() -> None:
    pixels = picture(120, 120)
    quad = torch.tensor([[-60.0, 0], [-60, 120], [60, 120], [60, 0]])
    found = cut(pixels, quad, 120).astype(int)
    assert np.array_equal(found[:, 82:], pixels[:, 22:60]), "inside, as it is"
    mirror = found[:, 30:60] - pixels[:, :30][:, ::-1].astype(int)
    assert np.abs(mirror).mean() < np.abs(found[:, 30:60] - pixels[:, 60:90]).mean() / 2
    sharpness = [np.abs(np.diff(part, axis=0)).mean() for part in (found[:, :60], found[:, 82:])]
    assert sharpness[0] < sharpness[1] / 3, "blurred"
    assert found[:, 0].std(axis=0).max() < found[:, 82:].std(axis=(0, 1)).min() / 2, "faded"


def test_a_square_far_larger_than_its_picture_is_cut() -> None:
    quad = torch.tensor([[-20000.0, -20000], [-20000, 20000], [20000, 20000], [20000, -20000]])
    assert cut(picture(40, 60), quad, 64).shape == (64, 64, 3)


def test_a_large_square_is_made_smaller_without_flicker() -> None:
    pixels = np.zeros((400, 400, 3), np.uint8)
    pixels[::2] = 255
    quad = torch.tensor([[0.0, 0], [0, 400], [400, 400], [400, 0]])
    assert cut(pixels, quad, 50).std() < 8


@pytest.mark.parametrize("degrees", [0.0, 17.0, 123.0])
def test_only_what_changed_comes_back(degrees: float) -> None:
    pixels = picture(180, 240)
    angle = torch.tensor(np.deg2rad(degrees))
    across = 60 * torch.stack([angle.cos(), angle.sin()]).float()
    quad = around(torch.tensor([130.0, 80.0]), across)
    square = cut(pixels, quad, 120)
    assert pasted(pixels, quad, square, square) is pixels
    edited = square.copy()
    edited[30:60, 40:90] = np.minimum(edited[30:60, 40:90].astype(int) + 40, 255)
    result = pasted(pixels, quad, square, edited)
    middle = quad[0] + (65 / 120) * (quad[3] - quad[0]) + (45 / 120) * (quad[1] - quad[0])
    x, y = (int(v) for v in middle)
    near = result[y - 3 : y + 4, x - 3 : x + 4].astype(int) - pixels[y - 3 : y + 4, x - 3 : x + 4]
    assert np.median(near) == 40
    shares = torch.stack(
        torch.meshgrid(torch.arange(240) + 0.5, torch.arange(180) + 0.5, indexing="xy"), dim=2
    )
    away = shares - quad[0]
    at = torch.stack([away @ (quad[3] - quad[0]), away @ (quad[1] - quad[0])], dim=2) / 120
    outside = ((at < torch.tensor([38, 28])) | (at > torch.tensor([92, 62]))).any(dim=2).numpy()
    assert np.array_equal(result[outside], pixels[outside]), "bit for bit"


@pytest.mark.parametrize("degrees", [0.0, 17.0])
def test_detail_under_what_is_painted_does_not_show_through(degrees: float) -> None:
    """Of a picture whose detail is finer than its square's, a part is painted over, and another is
    made darker, which keeps it."""
    rng = np.random.default_rng(0)
    pixels = rng.choice([60, 180], (200, 200, 1)).repeat(3, axis=2).astype(np.uint8)
    angle = torch.tensor(np.deg2rad(degrees))
    half = 60 * torch.stack([angle.cos(), angle.sin()]).float()
    quad = around(torch.tensor([100.0, 100.0]), half)
    square = cut(pixels, quad, 120)
    edited = square.copy()
    edited[:60] = 90
    edited[60:] = np.maximum(edited[60:].astype(int) - 40, 0)
    result = pasted(pixels, quad, square, edited).astype(int)
    across, down = (quad[3] - quad[0]) / 120, (quad[1] - quad[0]) / 120

    def near(x: float, y: float) -> tuple[slice, slice]:
        column, row = (quad[0] + x * across + y * down).int().tolist()
        return slice(row - 12, row + 13), slice(column - 12, column + 13)

    over, darker = near(60, 25), near(60, 90)
    assert pixels[over].std() > 50
    assert np.abs(result[over] - 90).mean() < 4, "nothing of what was there is seen"
    assert result[darker].std() > 0.85 * pixels[darker].std(), "it stays sharp"
    assert abs((result[darker] - pixels[darker].astype(int)).mean() + 40) < 3


def test_a_change_up_to_the_border_of_a_square_leaves_no_seam() -> None:
    rng = np.random.default_rng(1)
    pixels = rng.integers(120, 180, (200, 200, 3), dtype=np.uint8)
    quad = torch.tensor([[40.3, 40.3], [40.3, 160.3], [160.3, 160.3], [160.3, 40.3]])
    square = cut(pixels, quad, 30)
    result = pasted(pixels, quad, square, np.full_like(square, 150)).astype(int)
    rim = result[41:45, 60:140]
    assert rim.mean() > 140 and rim.min() > 100


def test_a_square_beyond_the_border_changes_what_is_there() -> None:
    pixels = picture(100, 100)
    quad = torch.tensor([[-40.0, -40], [-40, 60], [60, 60], [60, -40]])
    square = cut(pixels, quad, 100)
    edited = np.zeros_like(square)
    result = pasted(pixels, quad, square, edited)
    assert result[16:58, 16:58].max() == 0, "nearer to the border, what is edited is blurred"
    assert np.array_equal(result[62:], pixels[62:])
