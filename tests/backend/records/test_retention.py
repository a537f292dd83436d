"""What is taken out of the store, and what never is."""

import io
import os
from pathlib import Path

import pytest
from sqlalchemy import select, update

from backend.records.library import Library
from backend.records.retention import (
    LEFTOVER_TTL_S,
    remove_leftovers,
    remove_unused_edits,
    remove_unused_masks,
)
from backend.records.tables import ADOPTED, METADATA
from contracts.edits import PaintedPart, ResampleEdit
from contracts.errors import UnknownImage, UnknownMask
from contracts.jobs import now
from contracts.lands import LandEdit, LandRequest
from contracts.masks import MaskStored
from contracts.sessions import SessionWrite, Snapshot
from tests.fakes.stocked import Stocked

DAY_S = 24 * 3600.0


@pytest.fixture
def library(shelf: Stocked) -> Library:
    return shelf.library


def age(shelf: Stocked, days: float) -> None:
    """Make all that is kept so much older."""
    tables = [table for table in METADATA.tables.values() if "touched_at" in table.c]
    with shelf.database.writing() as connection:
        for table in tables:
            connection.execute(update(table).values(touched_at=table.c.touched_at - days * DAY_S))
    for path in shelf.home.rglob("store/**/*"):
        if path.is_file():
            then_s = path.stat().st_mtime - days * DAY_S
            os.utime(path, (then_s, then_s))


def kept(shelf: Stocked) -> list[str]:
    """All files of the store, and all records."""
    found = shelf.files.names("")
    with shelf.database.reading() as connection:
        for table in METADATA.tables.values():
            if table is ADOPTED:
                continue
            rows = connection.execute(select(table)).all()
            found += [f"{table.name} {row[:2]}" for row in rows]
    return sorted(found)


def test_an_edited_picture_that_nobody_asks_for_goes(shelf: Stocked, library: Library) -> None:
    upload = shelf.image("anna", b"upload")
    before = kept(shelf)
    shelf.edit("anna", "k", b"edited")
    age(shelf, 31)
    remove_unused_edits(shelf.database, shelf.files, 30 * DAY_S)
    assert kept(shelf) == before
    assert library.image_bytes("anna", upload) == b"upload"
    assert library.answered_edit("anna", "k") is None


@pytest.mark.parametrize("asked", ["answer", "picture"])
def test_an_edited_picture_that_was_asked_for_stays(
    shelf: Stocked, library: Library, asked: str
) -> None:
    image_id = shelf.edit("anna", "k", b"edited")
    age(shelf, 31)
    if asked == "answer":
        assert library.answered_edit("anna", "k") is not None
    else:
        library.image("anna", image_id)
    remove_unused_edits(shelf.database, shelf.files, 30 * DAY_S)
    assert library.image_bytes("anna", library.image("anna", image_id)) == b"edited"
    assert library.answered_edit("anna", "k") is not None


def test_a_picture_that_a_latent_needs_stays(shelf: Stocked, library: Library) -> None:
    image_id = shelf.edit("anna", "k", b"edited")
    latent_id = shelf.latent("anna", image_id).latent_id
    age(shelf, 31)
    remove_unused_edits(shelf.database, shelf.files, 30 * DAY_S)
    assert library.tensor(library.latent("anna", latent_id)) == b"tensor"
    assert library.image_bytes("anna", library.image("anna", image_id)) == b"edited"


def test_bytes_that_another_has_too_stay(shelf: Stocked, library: Library) -> None:
    mine = shelf.edit("anna", "k", b"same")
    theirs = shelf.image("ben", b"same")
    age(shelf, 31)
    remove_unused_edits(shelf.database, shelf.files, 30 * DAY_S)
    assert library.image_bytes("ben", theirs) == b"same"
    with pytest.raises(UnknownImage):
        library.image("anna", mine)


def test_leftovers_go(shelf: Stocked, library: Library) -> None:
    picture = shelf.image("anna", b"upload")
    before = kept(shelf)
    library.put_upload("job_1", io.BytesIO(b"raw"))
    shelf.preview("anna", b"jpeg")
    (shelf.home / "store" / "incoming" / "half").write_bytes(b"x")
    with_leftovers = kept(shelf)
    remove_leftovers(shelf.database, shelf.files)
    assert kept(shelf) == with_leftovers, "a job may still need them"
    age(shelf, 1 + LEFTOVER_TTL_S / DAY_S)
    remove_leftovers(shelf.database, shelf.files)
    assert kept(shelf) == before
    assert library.image_bytes("anna", picture) == b"upload"


def test_a_store_that_is_no_folder(tmp_path: Path) -> None:
    shelf = Stocked(tmp_path, url=f"memory://{tmp_path}")
    shelf.edit("anna", "k", b"edited")
    (name,) = shelf.files.names("blobs")
    assert 0 <= shelf.files.age_s(name) < 60
    assert shelf.files.names("nothing") == []
    remove_leftovers(shelf.database, shelf.files)
    remove_unused_edits(shelf.database, shelf.files, -1)
    assert shelf.files.names("blobs") == []


def painted(mask_id: str) -> ResampleEdit:
    return ResampleEdit(seed=1, mask=MaskStored(mask_id=mask_id))


def test_masks_that_sessions_snapshots_and_lands_need_stay(
    shelf: Stocked, library: Library
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
    age(shelf, 31)
    remove_unused_masks(shelf.database, shelf.files, 30 * DAY_S)
    for k, mask_id in enumerate((now_, other, snapshot, beside, land)):
        record = library.mask("anna", mask_id)
        assert library.mask_png(record) == f"png {k}".encode()
    with pytest.raises(UnknownMask):
        library.mask("anna", none)
    with pytest.raises(UnknownMask):
        library.mask("bert", now_)


def test_a_mask_that_was_just_sent_stays_and_its_picture_with_it(
    shelf: Stocked, library: Library
) -> None:
    """A page sends masks before it saves what is painted with them."""
    old = library.add_mask("anna", b"old")
    age(shelf, 31)
    young = library.add_mask("anna", b"young")
    library.mask("anna", old.mask_id)  # asked for: young again
    remove_unused_masks(shelf.database, shelf.files, 30 * DAY_S)
    assert [library.mask_png(each) for each in (old, young)] == [b"old", b"young"]
    age(shelf, 31)
    shelf.edit("anna", "k", b"old")  # a picture of the same bytes as a mask
    remove_unused_masks(shelf.database, shelf.files, 30 * DAY_S)
    assert library.image_bytes("anna", library.image("anna", shelf.edit("anna", "k", b"old")))
