"""`/masks` over a real socket: sent once, named ever after."""

import base64
import io
import json
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.fakes.live_server import LiveServer, running, write_model
from tests.fakes.pictures import huge_png_header, pixels_of, png

LIMIT = 3 * 1024 * 1024


def mask_png(*rows: list[float]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.round(np.array(rows) * 255).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


LEFT = mask_png([1.0, 0.0])


def keep(client: httpx.Client, mask: bytes) -> str:
    answer = client.put("/masks", content=mask, headers={"Content-Type": "image/png"})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["mask_id"])


def painted(mask: dict[str, Any], strength: float = 2.0) -> dict[str, Any]:
    return {"type": "attribute", "attribute": "smile", "strength": strength, "mask": mask}


def stored(mask_id: str) -> dict[str, str]:
    return {"kind": "stored", "mask_id": mask_id}


def inline(mask: bytes) -> dict[str, str]:
    return {"kind": "png", "data": base64.b64encode(mask).decode()}


def drawn(client: httpx.Client, latent_id: str, mask: dict[str, Any]) -> dict[str, Any]:
    body = {"latent_id": latent_id, "edits": [painted(mask)]}
    job = client.post("/edit?wait=20", json=body).json()
    assert job["status"] == "succeeded", job
    return dict(job["result"])


