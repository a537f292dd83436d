"""Squares that are turned: encoded, edited, and put back into the picture they are of."""

import io
import json
import zipfile

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.fakes import people
from tests.fakes.pictures import file_of, noise, pixels_of

QUAD = [[60.0, 10.0], [20.0, 60.0], [70.0, 100.0], [110.0, 50.0]]
SMILE = {"type": "attribute", "attribute": "smile", "strength": 2, "mask": {"kind": "all"}}


def text_of(quad: list[list[float]]) -> str:
    return ",".join(f"{v:g}" for point in quad for v in point)


def encoded(client: httpx.Client, picture: np.ndarray, **fields: str) -> httpx.Response:
    return client.post(
        "/encode?wait=20",
        data={"model": "fake", "steps": "0", **fields},
        files={"image": file_of(Image.fromarray(picture))},
    )


def test_a_square_is_encoded_edited_and_put_back(client: httpx.Client) -> None:
    picture = noise(150, 120)
    result = encoded(client, picture, quad=text_of(QUAD)).json()["result"]
    assert result["quad"] == QUAD
    assert result["crop"] == [20, 10, 90, 90], "what it reaches of the picture"
    assert client.get(f"/latents/{result['latent_id']}").json()["quad"] == QUAD
    pictures = {}
    for frame in ("crop", "full"):
        body = {"latent_id": result["latent_id"], "edits": [SMILE], "output": {"frame": frame}}
        answer = client.post("/edit?wait=20", json=body).json()["result"]
        pictures[frame] = pixels_of(client.get(f"/images/{answer['image_id']}").content)
    assert pictures["crop"].shape == (65, 65, 3), "as large as it is in the picture"
    full = pictures["full"]
    assert full.shape == picture.shape
    middle = (slice(45, 65), slice(55, 75))
    assert (full[middle] > picture[middle]).mean() > 0.8
    y, x = np.mgrid[0:120, 0:150] + 0.5
    along = (x - 60) * 50 + (y - 10) * 40, (x - 60) * -40 + (y - 10) * 50
    outside = np.any([(v < -70) | (v > 4100 + 70) for v in along], axis=0)
    assert np.array_equal(full[outside], picture[outside]), "bit for bit"
    none = {"latent_id": result["latent_id"], "edits": [], "output": {"frame": "full"}}
    unchanged = client.post("/edit?wait=20", json=none).json()["result"]
    assert unchanged["changed_box"] is None
    found = pixels_of(client.get(f"/images/{unchanged['image_id']}").content)
    assert np.array_equal(found, picture)


def test_a_square_may_reach_beyond_the_picture(client: httpx.Client) -> None:
    quad = [[-20.0, -20.0], [-20.0, 40.0], [40.0, 40.0], [40.0, -20.0]]
    result = encoded(client, noise(80, 60), quad=text_of(quad)).json()["result"]
    assert result["crop"] == [0, 0, 40, 40]
    body = {"latent_id": result["latent_id"], "edits": [SMILE], "output": {"frame": "full"}}
    answer = client.post("/edit?wait=20", json=body).json()["result"]
    assert pixels_of(client.get(f"/images/{answer['image_id']}").content).shape == (60, 80, 3)


@pytest.mark.parametrize(
    "fields",
    [
        {"quad": "1,2,3"},
        {"quad": "0,0,0,40,40,40,40,x"},
        {"quad": "0,0,0,40,60,40,60,0"},
        {"quad": "40,0,40,40,0,40,0,0"},
        {"quad": "0,0,0,4,4,4,4,0"},
        {"quad": "nan,0,0,40,40,40,40,0"},
        {"quad": "0,0,0,40,40,40,40,0", "crop": "0,0,40,40"},
        {"quad": "0,0,0,40,40,40,40,0", "face": "0"},
        {"face": "-1"},
    ],
    ids=[
        "short", "no number", "no square", "mirrored", "tiny", "nan", "and a crop", "and a face",
        "negative",
    ],
)  # fmt: skip
def test_what_is_no_square_is_refused(client: httpx.Client, fields: dict[str, str]) -> None:
    answer = encoded(client, noise(80, 60), **fields)
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_request"


def test_a_square_that_misses_the_picture_is_refused(client: httpx.Client) -> None:
    job = encoded(client, noise(80, 60), quad="200,0,200,40,240,40,240,0").json()
    assert job["error"]["code"] == "invalid_request"
    job = encoded(client, noise(80, 60), face="0").json()
    assert job["error"]["code"] == "invalid_request"
    assert "0 faces" in job["error"]["message"]


def test_a_face_is_encoded_by_its_number(client: httpx.Client) -> None:
    picture = people.two_people()
    lefts = []
    for number in ("0", "1"):
        result = encoded(client, picture, face=number).json()["result"]
        lefts.append(result["quad"][0][0])
    assert lefts[0] < 128 < 230 < lefts[1]


def test_a_session_file_keeps_its_square(client: httpx.Client) -> None:
    result = encoded(client, noise(150, 120), quad=text_of(QUAD)).json()["result"]
    body = {"name": "Turned", "latent_id": result["latent_id"], "edits": [SMILE]}
    session = client.post("/sessions", json=body).json()
    data = client.get(f"/sessions/{session['session_id']}/file").content
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        manifest = json.loads(archive.read("session.json"))
    assert manifest["latents"][0]["quad"] == QUAD
    again = client.post("/sessions/file", files={"session": data}).json()
    assert again["latent"]["quad"] == QUAD
    assert again["latent"]["twin_id"] is not None
