"""Records by owner, on both kinds of database."""

import io
import json
import threading
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from backend.records.database import Database
from backend.records.tables import DAMAGED, IMAGES, LATENTS, SESSIONS
from contracts.errors import (
    Busy,
    NoRoom,
    SessionConflict,
    StartError,
    UnknownImage,
    UnknownLatent,
    UnknownSession,
)
from contracts.ids import new_job_id
from contracts.records import Made
from contracts.requests import EditResult
from contracts.sessions import SessionChange, SessionWrite, first_revision
from tests.fakes.stocked import Stocked

SESSION = SessionWrite(name="A", latent_id="lat_a")


def test_images_belong_to_their_owner(shelf: Stocked) -> None:
    library = shelf.library
    record = shelf.image("anna", b"png", 3, 2)
    assert library.image("anna", record.image_id) == record
    assert library.image_bytes("anna", record) == b"png"
    assert shelf.image("anna", b"png", 3, 2) == record
    for owner, image_id in (("ben", record.image_id), ("anna", "img_" + "0" * 32), ("anna", "..")):
        with pytest.raises(UnknownImage):
            library.image(owner, image_id)


def test_latents_belong_to_their_owner(shelf: Stocked) -> None:
    library = shelf.library
    record = shelf.latent("anna", "img_" + "1" * 32)
    assert library.latent("anna", record.latent_id) == record
    assert library.tensor(record) == b"tensor"
    assert record.as_result().latent_id == record.latent_id
    for owner, latent_id in (("ben", record.latent_id), ("anna", "lat_" + "0" * 32), ("anna", "")):
        with pytest.raises(UnknownLatent):
            library.latent(owner, latent_id)


def test_a_preview_goes_again(shelf: Stocked) -> None:
    preview = shelf.preview("anna", b"jpeg")
    library = shelf.library
    assert library.image_bytes("anna", library.image("anna", preview.image_id)) == b"jpeg"
    library.drop_preview("anna", preview.image_id)
    with pytest.raises(UnknownImage):
        library.image_bytes("anna", preview)
    with pytest.raises(UnknownImage):
        library.image("anna", preview.image_id)


def test_answered_edits_and_uploads(shelf: Stocked) -> None:
    library = shelf.library
    image_id = shelf.image("anna", b"png").image_id
    result = EditResult(image_id=image_id, changed_box=(0, 1, 2, 3), cached=False, timings_ms={})
    shelf.answer("anna", "f" * 64, result)
    assert library.answered_edit("anna", "f" * 64) == result
    assert library.answered_edit("ben", "f" * 64) is None
    library.put_upload("job_1", io.BytesIO(b"raw"))
    assert shelf.files.read("uploads/job_1") == b"raw"
    library.drop_upload("job_1")
    library.drop_upload("job_1")
    assert shelf.files.read("uploads/job_1") is None


def test_what_a_job_made_is_taken_in_once(shelf: Stocked) -> None:
    library = shelf.library
    before = shelf.latent("anna", shelf.image("anna", b"png").image_id)
    session = first_revision(SESSION)
    made = Made(sessions=(session,), tensors={before.latent_id: "f" * 64})
    job_id = new_job_id()
    library.take_in("anna", made, job_id)
    assert library.sessions.get("anna", session.session_id) == session
    assert library.latent("anna", before.latent_id).blob_id == "f" * 64
    library.complete("anna", {before.latent_id: "e" * 64, "lat_" + "0" * 32: "e" * 64})
    assert library.latent("anna", before.latent_id).blob_id == "e" * 64
    library.sessions.drop("anna", session.session_id)
    library.take_in("anna", made, job_id)
    assert library.sessions.all("anna") == [], "what is deleted does not come back"


@pytest.mark.parametrize("body", ['{"latent_id": "of tomorrow"}', "damaged"])
def test_a_latent_that_cannot_be_read_keeps_no_job_from_being_taken_in(
    shelf: Stocked, body: str
) -> None:
    latent = shelf.latent("anna", shelf.image("anna", b"png").image_id)
    with shelf.database.writing() as connection:
        connection.execute(update(LATENTS).values(body=body))
    session = first_revision(SESSION)
    made = Made(sessions=(session,), tensors={latent.latent_id: "f" * 64})
    shelf.library.take_in("anna", made, new_job_id())
    assert shelf.library.sessions.all("anna") == [session]