def test_the_same_mask_has_one_id_and_comes_back(client: httpx.Client) -> None:
    mask_id = keep(client, LEFT)
    assert keep(client, LEFT) == mask_id
    assert keep(client, mask_png([0.0, 1.0])) != mask_id
    answer = client.get(f"/masks/{mask_id}")
    assert (answer.content, answer.headers["content-type"]) == (LEFT, "image/png")
    again = client.get(f"/masks/{mask_id}", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_a_stored_mask_paints_what_it_paints_when_it_is_sent(
    client: httpx.Client, latent_id: str
) -> None:
    """And either way it is the same request, answered from the store."""
    sent = drawn(client, latent_id, inline(LEFT))
    named = drawn(client, latent_id, stored(keep(client, LEFT)))
    assert named["cached"]
    assert named["image_id"] == sent["image_id"]
    x, _, width, _ = named["changed_box"]
    assert (x, width) == (0, 30)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "invalid_image"),
        (b"not a picture", 422, "invalid_image"),
        (b"\xff\xd8\xff" + bytes(100), 422, "invalid_image"),
        (LEFT[:-1], 422, "invalid_image"),
        (LEFT[:-20] + bytes([LEFT[-20] ^ 255]) + LEFT[-19:], 422, "invalid_image"),
        (huge_png_header(0, 10), 422, "invalid_image"),
        (huge_png_header(5000, 10), 413, "too_large"),
        (LEFT + bytes(LIMIT), 413, "too_large"),
        (LEFT + bytes(9 * 1024**2), 413, "too_large"),
    ],
)
def test_what_is_no_mask(client: httpx.Client, body: bytes, status: int, code: str) -> None:
    answer = client.put("/masks", content=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_damaged_mask_is_told_when_it_is_used(client: httpx.Client, latent_id: str) -> None:
    """Its chunks are whole, and what is in them is not."""
    bad = struct.pack(">I", 4) + b"IDATbad!" + struct.pack(">I", zlib.crc32(b"IDATbad!"))
    mask_id = keep(client, png()[:33] + bad + png()[-12:])
    body = {"latent_id": latent_id, "edits": [painted(stored(mask_id))]}
    job = client.post("/edit?wait=20", json=body).json()
    assert job["error"]["code"] == "invalid_edit"


@pytest.mark.parametrize("mask_id", ["nothing", "msk_" + "0" * 32, "../../etc/passwd"])
def test_a_mask_that_is_not_there(client: httpx.Client, latent_id: str, mask_id: str) -> None:
    edits = [painted(stored(mask_id))]
    asked = client.post("/edit", json={"latent_id": latent_id, "edits": edits})
    assert (asked.status_code, asked.json()["code"]) == (404, "unknown_mask")
    session = {"name": "Anna", "latent_id": latent_id, "edits": edits}
    assert client.post("/sessions", json=session).json()["code"] == "unknown_mask"
    snapshot = {"name": "A", "edits": edits, "saved_at": "2026-01-01T00:00:00Z"}
    session = {"name": "Anna", "latent_id": latent_id, "snapshots": [snapshot]}
    assert client.post("/sessions", json=session).json()["code"] == "unknown_mask"


def test_so_many_masks_and_no_more(tmp_path: Path) -> None:
    with running(tmp_path, max_masks=2) as live, live.client() as client:
        masks = [mask_png([k / 10, 1.0]) for k in range(3)]
        for mask in masks[:2]:
            keep(client, mask)
        refused = client.put("/masks", content=masks[2])
        assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
        keep(client, masks[0])


def test_another_owners_mask_is_not_found(tmp_path: Path) -> None:
    with (
        running(tmp_path, api_keys="key-of-ann,key-of-bob") as live,
        live.client("key-of-ann") as ann,
        live.client("key-of-bob") as bob,
        live.client() as stranger,
    ):
        mask_id = keep(ann, LEFT)
        assert bob.get(f"/masks/{mask_id}").json()["code"] == "unknown_mask"
        fields = {"model": "fake", "steps": "0"}
        job = bob.post("/encode?wait=20", data=fields, files={"image": png()}).json()
        body = {"latent_id": job["result"]["latent_id"], "edits": [painted(stored(mask_id))]}
        assert bob.post("/edit", json=body).json()["code"] == "unknown_mask"
        assert stranger.put("/masks", content=LEFT).status_code == 401
        assert keep(bob, LEFT) == mask_id
        assert bob.post("/edit?wait=20", json=body).json()["status"] == "succeeded"


def test_a_session_of_200_edits_and_50_snapshots_is_saved(
    tmp_path: Path,
) -> None:
    with running(tmp_path) as live, live.client() as client:
        fields = {"model": "fake", "steps": "0"}
        job = client.post("/encode?wait=20", data=fields, files={"image": png()}).json()
        masks = [stored(keep(client, mask_png([k / 255, 1.0]))) for k in range(200)]
        edits = [painted(mask) for mask in masks]
        snapshot = {"name": "S", "edits": edits, "saved_at": "2026-01-01T00:00:00Z"}
        body = {
            "name": "Anna",
            "latent_id": job["result"]["latent_id"],
            "edits": edits,
            "snapshots": [snapshot] * 50,
        }
        assert len(json.dumps(body)) < 2_000_000
        made = client.post("/sessions", json=body)
        assert made.status_code == 201, made.text
        session = client.get(f"/sessions/{made.json()['session_id']}").json()
        assert (len(session["edits"]), len(session["snapshots"])) == (200, 50)
        assert session["snapshots"][49]["edits"][199]["mask"] == masks[199]
        too_many = client.post("/sessions", json=body | {"snapshots": [snapshot] * 51})
        assert too_many.json()["code"] == "invalid_request"


def test_a_file_carries_masks_each_once(client: httpx.Client, latent_id: str) -> None:
    edits = [painted(stored(keep(client, LEFT)))]
    snapshot = {"name": "S", "edits": edits, "saved_at": "2026-01-01T00:00:00Z"}
    body = {"name": "A", "latent_id": latent_id, "edits": edits, "snapshots": [snapshot] * 3}
    made = client.post("/sessions", json=body).json()
    file = client.get(f"/sessions/{made['session_id']}/file").content
    names = zipfile.ZipFile(io.BytesIO(file)).namelist()
    assert sum(name.startswith("masks/") for name in names) == 1
    back = client.post("/sessions/file", files={"session": file}).json()
    assert back["edits"] == made["edits"]


def test_a_file_of_another_brings_its_masks(tmp_path: Path) -> None:
    with (
        running(tmp_path, api_keys="key-of-ann,key-of-bob") as live,
        live.client("key-of-ann") as ann,
        live.client("key-of-bob") as bob,
    ):
        fields = {"model": "fake", "steps": "0"}
        job = ann.post("/encode?wait=20", data=fields, files={"image": png()}).json()
        edits = [painted(stored(keep(ann, LEFT)))]
        body = {"name": "A", "latent_id": job["result"]["latent_id"], "edits": edits}
        made = ann.post("/sessions", json=body).json()
        file = ann.get(f"/sessions/{made['session_id']}/file").content
        theirs = bob.post("/sessions/file", files={"session": file}).json()
        for client, session in ((ann, made), (bob, theirs)):
            wanted = {"latent_id": session["latent_id"], "edits": session["edits"]}
            result = client.post("/edit?wait=20", json=wanted).json()["result"]
            shown = pixels_of(client.get(f"/images/{result['image_id']}").content)
            assert (shown[:, :30] != pixels_of(png(60, 60))[:, :30]).any()
            assert result["changed_box"][2] == 30


@pytest.mark.parametrize("entry", [None, b"not a mask", mask_png([0.5, 0.5])])
def test_a_file_that_lies_about_a_mask(
    client: httpx.Client, latent_id: str, entry: bytes | None
) -> None:
    mask_id = keep(client, LEFT)
    body = {"name": "A", "latent_id": latent_id, "edits": [painted(stored(mask_id))]}
    made = client.post("/sessions", json=body).json()
    file = client.get(f"/sessions/{made['session_id']}/file").content
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    del entries[f"masks/{mask_id}.png"]
    if entry is not None:
        entries[f"masks/{mask_id}.png"] = entry
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    refused = client.post("/sessions/file", files={"session": buffer.getvalue()})
    assert refused.json()["code"] == "invalid_session"


def test_a_land_holds_ids(server: LiveServer, client: httpx.Client) -> None:
    write_model(server.home, "plane", is_spatial=True)
    edit = painted(stored(keep(client, LEFT))) | {"box": [0, 0, 64, 64]}
    land = client.post("/lands", json={"model": "plane", "seed": 3, "edits": [edit]})
    assert land.status_code == 201, land.text
    assert land.json()["edits"][0]["mask"] == edit["mask"]
    tile = client.get(f"/tiles/{land.json()['land_id']}/8/0/0.png")
    assert pixels_of(tile.content)[10, 10, 2] == 255
    unknown = edit | {"mask": stored("msk_" + "0" * 32)}
    refused = client.post("/lands", json={"model": "plane", "seed": 3, "edits": [unknown]})
    assert refused.json()["code"] == "unknown_mask"
