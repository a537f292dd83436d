"""Several parts of one picture: each edited on its own, all of them drawn into it."""

import io
import itertools
import json
import zipfile
from typing import Any

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.fakes.pictures import file_of, noise, pixels_of

PICTURE = noise(160, 120) // 2 + 40
FACES = ("10,12,10,62,60,62,60,12", "100,10,90,60,140,70,150,20")  # apart, the second one turned
NEAR = "0.0,40.0,30.0,90.0,80.0,60.0,50.0,10.0"  # overlaps the first


def painted(strength: float = 2.0) -> dict[str, Any]:
    """Brighter in the middle of a part."""
    rows = [[0, 0, 0, 0], [0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0]]
    mask = {"kind": "grid", "rows": rows}
    return {"type": "attribute", "attribute": "smile", "strength": strength, "mask": mask}


@pytest.fixture
def image_id(client: httpx.Client) -> str:
    files = {"image": file_of(Image.fromarray(PICTURE))}
    return str(client.post("/images", files=files).json()["image_id"])


def encoded(client: httpx.Client, image_id: str, quad: str) -> str:
    form = {"image_id": image_id, "model": "fake", "steps": "0", "quad": quad}
    return str(client.post("/encode?wait=20", data=form).json()["result"]["latent_id"])


def drawn(client: httpx.Client, body: dict[str, Any]) -> tuple[NDArray[np.uint8], Any]:
    answer = client.post("/edit?wait=20", json=body)
    assert answer.status_code == 200, answer.text
    result = answer.json()["result"]
    return pixels_of(client.get(f"/images/{result['image_id']}").content), result["changed_box"]


def test_two_faces_are_drawn_into_one_picture(client: httpx.Client, image_id: str) -> None:
    first, second = (encoded(client, image_id, quad) for quad in FACES)
    full = {"frame": "full"}
    body = {"latent_id": first, "edits": [painted()], "output": full}
    alone, _ = drawn(client, body)
    beside = {"latent_id": second, "edits": [painted(-1.0)]}
    both, box = drawn(client, body | {"others": [beside]})
    left, right = (slice(None), slice(0, 80)), (slice(None), slice(80, None))
    assert np.array_equal(both[left], alone[left])
    changed = (both != PICTURE).any(axis=2)
    assert changed[left].sum() > 400 and changed[right].sum() > 400
    assert (both.astype(int) - PICTURE)[right].min() < -15, "darker, by its own edit"
    x, y, w, h = box
    assert changed[y : y + h, x : x + w].sum() == changed.sum()
    swapped = {"latent_id": second, "edits": beside["edits"], "output": full}
    swapped["others"] = [{"latent_id": first, "edits": [painted()]}]
    assert np.array_equal(drawn(client, swapped)[0], both), "whichever is named first"


def test_what_overlaps_shows_in_the_other_part(client: httpx.Client, image_id: str) -> None:
    first, near = encoded(client, image_id, FACES[0]), encoded(client, image_id, NEAR)
    plain, _ = drawn(client, {"latent_id": first, "edits": []})
    around = {"latent_id": near, "edits": [painted()]}
    seen, box = drawn(client, {"latent_id": first, "edits": [], "others": [around]})
    assert seen.shape == plain.shape
    assert box is not None and (seen.astype(int) - plain).max() > 20
    own, _ = drawn(client, {"latent_id": first, "edits": [painted()]})
    both, _ = drawn(client, {"latent_id": first, "edits": [painted()], "others": [around]})
    expected = np.clip(own.astype(int) + (seen.astype(int) - plain), 0, 255)
    assert np.array_equal(both, expected), "the sum of both"
    preview, _ = drawn(
        client,
        {"latent_id": first, "others": [around], "output": {"max_side": 64, "format": "png"}},
    )
    assert np.abs(preview.astype(int) - seen).mean() < 2
    hidden = {"latent_id": near, "edits": [painted() | {"enabled": False}]}
    assert drawn(client, {"latent_id": first, "others": [hidden]})[1] is None


def test_an_animation_has_the_others(client: httpx.Client, image_id: str) -> None:
    first, near = encoded(client, image_id, FACES[0]), encoded(client, image_id, NEAR)
    output = {"format": "webp", "frames": 3, "quality": 100}
    body = {"latent_id": first, "edits": [painted()], "output": output}
    others = {"others": [{"latent_id": near, "edits": [painted()]}]}
    assert not np.array_equal(drawn(client, body)[0], drawn(client, body | others)[0])