def test_a_record_of_another_release_is_left_alone(shelf: Stocked) -> None:
    sessions = shelf.library.sessions
    session_id = sessions.add("anna", SESSION).session_id
    with shelf.database.writing() as connection:
        newer = json.dumps({"session_id": session_id, "of_tomorrow": 1})
        connection.execute(update(SESSIONS).values(body=newer))
    assert sessions.all("anna") == []
    with shelf.database.reading() as connection:
        assert connection.execute(select(SESSIONS.c.body)).scalar_one() == newer
        assert connection.execute(select(DAMAGED)).all() == []


def test_a_change_that_was_made_from_an_old_revision_is_refused(shelf: Stocked) -> None:
    sessions = shelf.library.sessions
    session_id = sessions.add("anna", SESSION).session_id
    outcomes: list[str] = []
    begin = threading.Barrier(8)

    def change(name: str) -> None:
        begin.wait()
        try:
            sessions.change(
                "anna", session_id, SessionChange(name=name, latent_id="lat_a", revision=1)
            )
            outcomes.append(name)
        except SessionConflict:
            outcomes.append("conflict")

    threads = [threading.Thread(target=change, args=(f"by {k}",)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("conflict") == 7
    kept = sessions.get("anna", session_id)
    assert (kept.revision, kept.name in outcomes) == (2, True)


def test_a_damaged_record_is_set_aside_and_the_rest_goes_on(
    shelf: Stocked, caplog: pytest.LogCaptureFixture
) -> None:
    library = shelf.library
    good, bad = (library.sessions.add("anna", SESSION).session_id for _ in range(2))
    picture = shelf.image("anna", b"png")
    with shelf.database.writing() as connection:
        for table, record_id in ((SESSIONS, bad), (IMAGES, picture.image_id)):
            connection.execute(update(table).where(table.c.id == record_id).values(body="{"))
    for _ in range(2):
        assert [each.session_id for each in library.sessions.all("anna")] == [good]
    with pytest.raises(UnknownSession):
        library.sessions.drop("anna", bad)
    with pytest.raises(UnknownImage):
        library.image("anna", picture.image_id)
    assert caplog.text.count(bad) == 1, "it is told once"
    with shelf.database.reading() as connection:
        kinds = connection.execute(select(DAMAGED.c.kind).order_by(DAMAGED.c.kind)).scalars()
        assert list(kinds) == ["images", "sessions"]


def test_masks_are_counted(shelf: Stocked) -> None:
    for k in range(3):
        shelf.library.add_mask("anna", f"png {k % 2}".encode())
    assert shelf.library.num_masks("anna") == 2
    assert shelf.library.num_masks("ben") == 0


@pytest.mark.parametrize("url", ["nonsense", "nosuch://host/name", "sqlite:////proc/none/a.db"])
def test_databases_that_cannot_be(url: str) -> None:
    with pytest.raises(StartError):
        Database(url)


def test_a_full_disk_loses_nothing_and_says_so(tmp_path: Path) -> None:
    shelf = Stocked(tmp_path)
    before = shelf.library.sessions.add("anna", SESSION)
    with shelf.database.writing() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
    with shelf.database.writing() as connection:
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    many = SessionWrite(name="B", latent_id="x" * 64)
    with pytest.raises(NoRoom):
        for _ in range(200):
            shelf.library.sessions.add("anna", many)
    assert before in shelf.library.sessions.all("anna")


def test_a_writer_that_waits_too_long_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.records.database.WAIT_S", 0.1)
    one, other = Stocked(tmp_path), Stocked(tmp_path)
    with one.database.writing(), pytest.raises(Busy):
        other.library.sessions.add("anna", SESSION)
    with one.database.writing():
        assert other.library.sessions.all("anna") == []
