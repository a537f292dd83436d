"""Records of releases that kept them as files."""

import json
from pathlib import Path
from typing import Any

import pytest

from backend.records.takeover import take_over
from service.blobs import BlobStore
from tests.fakes.stocked import METRICS, Stocked

OWNER = "local"
IMAGE, LATENT, SESSION = "img_" + "1" * 32, "lat_" + "2" * 32, "ses_" + "3" * 32
MASK, LAND, WORLD = "msk_" + "4" * 32, "lnd_" + "5" * 32, "wld_" + "6" * 32
THEN = "2026-11-29T10:00:00Z"


def records(blob_id: str) -> dict[str, dict[str, Any]]:
    """What release 0.1 wrote, by the name of its file."""
    image = {"image_id": IMAGE, "blob_id": blob_id, "media_type": "image/png"}
    mask = {"kind": "stored", "mask_id": MASK}
    edit = {"type": "attribute", "attribute": "smile", "strength": 2.0, "mask": mask}
    about = {"revision": 4, "created_at": THEN, "updated_at": THEN, "name": "Mine"}
    land = {"model": "aerial", "seed": 3, "edits": [], "land_id": LAND}
    return {
        f"images/{IMAGE}": {**image, "width": 3, "height": 2},
        f"latents/{LATENT}": {
            "latent_id": LATENT,
            "blob_id": blob_id,
            "model": "m",
            "model_version": "1",
            "space": "S+",
            "grid": [8, 8],
            "image_id": IMAGE,
            "reconstruction_id": IMAGE,
            "crop": [0, 0, 2, 2],
            "metrics": METRICS.model_dump(),
            "timings_ms": {"total": 1.0},
        },
        f"masks/{MASK}": {"mask_id": MASK, "blob_id": blob_id},
        f"lands/{LAND}": land,
        f"worlds/{WORLD}": {"world_id": WORLD, **about, "land_id": LAND, "place": {"x": 5}},
        f"sessions/{SESSION}": {
            "session_id": SESSION,
            **about,
            "latent_id": LATENT,
            "edits": [edit],
            "snapshots": [],
            "cover_id": None,
        },
        f"edits/{'f' * 64}": {
            "image_id": IMAGE,
            "changed_box": None,
            "cached": False,
            "timings_ms": {},
        },
    }


@pytest.fixture
def old(shelf: Stocked) -> Stocked:
    """A store of before, with a damaged record and what somebody put there."""
    blob_id = BlobStore(shelf.files).put(b"bytes")
    for name, record in records(blob_id).items():
        shelf.files.write(f"records/{OWNER}/{name}.json", json.dumps(record).encode())
    shelf.files.write(f"records/{OWNER}/sessions/ses_{'9' * 32}.json", b"")
    shelf.files.write(f"records/{OWNER}/notes.txt", b"mine")
    return shelf


def test_what_was_kept_as_files_is_taken_over_once(
    old: Stocked, caplog: pytest.LogCaptureFixture
) -> None:
    take_over(old.database, old.files)
    library = old.library
    session = library.sessions.get(OWNER, SESSION)
    assert (session.name, session.revision) == ("Mine", 4)
    assert [each.session_id for each in library.sessions.all(OWNER)] == [SESSION]
    latent = library.latent(OWNER, session.latent_id)
    assert library.tensor(latent) == b"bytes"
    assert library.image_bytes(OWNER, library.image(OWNER, latent.image_id)) == b"bytes"
    assert library.mask_png(library.mask(OWNER, MASK)) == b"bytes"
    assert library.land(OWNER, LAND).seed == 3
    assert library.worlds.get(OWNER, WORLD).place.x == 5
    answer = library.answered_edit(OWNER, "f" * 64)
    assert answer is not None and answer.image_id == IMAGE
    assert caplog.text.count("damaged") == 1
    library.sessions.drop(OWNER, SESSION)
    take_over(old.database, old.files)
    assert library.sessions.all(OWNER) == [], "what is deleted does not come back"


def test_a_fresh_store_has_nothing_to_take_over(tmp_path: Path) -> None:
    shelf = Stocked(tmp_path)
    take_over(shelf.database, shelf.files)
    shelf.files.write(f"records/{OWNER}/lands/{LAND}.json", b"{}")
    take_over(shelf.database, shelf.files)
    assert shelf.files.names("records"), "files stay where they are"