def test_who_does_not_belong_is_refused(client: httpx.Client, image_id: str) -> None:
    first, second = (encoded(client, image_id, quad) for quad in FACES)
    other_picture = {"image": file_of(Image.fromarray(noise(80, 80)))}
    elsewhere_id = client.post("/images", files=other_picture).json()["image_id"]
    elsewhere = encoded(client, elsewhere_id, "0,0,0,50,50,50,50,0")
    wrong = (
        [{"latent_id": elsewhere}],
        [{"latent_id": first}],
        [{"latent_id": second}, {"latent_id": second}],
        [{"latent_id": "lat_" + "0" * 32}],
        [{"latent_id": second, "edits": [painted() | {"attribute": "unheard-of"}]}],
        [{"latent_id": second}] * 16,
    )
    for others in wrong:
        body = {"latent_id": first, "edits": [], "others": others}
        assert client.post("/edit?wait=20", json=body).status_code in (404, 422)
        session = {"name": "x", "latent_id": first, "others": others}
        if "unheard-of" not in json.dumps(others):  # work is kept first
            assert client.post("/sessions", json=session).status_code in (404, 422)


def test_a_session_has_all_parts_and_its_file_brings_them_back(
    client: httpx.Client, image_id: str
) -> None:
    first, second, near = (encoded(client, image_id, quad) for quad in (*FACES, NEAR))
    others = [
        {"latent_id": second, "edits": [painted(-1.0)]},
        {"latent_id": near, "edits": [{"type": "transplant", "donor": second}, painted()]},
    ]
    snapshot = {"name": "s", "edits": [], "others": others[:1], "saved_at": "2026-11-30T00:00:00Z"}
    written = {"name": "Two", "latent_id": first, "edits": [painted()], "others": others}
    kept = client.post("/sessions", json=written | {"snapshots": [snapshot]}).json()
    assert [latent["latent_id"] for latent in kept["other_latents"]] == [second, near]
    assert [each["latent_id"] for each in kept["others"]] == [second, near]
    (listed,) = (
        each
        for each in client.get("/sessions").json()["sessions"]
        if each["session_id"] == kept["session_id"]
    )
    assert listed["num_edits"] == 4
    file = client.get(f"/sessions/{kept['session_id']}/file").content
    again = client.post("/sessions/file", files={"session": ("s.latentbrush", file)}).json()
    full = {"frame": "full"}

    def whole(session: dict[str, Any]) -> NDArray[np.uint8]:
        body = {name: session[name] for name in ("latent_id", "edits", "others")}
        return drawn(client, body | {"output": full})[0]

    assert np.array_equal(whole(kept), whole(again)), "to the bit"
    assert len(again["snapshots"][0]["others"]) == 1
    assert again["others"][1]["edits"][0]["donor"] == again["others"][0]["latent_id"]


@pytest.mark.parametrize("broken", ["no latent", "another picture"])
def test_a_file_whose_parts_do_not_fit(client: httpx.Client, image_id: str, broken: str) -> None:
    first, second = (encoded(client, image_id, quad) for quad in FACES)
    session = {"name": "x", "latent_id": first, "others": [{"latent_id": second}]}
    kept = client.post("/sessions", json=session).json()
    file = client.get(f"/sessions/{kept['session_id']}/file").content
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        entries = {info.filename: archive.read(info) for info in archive.infolist()}
    manifest = json.loads(entries["session.json"])
    if broken == "no latent":
        manifest["latents"].pop()
    else:
        manifest["latents"][1]["picture"] = manifest["latents"][1]["reconstruction"]
    entries["session.json"] = json.dumps(manifest).encode()
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    answer = client.post("/sessions/file", files={"session": ("s", changed.getvalue())})
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_session"


def test_parts_that_are_made_in_any_order_are_the_same(client: httpx.Client, image_id: str) -> None:
    latents = [encoded(client, image_id, quad) for quad in (*FACES, NEAR)]
    pictures = []
    for order in itertools.permutations(latents):
        parts = [{"latent_id": each, "edits": [painted(6.0)]} for each in order]
        body = {**parts[0], "others": parts[1:], "output": {"frame": "full"}}
        pictures.append(drawn(client, body)[0])
    assert all(np.array_equal(pictures[0], picture) for picture in pictures[1:])
