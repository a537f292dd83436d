"""`/lands` and `/tiles` over real HTTP, with a real broker and worker."""

import json
import time
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from backend.dispatcher import queue_of
from backend.records.tables import ANSWERS
from contracts.jobs import NOTHING_GIVEN
from contracts.lands import LandInfo, tile_box
from tests.fakes.fake_editor import SLOW_SEED
from tests.fakes.live_server import LiveServer, write_model
from tests.fakes.pictures import pixels_of
from tests.fakes.stocked import Stocked

ALL = {"kind": "all"}


@pytest.fixture(scope="module")
def model(server: LiveServer) -> str:
    write_model(server.home, "plane", any_size=True, is_spatial=True)
    return "plane"


def make(client: httpx.Client, **body: Any) -> dict[str, Any]:
    response = client.post("/lands", json=body)
    assert response.status_code == 201, response.text
    return dict(response.json())


def edit(box: list[int], **fields: Any) -> dict[str, Any]:
    return {"attribute": "smile", "strength": 1, "box": box, "mask": ALL} | fields


def tile(client: httpx.Client, land_id: str, z: int, x: int, y: int) -> httpx.Response:
    response = client.get(f"/tiles/{land_id}/{z}/{x}/{y}.png")
    assert response.status_code == 200, response.text
    return response


def test_a_land_is_a_value(client: httpx.Client, model: str) -> None:
    land = make(client, model=model, seed=7)
    assert set(land) == {
        "land_id", "model", "model_version", "seed", "coherence", "truncation", "edits", "tile_px",
        "min_zoom", "max_zoom", "around",
    }  # fmt: skip
    assert land == make(client, model=model, seed=7)
    assert land == client.get(f"/lands/{land['land_id']}").json()
    assert land["land_id"] != make(client, model=model, seed=8)["land_id"]
    assert make(client, model=model)["seed"] != make(client, model=model)["seed"]


def test_tiles_lie_where_their_numbers_say(client: httpx.Client, model: str) -> None:
    land = make(client, model=model, seed=3)
    answer = tile(client, land["land_id"], 8, -2, 5)
    assert "immutable" in answer.headers["cache-control"]
    shown = pixels_of(answer.content)
    assert shown.shape == (256, 256, 3)
    assert shown[0, 0].tolist() == [-512 % 256, 1280 % 256, 3]
    far = pixels_of(tile(client, land["land_id"], 6, 0, 0).content)
    assert far.shape == (256, 256, 3)
    assert far[1, 2].tolist() == [8, 4, 3]


def test_only_the_tiles_that_an_edit_reaches_are_drawn_again(
    client: httpx.Client, model: str, server: LiveServer
) -> None:
    before = make(client, model=model, seed=11)
    for x in range(3):
        tile(client, before["land_id"], 8, x, 0)
    drawn = len(drawn_boxes(server))
    after = make(client, model=model, seed=11, edits=[edit([300, 20, 100, 50])])
    shown = [pixels_of(tile(client, after["land_id"], 8, x, 0).content) for x in range(3)]
    assert len(drawn_boxes(server)) == drawn + 1
    assert (shown[1][20:70, 44:144, 2] == 255).all()
    assert (shown[0][..., 2] == 11).all() and (shown[2][..., 2] == 11).all()
    tile(client, make(client, model=model, seed=11)["land_id"], 8, 1, 0)  # undone: known already
    disabled = [edit([300, 20, 100, 50], enabled=False)]
    tile(client, make(client, model=model, seed=11, edits=disabled)["land_id"], 8, 1, 0)
    assert len(drawn_boxes(server)) == drawn + 1


def drawn_boxes(server: LiveServer) -> list[str]:
    """The names of all boxes that have been drawn and kept."""
    with Stocked(server.home).database.reading() as connection:
        return list(connection.execute(select(ANSWERS.c.id)).scalars())


def jobs_of(server: LiveServer) -> list[bytes | str]:
    """The records of drawing jobs that were not answered."""
    redis = server.redis()
    texts = [redis.get(key) for key in redis.scan_iter("*job_*") if redis.type(key) == b"string"]
    return [text for text in texts if text and json.loads(text).get("kind") == "draw"]


def test_a_tile_that_nobody_waits_for_is_not_drawn(
    client: httpx.Client, model: str, server: LiveServer
) -> None:
    land = make(client, model=model, seed=SLOW_SEED)
    with pytest.raises(httpx.ReadTimeout):
        client.get(f"/tiles/{land['land_id']}/8/0/0.png", timeout=1)
    deadline_s = time.monotonic() + 8
    while "canceled" not in {json.loads(text)["status"] for text in jobs_of(server)}:
        assert time.monotonic() < deadline_s, "it is still being drawn"
        time.sleep(0.05)


