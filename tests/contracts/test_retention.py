"""What is taken out of the store, and what never is."""

import os
import time
from pathlib import Path

import pytest

from contracts.blobs import Files
from contracts.edits import PaintedPart, ResampleEdit
from contracts.errors import UnknownImage, UnknownMask
from contracts.jobs import now
from contracts.lands import LandEdit, LandRequest
from contracts.library import Library
from contracts.masks import MaskStored
from contracts.requests import EditResult, Metrics
from contracts.retention import (
    LEFTOVER_TTL_S,
    remove_leftovers,
    remove_unused_edits,
    remove_unused_masks,
)
from contracts.sessions import SessionWrite, Snapshot

DAY_S = 24 * 3600.0


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(str(tmp_path))


def add_edit(library: Library, owner: str, key: str, data: bytes) -> str:
    image_id = library.add_image(owner, data, "image/png", 1, 1).image_id
    result = EditResult(image_id=image_id, changed_box=None, cached=False, timings_ms={})
    library.remember_edit(owner, key, result)
    return image_id


def add_latent(library: Library, owner: str, image_id: str) -> str:
    metrics = Metrics(psnr_db=30, perceptual=0.1, perceptual_metric="none")
    return library.add_latent(
        owner, b"tensor", model="m", model_version="1", space="W", grid=(1, 1), image_id=image_id,
        reconstruction_id=image_id, crop=(0, 0, 1, 1), metrics=metrics, timings_ms={},
    ).latent_id  # fmt: skip


def age(home: Path, days: float) -> None:
    """Make all that is in the store so much older."""
    then_s = time.time() - days * DAY_S
    for path in home.rglob("*"):
        if path.is_file():
            os.utime(path, (then_s, then_s))


def files_in(home: Path) -> list[str]:
    return sorted(str(p.relative_to(home)) for p in home.rglob("*") if p.is_file())


def test_an_edited_picture_that_nobody_asks_for_goes(library: Library, tmp_path: Path) -> None:
    upload = library.add_image("anna", b"upload", "image/png", 1, 1)
    before = files_in(tmp_path)
    add_edit(library, "anna", "k", b"edited")
    age(tmp_path, 31)
    remove_unused_edits(Files(str(tmp_path)), 30 * DAY_S)
    assert files_in(tmp_path) == before
    assert library.image_bytes(upload) == b"upload"
    assert library.answered_edit("anna", "k") is None


def test_what_is_no_record_is_left_alone(library: Library, tmp_path: Path) -> None:
    image_id = add_edit(library, "ann", "key", b"edited")
    strange = [tmp_path / "records" / ".DS_Store", tmp_path / "records" / "ann" / "notes.txt"]
    for path in strange:
        path.write_bytes(b"?")
    age(tmp_path, 40)
    remove_unused_edits(Files(str(tmp_path)), 30 * DAY_S)
    assert all(path.exists() for path in strange)
    with pytest.raises(UnknownImage):
        library.image("ann", image_id)


@pytest.mark.parametrize("asked", ["answer", "picture"])
def test_an_edited_picture_that_was_asked_for_stays(
    library: Library, tmp_path: Path, asked: str
) -> None:
    image_id = add_edit(library, "anna", "k", b"edited")
    age(tmp_path, 31)
    if asked == "answer":
        assert library.answered_edit("anna", "k") is not None
    else:
        library.image("anna", image_id)
    remove_unused_edits(Files(str(tmp_path)), 30 * DAY_S)
    assert library.image_bytes(library.image("anna", image_id)) == b"edited"
    assert library.answered_edit("anna", "k") is not None


def test_a_picture_that_a_latent_needs_stays(library: Library, tmp_path: Path) -> None:
    image_id = add_edit(library, "anna", "k", b"edited")
    latent_id = add_latent(library, "anna", image_id)
    age(tmp_path, 31)
    remove_unused_edits(Files(str(tmp_path)), 30 * DAY_S)
    assert library.tensor(library.latent("anna", latent_id)) == b"tensor"
    assert library.image_bytes(library.image("anna", image_id)) == b"edited"


