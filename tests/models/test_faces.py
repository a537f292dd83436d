"""Faces are found on drawn people, whose eyes and mouths are where the renderer put them."""

import numpy as np
import pytest
import torch
from PIL import Image

from models.faces.detection import Face, apart, crops, find_faces
from models.images import Pixels, to_pixels
from tests.fakes import people
from training.aerial import view

SIZE = 320


@pytest.fixture(scope="module")
def person() -> Pixels:
    return people.person(SIZE)


@pytest.fixture(scope="module")
def upright(person: Pixels) -> Face:
    return only(find_faces(person))


def only(faces: list[Face]) -> Face:
    assert len(faces) == 1
    return faces[0]


def test_eyes_and_mouth_are_where_people_have_them(upright: Face) -> None:
    eyes, mouth = upright.eyes / SIZE, upright.mouth / SIZE
    assert upright.score > 0.8
    for points, y in ((eyes, 0.49), (mouth, 0.68)):
        assert points[0, 0] < 0.5 < points[1, 0], "left as seen in the picture"
        assert points[:, 1].numpy() == pytest.approx(y, abs=0.06)
    x0, y0, x1, y1 = upright.box
    assert x0 < eyes[0, 0] * SIZE < x1
    assert y0 < eyes[0, 1] * SIZE < y1


@pytest.mark.parametrize("degrees", [-45, -20, 30, 45])
def test_a_turned_face_is_found(person: Pixels, upright: Face, degrees: int) -> None:
    ground = tuple(int(c) for c in person[4, 4])
    image = Image.fromarray(person).rotate(degrees, Image.Resampling.BICUBIC, fillcolor=ground)
    found = only(find_faces(np.asarray(image)))
    angle = np.deg2rad(degrees)
    turn = torch.tensor([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]).float()
    wanted = (upright.points - SIZE / 2) @ turn.T + SIZE / 2
    error = (found.points - wanted).norm(dim=1)[[0, 1, 3, 4]]
    assert error.max() < 0.05 * SIZE


@pytest.mark.parametrize("scale", [0.5, 2, 8])
def test_a_face_is_found_at_any_size(person: Pixels, upright: Face, scale: float) -> None:
    side = round(SIZE * scale)
    found = only(find_faces(np.asarray(Image.fromarray(person).resize((side, side)))))
    assert (found.points / scale - upright.points).abs().max() < 0.03 * SIZE


def test_of_several_the_largest_comes_first(person: Pixels, upright: Face) -> None:
    picture = np.full((SIZE, 2 * SIZE, 3), 200, np.uint8)
    picture[:, SIZE:] = person
    picture[60 : 60 + 200, 40 : 40 + 200] = np.asarray(Image.fromarray(person).resize((200, 200)))
    large, small = find_faces(picture)
    assert large.area > small.area
    assert large.eyes[0, 0] > SIZE > small.eyes[1, 0]
    assert (large.points - upright.points - torch.tensor([SIZE, 0])).abs().max() < 0.03 * SIZE


def test_a_face_at_the_border_is_found(person: Pixels) -> None:
    found = only(find_faces(person[:, 70:]))
    assert found.eyes[0, 0] < found.eyes[1, 0]


@pytest.mark.parametrize("size", [(240, 320), (1, 1), (5, 900), (900, 11)])
def test_where_there_is_none_none_is_found(size: tuple[int, int]) -> None:
    land = to_pixels(view(3, 0, 0, *size).img[None])
    grey = np.full((*size, 3), 128, np.uint8)
    noise = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    assert [find_faces(picture) for picture in (land, grey, noise)] == [[], [], []]


def test_the_surest_of_overlapping_boxes_stays() -> None:
    boxes = torch.tensor([[0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10], [2, 2, 8, 8]]).float()
    scores = torch.tensor([0.7, 0.9, 0.8, 0.6])
    assert apart(boxes, scores, 0.7).tolist() == [1, 2, 3]
    assert apart(boxes, scores, 0.7, within=True).tolist() == [1, 2]
    assert apart(boxes[:0], scores[:0], 0.7).tolist() == []


def test_crops_reach_beyond_the_picture() -> None:
    img = torch.ones(1, 3, 20, 30)
    inside, beyond, outside = crops(
        img, torch.tensor([[2, 2, 10, 10], [-4, -4, 4, 4], [40, 0, 48, 8]]).float(), 8
    )
    assert inside.min() == 1
    assert beyond.mean() == 0.25
    assert outside.abs().max() == 0
