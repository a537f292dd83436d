"""`/worlds` over real HTTP: lands by name, and as files that go to another server."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes.live_server import LiveServer, running, write_model
from tests.fakes.pictures import png

PLACE = {"x": -300, "y": 70, "zoom": 9}


@pytest.fixture(scope="module")
def model(server: LiveServer) -> str:
    write_model(server.home, "plane", any_size=True, is_spatial=True)
    return "plane"


def land(client: httpx.Client, model: str, **fields: Any) -> dict[str, Any]:
    response = client.post("/lands", json={"model": model, "seed": 7} | fields)
    assert response.status_code == 201, response.text
    return dict(response.json())


def painted(client: httpx.Client, model: str) -> dict[str, Any]:
    mask_id = client.put("/masks", content=png(20, 20, seed=1)).json()["mask_id"]
    mask = {"kind": "stored", "mask_id": mask_id}
    edit = {"attribute": "smile", "strength": 1, "box": [0, 0, 40, 40], "mask": mask}
    return land(client, model, around=2048, edits=[edit])


def make(client: httpx.Client, land_id: str, **fields: Any) -> dict[str, Any]:
    body = {"name": "Avalon", "land_id": land_id, "place": PLACE} | fields
    response = client.post("/worlds", json=body)
    assert response.status_code == 201, response.text
    return dict(response.json())


def file_of(client: httpx.Client, world: dict[str, Any]) -> bytes:
    answer = client.get(f"/worlds/{world['world_id']}/file")
    assert answer.headers["content-disposition"].endswith('.latentworld"')
    return answer.content


def take_in(client: httpx.Client, data: bytes) -> httpx.Response:
    return client.post("/worlds/file", files={"world": ("a.latentworld", data)})


def changed(data: bytes, **manifest: Any) -> bytes:
    """A file with something else in its manifest; `masks=None`: without masks."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "world.json":
                text = json.dumps(json.loads(text) | manifest).encode()
            new.writestr(name, text)
    return file.getvalue()


def test_a_world_is_there_again_and_goes_on(client: httpx.Client, model: str) -> None:
    made = make(client, land(client, model)["land_id"])
    assert (made["name"], made["place"], made["revision"]) == ("Avalon", PLACE, 1)
    assert made["land"]["seed"] == 7
    path = f"/worlds/{made['world_id']}"
    assert client.get(path).json() == made
    other = land(client, model, seed=8)
    body = {"name": "Thule", "land_id": other["land_id"], "revision": 1}
    after = client.put(path, json=body).json()
    assert (after["name"], after["land"]["seed"], after["revision"]) == ("Thule", 8, 2)
    assert client.get("/worlds").json()["worlds"][0] == after
    again = client.put(path, json=body)
    assert (again.status_code, again.json()["code"]) == (409, "session_conflict")
    assert client.delete(path).status_code == 204
    assert client.get(path).json()["code"] == "unknown_world"
    assert client.delete(path).json()["code"] == "unknown_world"
    assert client.get(f"/lands/{other['land_id']}").status_code == 200, "its land stays"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"land_id": "lnd_" + "0" * 32}, "unknown_land"),
        ({"name": " "}, "invalid_request"),
        ({"place": {"x": 0, "y": 0, "zoom": 50}}, "invalid_request"),
        ({"revision": 1}, "invalid_request"),
    ],
)
def test_worlds_that_cannot_be(
    client: httpx.Client, model: str, fields: dict[str, Any], code: str
) -> None:
    body = {"name": "Avalon", "land_id": land(client, model)["land_id"]} | fields
    assert client.post("/worlds", json=body).json()["code"] == code


def test_a_world_goes_elsewhere_as_a_file(client: httpx.Client, model: str, tmp_path: Path) -> None:
    """With its masks; and the same world gives the same bytes."""
    world = make(client, painted(client, model)["land_id"])
    data = file_of(client, world)
    assert data == file_of(client, world)
    with running(tmp_path) as other, other.client() as there:
        write_model(other.home, "plane", any_size=True, is_spatial=True)
        taken = take_in(there, data)
        assert taken.status_code == 201, taken.text
        found = taken.json()
        kept = ("edits", "around", "seed", "model", "model_version")
        assert {k: found["land"][k] for k in kept} == {k: world["land"][k] for k in kept}
        assert (found["name"], found["place"]) == ("Avalon", PLACE)
        assert file_of(there, found) == data
        tile = there.get(f"/tiles/{found['land']['land_id']}/8/0/0.png")
        assert tile.status_code == 200


def test_files_that_are_no_worlds(client: httpx.Client, model: str) -> None:
    data = file_of(client, make(client, painted(client, model)["land_id"]))
    before = client.get("/worlds").json()
    bad = {
        "invalid_world": [
            b"",
            b"PK",
            data[:-30],
            changed(data, version=2),
            changed(data, place={"x": 0})[:200],
            data.replace(b"masks/msk_", b"masks/mks_"),
        ],
        "unknown_attribute": [changed(data, land=with_attribute(data, "no-such"))],
        "stale_latent": [changed(data, model_version="another")],
        "unknown_model": [
            changed(data, land=json.loads(manifest_of(data))["land"] | {"model": "no-such"})
        ],
    }
    for code, files in bad.items():
        for each in files:
            answer = take_in(client, each)
            assert answer.json()["code"] == code, answer.text
    assert client.get("/worlds").json() == before


def with_attribute(data: bytes, attribute: str) -> dict[str, Any]:
    land: dict[str, Any] = json.loads(manifest_of(data))["land"]
    return land | {"edits": [each | {"attribute": attribute} for each in land["edits"]]}


def manifest_of(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("world.json")


def test_another_owners_world_is_not_found(tmp_path: Path) -> None:
    with running(tmp_path, api_keys="key-of-anna,key-of-bert") as live:
        write_model(live.home, "plane", any_size=True, is_spatial=True)
        with live.client("key-of-anna") as anna, live.client("key-of-bert") as bert:
            world = make(anna, land(anna, "plane")["land_id"])
            for path in (f"/worlds/{world['world_id']}", f"/worlds/{world['world_id']}/file"):
                assert bert.get(path).json()["code"] == "unknown_world"
            assert bert.get("/worlds").json()["worlds"] == []
            body = {"name": "Mine", "land_id": world["land_id"]}
            assert bert.post("/worlds", json=body).json()["code"] == "unknown_land"
