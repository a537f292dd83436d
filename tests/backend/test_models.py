"""`/models`: previews, strips, and what a person does with a found direction."""

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.catalog import read_info
from tests.fakes.live_server import LiveServer


@pytest.fixture
def folder(server: LiveServer) -> Iterator[Path]:
    """A model as `latentbrush models add` leaves it in the data folder."""
    other = json.loads((server.home / "models" / "fake" / "config.json").read_text())
    attribute = {"id": "coarse-1", "title": "Coarse 1", "min": -3, "max": 3, "default": 1.5}
    folder = server.home / "models" / "mine"
    (folder / "strips").mkdir(parents=True)
    found = [attribute | {"source": "SeFa 1"}, attribute | {"id": "coarse-2", "source": "SeFa 2"}]
    config = other | {"id": "mine", "attributes": found, "encoder": None}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "preview.webp").write_bytes(b"RIFF preview")
    (folder / "strips" / "coarse-1.webp").write_bytes(b"RIFF strip")
    yield folder
    shutil.rmtree(folder)


def mine(client: httpx.Client) -> dict[str, Any]:
    found = [m for m in client.get("/models").json()["models"] if m["id"] == "mine"]
    assert len(found) == 1
    return dict(found[0])


@pytest.mark.usefixtures("folder")
def test_a_model_shows_what_it_draws(client: httpx.Client) -> None:
    preview = client.get("/models/mine/preview")
    strip = client.get("/models/mine/attributes/coarse-1/strip")
    assert (preview.content, strip.content) == (b"RIFF preview", b"RIFF strip")
    assert preview.headers["content-type"] == strip.headers["content-type"] == "image/webp"
    assert mine(client)["has_encoder"] is False


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("/models/nobody/preview", "unknown_model"),
        ("/models/fake/preview", "not_found"),
        ("/models/fake/attributes/smile/strip", "not_found"),
        ("/models/mine/attributes/wings/strip", "unknown_attribute"),
        ("/models/mine/attributes/..%2F..%2Fconfig/strip", "not_found"),
    ],
)
def test_pictures_that_are_not_there(client: httpx.Client, address: str, code: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert response.json()["code"] == code


def test_a_strip_is_drawn_when_it_is_first_looked_at_and_once(
    client: httpx.Client, folder: Path
) -> None:
    def look(_: int) -> httpx.Response:
        return client.get("/models/mine/attributes/coarse-2/strip")

    assert not (folder / "strips" / "coarse-2.webp").exists()
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(look, range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].content == (folder / "strips" / "coarse-2.webp").read_bytes()
    assert answers[0].headers["content-type"] == "image/webp"
    drawn = folder.parent / "drawn-strips"
    assert drawn.read_text().split() == ["coarse-2"], "one drawing for five who look"
    drawn.unlink()


def test_a_direction_is_named_turned_around_and_dropped(client: httpx.Client, folder: Path) -> None:
    def change(attribute: str, **body: object) -> httpx.Response:
        return client.patch(f"/models/mine/attributes/{attribute}", json=body)

    assert change("coarse-1", title="  Pose ", flipped=True).status_code == 200
    first, _ = mine(client)["attributes"]
    assert (first["title"], first["flipped"], first["source"]) == ("Pose", True, "SeFa 1")
    assert change("coarse-1", flipped=False).json()["attributes"][0]["flipped"] is False
    assert [a["id"] for a in change("coarse-1", drop=True).json()["attributes"]] == ["coarse-2"]
    assert not (folder / "strips" / "coarse-1.webp").exists()
    assert change("coarse-1", flipped=True).json()["code"] == "unknown_attribute"
    assert change("coarse-2", title=" ").json()["code"] == "invalid_request"
    assert change("coarse-2", colour="red").json()["code"] == "invalid_request"


def test_a_shipped_model_stays_as_it_is(client: httpx.Client) -> None:
    response = client.patch("/models/portraits/attributes/smile", json={"drop": True})
    assert (response.status_code, response.json()["code"]) == (409, "read_only_model")


def test_what_is_not_offered_is_not_listed_but_still_known(
    client: httpx.Client, folder: Path
) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["attributes"][1] |= {"offered": False}
    (folder / "config.json").write_text(json.dumps(config))
    listed = mine(client)["attributes"]
    assert isinstance(listed, list) and [a["id"] for a in listed] == ["coarse-1"]
    assert "offered" not in listed[0]
    assert read_info(folder).has_attribute("coarse-2"), "sessions that have it are drawn"