def test_bytes_that_another_has_too_stay(library: Library, tmp_path: Path) -> None:
    mine = add_edit(library, "anna", "k", b"same")
    theirs = library.add_image("ben", b"same", "image/png", 1, 1)
    age(tmp_path, 31)
    remove_unused_edits(Files(str(tmp_path)), 30 * DAY_S)
    assert library.image_bytes(theirs) == b"same"
    with pytest.raises(UnknownImage):
        library.image("anna", mine)


def test_leftovers_go(library: Library, tmp_path: Path) -> None:
    kept = library.add_image("anna", b"upload", "image/png", 1, 1)
    before = files_in(tmp_path)
    library.put_upload("job_1", b"raw")
    library.add_preview("anna", b"jpeg", "image/jpeg", 1, 1)
    (tmp_path / "incoming" / "half").write_bytes(b"x")
    with_leftovers = files_in(tmp_path)
    remove_leftovers(Files(str(tmp_path)))
    assert files_in(tmp_path) == with_leftovers, "a job may still need them"
    age(tmp_path, 1 + LEFTOVER_TTL_S / DAY_S)
    remove_leftovers(Files(str(tmp_path)))
    assert files_in(tmp_path) == before
    assert library.image_bytes(kept) == b"upload"


def test_a_store_that_is_no_folder(tmp_path: Path) -> None:
    url = f"memory://{tmp_path}"
    files = Files(url)
    add_edit(Library(url), "anna", "k", b"edited")
    assert "records/anna/edits/k.json" in files.names("records")
    assert 0 <= files.age_s("records/anna/edits/k.json") < 60
    assert files.names("nothing") == []
    remove_leftovers(files)
    remove_unused_edits(files, -1)
    assert files.names("records") == files.names("blobs") == []


def painted(mask_id: str) -> ResampleEdit:
    return ResampleEdit(seed=1, mask=MaskStored(mask_id=mask_id))


def test_masks_that_sessions_snapshots_and_lands_need_stay(
    library: Library, tmp_path: Path
) -> None:
    now_, other, snapshot, beside, land, none = (
        library.add_mask("anna", f"png {k}".encode()).mask_id for k in range(6)
    )
    library.add_mask("bert", b"png 0")
    part = PaintedPart(latent_id="lat_b", edits=(painted(other),))
    then = Snapshot(
        name="S",
        edits=(painted(snapshot),),
        others=(PaintedPart(latent_id="lat_b", edits=(painted(beside),)),),
        saved_at=now(),
    )
    session = SessionWrite(
        name="A", latent_id="lat_a", edits=(painted(now_),), others=(part,), snapshots=(then,)
    )
    library.sessions.add("anna", session)
    stroke = LandEdit(attribute="wood", strength=1, box=(0, 0, 8, 8), mask=MaskStored(mask_id=land))
    library.add_land("anna", LandRequest(model="aerial", seed=1, edits=(stroke,)), 1, "v")
    age(tmp_path, 31)
    remove_unused_masks(Files(str(tmp_path)), 30 * DAY_S)
    for k, mask_id in enumerate((now_, other, snapshot, beside, land)):
        record = library.mask("anna", mask_id)
        assert library.mask_png(record) == f"png {k}".encode()
    with pytest.raises(UnknownMask):
        library.mask("anna", none)
    with pytest.raises(UnknownMask):
        library.mask("bert", now_)


def test_a_mask_that_was_just_sent_stays_and_its_picture_with_it(
    library: Library, tmp_path: Path
) -> None:
    """A page sends masks before it saves what is painted with them."""
    old = library.add_mask("anna", b"old")
    age(tmp_path, 31)
    young = library.add_mask("anna", b"young")
    library.mask("anna", old.mask_id)  # asked for: young again
    remove_unused_masks(Files(str(tmp_path)), 30 * DAY_S)
    assert [library.mask_png(each) for each in (old, young)] == [b"old", b"young"]
    age(tmp_path, 31)
    add_edit(library, "anna", "k", b"old")  # a picture of the same bytes as a mask
    remove_unused_masks(Files(str(tmp_path)), 30 * DAY_S)
    assert library.image_bytes(library.image("anna", add_edit(library, "anna", "k", b"old")))
