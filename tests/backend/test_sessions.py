"""`/sessions` over real HTTP, with a real broker and worker."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from contracts.ids import LOCAL_OWNER
from contracts.sessions import SessionWrite
from contracts.worlds import WorldWrite
from tests.fakes.live_server import LiveServer, running
from tests.fakes.pictures import pixels_of, png
from tests.fakes.stocked import Stocked

ALL = {"kind": "all"}
BRIGHTER = {"type": "attribute", "attribute": "smile", "strength": 2, "mask": ALL}


def encode(client: httpx.Client, seed: int) -> str:
    fields = {"model": "fake", "steps": "0"}
    files = {"image": png(seed=seed)}
    job = client.post("/encode?wait=20", data=fields, files=files).json()
    return str(job["result"]["latent_id"])


def make(client: httpx.Client, latent_id: str, **fields: Any) -> dict[str, Any]:
    body = {"name": "Anna", "latent_id": latent_id, "edits": [BRIGHTER]} | fields
    response = client.post("/sessions", json=body)
    assert response.status_code == 201, response.text
    return dict(response.json())


def picture(client: httpx.Client, session: dict[str, Any]) -> bytes:
    body = {"latent_id": session["latent_id"], "edits": session["edits"]}
    job = client.post("/edit?wait=20", json=body).json()
    return client.get(f"/images/{job['result']['image_id']}").content


def body_of(session: dict[str, Any]) -> dict[str, Any]:
    kept = ("name", "latent_id", "edits", "snapshots", "cover_id", "revision")
    return {name: session[name] for name in kept}


def test_a_session_is_there_again(client: httpx.Client, latent_id: str) -> None:
    made = make(client, latent_id)
    assert made["revision"] == 1
    assert made["latent"]["latent_id"] == latent_id
    assert (made["picture"]["width"], made["picture"]["height"]) == (80, 60)
    assert client.get(f"/sessions/{made['session_id']}").json() == made
    listed = client.get("/sessions").json()["sessions"]
    assert listed[0]["session_id"] == made["session_id"]
    assert listed[0]["cover_id"] == made["latent"]["reconstruction_id"]
    assert listed[0]["num_edits"] == 1


def test_a_change_has_the_next_revision_and_comes_first(
    client: httpx.Client, latent_id: str
) -> None:
    older, newer = make(client, latent_id), make(client, latent_id)
    snapshot = {"name": "Before", "edits": older["edits"], "saved_at": "2026-01-02T03:04:05Z"}
    body = body_of(older) | {"name": " Berta ", "edits": [], "snapshots": [snapshot]}
    changed = client.put(f"/sessions/{older['session_id']}", json=body).json()
    assert (changed["revision"], changed["name"], changed["edits"]) == (2, "Berta", [])
    assert changed["snapshots"][0]["edits"] == older["edits"]
    assert changed["created_at"] == older["created_at"]
    ids = [entry["session_id"] for entry in client.get("/sessions").json()["sessions"]]
    assert ids.index(older["session_id"]) < ids.index(newer["session_id"])


def test_who_comes_too_late_is_told_and_changes_nothing(
    client: httpx.Client, latent_id: str
) -> None:
    made = make(client, latent_id)
    address = f"/sessions/{made['session_id']}"
    client.put(address, json=body_of(made) | {"name": "First"})
    late = client.put(address, json=body_of(made) | {"name": "Second"})
    assert (late.status_code, late.json()["code"]) == (409, "session_conflict")
    assert client.get(address).json()["name"] == "First"


def test_a_deleted_session_is_gone_and_its_latent_is_not(
    client: httpx.Client, latent_id: str
) -> None:
    made = make(client, latent_id)
    address = f"/sessions/{made['session_id']}"
    assert client.delete(address).status_code == 204
    for gone in (client.get(address), client.delete(address), client.get(f"{address}/file")):
        assert (gone.status_code, gone.json()["code"]) == (404, "unknown_session")
    assert client.get(f"/latents/{latent_id}").status_code == 200


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": "  "}, "invalid_request"),
        ({"name": "x" * 81}, "invalid_request"),
        ({"revision": 1}, "invalid_request"),
        ({"latent_id": "lat_" + "0" * 32}, "unknown_latent"),
        ({"latent_id": "../../etc"}, "unknown_latent"),
        ({"edits": [{"type": "transplant", "donor": "lat_" + "0" * 32}]}, "unknown_latent"),
        ({"edits": [BRIGHTER] * 201}, "too_large"),
    ],
)
def test_a_session_that_cannot_be_kept(
    client: httpx.Client, latent_id: str, change: dict[str, Any], code: str
) -> None:
    body = {"name": "Anna", "latent_id": latent_id, "edits": []} | change
    assert client.post("/sessions", json=body).json()["code"] == code


@pytest.mark.parametrize("session_id", ["nothing", "ses_" + "0" * 32, "%2e%2e%2fx"])
def test_a_session_that_is_not_there(client: httpx.Client, session_id: str) -> None:
    assert client.get(f"/sessions/{session_id}").status_code == 404


def test_a_file_brings_back_the_session_to_the_bit(client: httpx.Client, latent_id: str) -> None:
    donor = encode(client, 200)
    edits = [BRIGHTER, {"type": "transplant", "donor": donor, "mask": ALL}]
    made = make(client, latent_id, name="Zoë", edits=edits)
    before = picture(client, made)
    answer = client.get(f"/sessions/{made['session_id']}/file")
    assert answer.headers["content-disposition"].endswith('.latentbrush"')
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert len([name for name in names if name.startswith("latents/")]) == 2

    again = client.post("/sessions/file", files={"session": answer.content})
    assert again.status_code == 201, again.text
    back = again.json()
    assert back["session_id"] != made["session_id"]
    assert (back["name"], back["latent_id"], back["edits"]) == ("Zoë", latent_id, made["edits"])
    assert picture(client, back) == before


def test_a_file_of_another_user_brings_its_pictures(tmp_path: Path) -> None:
    keys = ("key-of-ann", "key-of-bob")
    with (
        running(tmp_path, api_keys=",".join(keys)) as live,
        live.client(keys[0]) as ann,
        live.client(keys[1]) as bob,
    ):
        made = make(ann, encode(ann, 90))
        assert bob.get(f"/sessions/{made['session_id']}").status_code == 404
        assert bob.get("/sessions").json() == {"sessions": []}
        data = ann.get(f"/sessions/{made['session_id']}/file").content
        back = bob.post("/sessions/file", files={"session": data}).json()
        assert back["latent_id"] != made["latent_id"], "ids are an owner's own"
        assert (pixels_of(picture(bob, back)) == pixels_of(picture(ann, made))).all()


def rewritten(data: bytes, **entries: bytes | None) -> bytes:
    """The zip with entries replaced or, for None, left out."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            kind = name.split("/")[0].removesuffix(".json")
            content = entries.get(kind, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def file(client: httpx.Client, latent_id: str) -> bytes:
    return client.get(f"/sessions/{make(client, latent_id)['session_id']}/file").content


def test_a_file_that_is_none(client: httpx.Client, file: bytes) -> None:
    manifest = json.loads(zipfile.ZipFile(io.BytesIO(file)).read("session.json"))
    other_version = json.dumps(manifest | {"version": 9}).encode()
    no_latent = json.dumps(manifest | {"latents": []}).encode()
    for data, code in (
        (b"", "invalid_session"),
        (b"PK\x03\x04 nothing", "invalid_session"),
        (file[: len(file) // 2], "invalid_session"),
        (rewritten(file, session=None), "invalid_session"),
        (rewritten(file, session=b"{}"), "invalid_session"),
        (rewritten(file, session=other_version), "invalid_session"),
        (rewritten(file, session=no_latent), "invalid_session"),
        (rewritten(file, latents=None), "invalid_session"),
        (rewritten(file, latents=b"not a tensor"), "invalid_request"),
        (rewritten(file, pictures=b"not a picture"), "invalid_image"),
    ):
        answer = client.post("/sessions/file", files={"session": data})
        assert answer.json().get("code") == code, answer.text


def test_a_file_of_another_model_version(client: httpx.Client, file: bytes) -> None:
    manifest = json.loads(zipfile.ZipFile(io.BytesIO(file)).read("session.json"))
    manifest["latents"][0]["model_version"] = "other:other"
    data = rewritten(file, session=json.dumps(manifest).encode())
    answer = client.post("/sessions/file", files={"session": data})
    assert answer.json()["code"] == "stale_latent"


def bomb(declared: int) -> bytes:
    """A zip whose only entry unpacks to 300 MB, and may say that it is smaller."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("session.json", "w") as entry:
            for _ in range(300):
                entry.write(bytes(2**20))
    return buffer.getvalue().replace(
        (300 * 2**20).to_bytes(4, "little"), declared.to_bytes(4, "little")
    )


@pytest.mark.parametrize("declared", [300 * 2**20, 10])
def test_a_bomb_is_not_unpacked(client: httpx.Client, declared: int) -> None:
    answer = client.post("/sessions/file", files={"session": bomb(declared)})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_session")


def test_work_is_kept_though_a_cover_or_an_attribute_is_gone(
    client: httpx.Client, latent_id: str
) -> None:
    edits = [BRIGHTER | {"attribute": "wings"}]
    made = make(client, latent_id, edits=edits, cover_id="img_" + "0" * 32)
    entries = client.get("/sessions").json()["sessions"]
    listed = next(entry for entry in entries if entry["session_id"] == made["session_id"])
    assert listed["cover_id"] == made["latent"]["reconstruction_id"]


def test_a_file_without_a_donor_or_with_too_much(client: httpx.Client, file: bytes) -> None:
    manifest = json.loads(zipfile.ZipFile(io.BytesIO(file)).read("session.json"))
    copies = {"type": "transplant", "donor": "lat_elsewhere"}
    snapshot = {"name": "a", "edits": [], "saved_at": "2026-01-02T03:04:05Z"}
    for change in (
        {"edits": [copies]},
        {"snapshots": [snapshot | {"edits": [copies]}]},
        {"snapshots": [snapshot] * 51},
        {"edits": manifest["edits"] * 1001},
        {"latents": manifest["latents"] * 65},
        {"latents": [manifest["latents"][0] | {"readings": {f"r{k}": 0.0 for k in range(1001)}}]},
        {"padding": "x" * (65 << 20)},
    ):
        data = rewritten(file, session=json.dumps(manifest | change).encode())
        answer = client.post("/sessions/file", files={"session": data})
        assert answer.json()["code"] == "invalid_session", answer.text


@pytest.mark.parametrize("where", ["edits", "snapshots"])
def test_a_file_with_more_edits_than_this_server_takes(
    client: httpx.Client, file: bytes, where: str
) -> None:
    manifest = json.loads(zipfile.ZipFile(io.BytesIO(file)).read("session.json"))
    many = manifest["edits"] * 51
    snapshot = {"name": "a", "edits": many, "saved_at": "2026-01-02T03:04:05Z"}
    change = {"edits": many} if where == "edits" else {"snapshots": [snapshot]}
    data = rewritten(file, session=json.dumps(manifest | change).encode())
    answer = client.post("/sessions/file", files={"session": data})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_file_that_is_refused_leaves_nothing(client: httpx.Client, file: bytes) -> None:
    before = client.get("/sessions").json()
    manifest = json.loads(zipfile.ZipFile(io.BytesIO(file)).read("session.json"))
    data = rewritten(file, session=json.dumps(manifest | {"cover": "pictures/x"}).encode())
    assert client.post("/sessions/file", files={"session": data}).status_code == 422
    assert client.get("/sessions").json() == before


def test_a_file_whose_names_are_no_text(client: httpx.Client, file: bytes) -> None:
    odd = rewritten(file).replace(b"session.json", b"\xff\xfession.json"[:12])
    flagged = bytearray(odd)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = flagged.find(mark)
        while start >= 0:
            flagged[start + at + 1] |= 0x08  # names are UTF-8, it says
            start = flagged.find(mark, start + 4)
    answer = client.post("/sessions/file", files={"session": bytes(flagged)})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_session")


def test_what_is_missing_breaks_no_list(
    client: httpx.Client, server: LiveServer, latent_id: str
) -> None:
    library = Stocked(server.home).library
    lost = SessionWrite(name="Lost", latent_id="lat_" + "7" * 32)
    session_id = library.sessions.add(LOCAL_OWNER, lost).session_id
    world = WorldWrite(name="Lost", land_id="lnd_" + "7" * 32)
    world_id = library.worlds.add(LOCAL_OWNER, world).world_id
    good = client.post("/sessions", json={"name": "A", "latent_id": latent_id}).json()
    listed = client.get("/sessions").json()["sessions"]
    assert good["session_id"] in [each["session_id"] for each in listed]
    assert session_id not in [each["session_id"] for each in listed]
    assert client.get("/worlds").status_code == 200
    assert client.get(f"/sessions/{session_id}").json()["code"] == "unknown_latent"
    assert client.delete(f"/sessions/{session_id}").status_code == 204
    assert client.delete(f"/worlds/{world_id}").status_code == 204
    client.delete(f"/sessions/{good['session_id']}")