def test_an_export_is_a_rectangle_at_full_size(client: httpx.Client, model: str) -> None:
    land = make(client, model=model, seed=4, edits=[edit([0, 0, 10, 10])])
    path = f"/lands/{land['land_id']}/export?wait=20"
    job = client.post(path, json={"box": [-5, -3, 300, 40]}).json()
    assert job["status"] == "succeeded", job
    shown = pixels_of(client.get(f"/images/{job['result']['image_id']}").content)
    assert shown.shape == (40, 300, 3)
    assert shown[0, 0].tolist() == [251, 253, 4]
    assert (shown[3:13, 5:15, 2] == 255).all()


@pytest.mark.parametrize(
    ("form", "media_type"), [("png", "image/png"), ("webp", "image/webp"), ("tiff", "image/tiff")]
)
def test_an_export_is_a_file_of_the_kind_that_is_asked_for(
    client: httpx.Client, model: str, form: str, media_type: str
) -> None:
    """Also where it is too large to be sent in one piece."""
    path = f"/lands/{make(client, model=model, seed=4)['land_id']}/export?wait=20"
    wanted = {"box": [0, 0, 700, 5000], "format": form, "quality": 100}
    job = client.post(path, json=wanted).json()
    assert job["status"] == "succeeded", job
    answer = client.get(f"/images/{job['result']['image_id']}")
    assert answer.headers["content-type"] == media_type
    assert int(answer.headers["content-length"]) == len(answer.content)
    shown = pixels_of(answer.content)
    assert shown.shape == (5000, 700, 3)
    assert shown[4999, 699].tolist() == [699 % 256, 4999 % 256, 4]


def test_a_globe_comes_round(client: httpx.Client, model: str) -> None:
    land = make(client, model=model, seed=3, around=1024, edits=[edit([1000, 0, 100, 9])])
    assert land["around"] == 1024
    tiles = [tile(client, land["land_id"], 8, x, 0).content for x in (-4, 0, 4)]
    assert tiles[0] == tiles[1] == tiles[2]
    assert (pixels_of(tiles[0])[:9, :76, 2] == 255).all()


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"model": "no-such"}, 404, "unknown_model"),
        ({"model": "fake"}, 422, "invalid_request"),
        ({"model": "plane", "coherence": 0}, 422, "invalid_request"),
        ({"model": "plane", "seed": -1}, 422, "invalid_request"),
        ({"model": "plane", "around": 1000}, 422, "invalid_request"),
        ({"model": "plane", "around": 256}, 422, "invalid_request"),
        ({"model": "plane", "edits": [edit([0, 0, 0, 4])]}, 422, "invalid_request"),
        ({"model": "plane", "edits": [edit([2**40, 0, 4, 4])]}, 422, "invalid_request"),
        ({"model": "plane", "edits": [edit([0, 0, 5000, 4])]}, 422, "invalid_request"),
        (
            {"model": "plane", "edits": [edit([0, 0, 4, 4], attribute="no")]},
            404,
            "unknown_attribute",
        ),
        ({"model": "plane", "edits": [edit([0, 0, 4, 4], strength=1e9)]}, 422, "invalid_request"),
        ({"model": "plane", "edits": [edit([0, 0, 4, 4])] * 51}, 413, "too_large"),
    ],
)
def test_lands_that_cannot_be(
    client: httpx.Client, fields: dict[str, Any], status: int, code: str
) -> None:
    response = client.post("/lands", json=fields)
    assert (response.status_code, response.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "place", ["9/0/0", "5/0/0", "8/x/0", "8/99999999999/0", "6/0/1048576", "8/0/1.5"]
)
def test_tiles_that_cannot_be(client: httpx.Client, model: str, place: str) -> None:
    land_id = make(client, model=model, seed=1)["land_id"]
    response = client.get(f"/tiles/{land_id}/{place}.png")
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")


def test_an_export_has_limits(client: httpx.Client, model: str) -> None:
    path = f"/lands/{make(client, model=model, seed=1)['land_id']}/export"
    assert client.post(path, json={"box": [0, 0, 16_000, 16_000]}).status_code == 413
    assert client.post(path, json={"box": [0, 0, 9000, 9000], "format": "webp"}).status_code == 422
    assert client.post(path, json={"box": [0, 0, 9, 9], "format": "jpeg"}).status_code == 422
    assert client.post(path, json={"box": [0, 0, 16384, 9], "format": "webp"}).status_code == 422
    assert client.post(path, json={"box": [0, 0, 10**6, 1]}).status_code == 422
    assert client.post(path, json={"box": [0, 0, 0, 5]}).status_code == 422


@pytest.mark.parametrize(("zoom", "queue"), [(8, "tiles"), (7, "batch"), (6, "batch")])
def test_land_from_far_away_does_not_hold_up_a_brush(zoom: int, queue: str) -> None:
    land = LandInfo(model="plane", seed=1, land_id="lnd_x")
    box = land.part(tile_box(zoom, 0, 0), 64, 1 << (8 - zoom))
    assert queue_of(box, NOTHING_GIVEN) == queue
