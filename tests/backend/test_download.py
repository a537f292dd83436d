"""Downloads from servers that break off, lie about the length, or send something else."""

import hashlib
import shutil
import time
from pathlib import Path
from typing import NamedTuple

import pytest
from filelock import FileLock

from backend import download as downloading
from backend.download import check_room, download, download_kit
from contracts.errors import DownloadFailed, NoRoom
from contracts.kits import Kit, KitFile, Role
from tests.fakes.file_server import Answer, Handle, Server, serving

FILE = bytes(range(256)) * 4000
SHA256 = hashlib.sha256(FILE).hexdigest()


def kit_file(address: str, num_bytes: int = 10_000_000, sha256: str | None = None) -> KitFile:
    return KitFile(name="x.pkl", role="model", address=address, num_bytes=num_bytes, sha256=sha256)


def fetch(handle: Handle, path: Path, max_bytes: int = 10_000_000) -> Server:
    """A file whose checksum nobody has told."""
    with serving(handle) as (address, server):
        file = kit_file(f"{address}/ffhq.pkl", int(max_bytes / 1.5))
        download(file, path, lambda there: None)
        return server


def fetch_known(handle: Handle, path: Path) -> Server:
    """A file whose checksum is known."""
    with serving(handle) as (address, server):
        file = kit_file(f"{address}/ffhq.pkl", len(FILE), SHA256)
        download(file, path, lambda there: None)
        return server


def test_a_download_goes_on_where_it_broke_off(tmp_path: Path) -> None:
    def breaks_off(answer: Answer, request: int) -> None:
        start = answer.start_of_range()
        rest = FILE[start:]
        sent = rest[:400_000] if request < 3 else rest
        answer.send(sent, 206 if start else 200, len(rest))

    server = fetch(breaks_off, tmp_path / "x.pkl")
    assert (tmp_path / "x.pkl").read_bytes() == FILE
    assert server.ranges == [None, "bytes=400000-", "bytes=800000-"]


def test_what_an_earlier_try_left_is_used(tmp_path: Path) -> None:
    (tmp_path / "x.pkl.part").write_bytes(FILE[:123])
    server = fetch(lambda a, _: a.send(FILE[a.start_of_range() :], 206), tmp_path / "x.pkl")
    assert (tmp_path / "x.pkl").read_bytes() == FILE
    assert server.ranges == ["bytes=123-"]


def test_a_server_without_ranges_is_asked_anew(tmp_path: Path) -> None:
    (tmp_path / "x.pkl.part").write_bytes(b"something else")
    fetch(lambda a, _: a.send(FILE), tmp_path / "x.pkl")
    assert (tmp_path / "x.pkl").read_bytes() == FILE


def test_too_much_of_an_earlier_try_is_thrown_away(tmp_path: Path) -> None:
    (tmp_path / "x.pkl.part").write_bytes(FILE + FILE)

    def refuses(answer: Answer, request: int) -> None:
        answer.send(b"", 416) if request == 1 else answer.send(FILE)

    fetch(refuses, tmp_path / "x.pkl")
    assert (tmp_path / "x.pkl").read_bytes() == FILE


def test_redirects_are_followed(tmp_path: Path) -> None:
    def moved(answer: Answer, request: int) -> None:
        if request > 1:
            return answer.send(FILE)
        answer.send_response(302)
        answer.send_header("Location", "/elsewhere.pkl")
        answer.send_header("Content-Length", "0")
        answer.end_headers()

    fetch(moved, tmp_path / "x.pkl")
    assert (tmp_path / "x.pkl").read_bytes() == FILE


@pytest.mark.parametrize(
    ("handle", "message"),
    [
        (lambda a, _: a.send(FILE[a.start_of_range() :][:0], 200, 2 * len(FILE)), "broke off"),
        (lambda a, _: a.send(b"x", 200, 10**10), "announces 10,000,000,000 bytes"),
        (lambda a, _: a.send(b"gone", 404), "answers 404"),
        (lambda a, _: a.send(b"<p>Sign in", kind="text/html; charset=utf-8"), "sends a page"),
    ],
    ids=["promises more", "promises far too much", "has nothing", "has a page"],
)
def test_what_cannot_be_fetched_is_said(tmp_path: Path, handle: Handle, message: str) -> None:
    with pytest.raises(DownloadFailed, match=message):
        fetch(handle, tmp_path / "x.pkl")
    assert not (tmp_path / "x.pkl").exists()


def test_an_endless_answer_is_cut_off(tmp_path: Path) -> None:
    def endless(answer: Answer, _: int) -> None:
        answer.send_response(200)
        answer.end_headers()
        try:
            while True:
                answer.wfile.write(bytes(100_000))
        except OSError:
            pass

    with pytest.raises(DownloadFailed, match="more than"):
        fetch(endless, tmp_path / "x.pkl", max_bytes=1_000_000)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("handle", "message"),
    [
        (lambda a, _: a.send(FILE + b"x"), "announces 1,024,001 bytes"),
        (lambda a, _: a.send(FILE[:-1]), "announces 1,023,999 bytes"),
        (lambda a, _: a.send(FILE[::-1]), "SHA-256 is"),
    ],
    ids=["longer", "shorter", "other bytes"],
)
def test_what_is_not_the_known_file_is_refused(
    tmp_path: Path, handle: Handle, message: str
) -> None:
    with pytest.raises(DownloadFailed, match=message):
        fetch_known(handle, tmp_path / "x.pkl")
    assert not list(tmp_path.glob("x.pkl*"))
    fetch_known(lambda a, _: a.send(FILE[a.start_of_range() :], 206), tmp_path / "x.pkl")
    assert (tmp_path / "x.pkl").read_bytes() == FILE


def test_a_known_file_that_was_whole_is_not_asked_for(tmp_path: Path) -> None:
    (tmp_path / "x.pkl.part").write_bytes(FILE)
    server = fetch_known(lambda a, _: a.send(b"", 500), tmp_path / "x.pkl")
    assert server.ranges == []


def test_more_than_a_known_file_of_an_earlier_try_is_thrown_away(tmp_path: Path) -> None:
    (tmp_path / "x.pkl.part").write_bytes(FILE + b"x")
    server = fetch_known(lambda a, _: a.send(FILE), tmp_path / "x.pkl")
    assert server.ranges == [None]


def test_a_server_that_closes_early_without_a_length_is_asked_again(tmp_path: Path) -> None:
    def closes(answer: Answer, request: int) -> None:
        start = answer.start_of_range()
        answer.send_response(206 if start else 200)
        answer.end_headers()
        answer.wfile.write(FILE[start:][: 600_000 if request == 1 else None])

    server = fetch_known(closes, tmp_path / "x.pkl")
    assert (tmp_path / "x.pkl").read_bytes() == FILE
    assert len(server.ranges) == 2


def kit_of(address: str) -> Kit:
    roles: dict[str, Role] = {"a.pt": "model", "b.pt": "directions"}
    files = [
        KitFile(
            name=name,
            role=role,
            address=f"{address}/{name}",
            num_bytes=len(FILE),
            sha256=SHA256,
        )
        for name, role in roles.items()
    ]
    return Kit(
        name="kit",
        title="Kit",
        purpose="Tests.",
        resolution=32,
        license="MIT",
        license_address="https://example.org",
        files=tuple(files),
    )


def test_all_files_of_a_kit_are_counted_together(tmp_path: Path) -> None:
    told: list[int] = []
    with serving(lambda a, _: a.send(FILE)) as (address, _):
        download_kit(kit_of(address), tmp_path / "kit", told.append)
    assert told == sorted(told) and told[-1] == 2 * len(FILE)
    assert {path.name for path in (tmp_path / "kit").glob("*.pt")} == {"a.pt", "b.pt"}


def test_a_kit_is_fetched_once_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloading, "LOCK_S", 0.1)
    (tmp_path / "kit").mkdir()
    with (
        FileLock(tmp_path / "kit" / ".lock"),
        pytest.raises(DownloadFailed, match="fetched elsewhere"),
    ):
        download_kit(kit_of("http://127.0.0.1:9"), tmp_path / "kit", lambda there: None)


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_room_is_looked_for_before_anything_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit = kit_of("http://127.0.0.1:9")
    needed = int(kit.num_bytes * (1 + downloading.SPARE))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(needed, 1, needed - 1))
    with pytest.raises(NoRoom, match=r"needs 0\.0 GB"):
        download_kit(kit, tmp_path / "kit", lambda there: None)
    (tmp_path / "kit" / "a.pt.part").write_bytes(FILE)
    check_room(kit, tmp_path / "kit")  # half of it is there


def test_who_is_stopped_while_nothing_comes_ends_with_the_next_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloading, "TIMEOUT_S", 0.2)
    told: list[int] = []

    class Stopped(Exception):
        pass

    def on_progress(there: int) -> None:
        told.append(there)
        if len(told) > 2:
            raise Stopped

    def stalls(answer: Answer, _: int) -> None:
        answer.send_response(200)
        answer.send_header("Content-Length", str(len(FILE)))
        answer.end_headers()
        answer.wfile.flush()
        time.sleep(1)

    with serving(stalls) as (address, _), pytest.raises(Stopped):
        file = kit_file(f"{address}/x", len(FILE), SHA256)
        download(file, tmp_path / "x.pkl", on_progress)


def test_a_server_that_sends_round_in_circles_is_said(tmp_path: Path) -> None:
    def circle(answer: Answer, _: int) -> None:
        answer.send_response(302)
        answer.send_header("Location", "/ffhq.pkl")
        answer.send_header("Content-Length", "0")
        answer.end_headers()

    with pytest.raises(DownloadFailed, match="only sends elsewhere"):
        fetch(circle, tmp_path / "x.pkl")


def test_a_file_that_is_there_is_looked_at_again(tmp_path: Path) -> None:
    (tmp_path / "x.pkl").write_bytes(FILE[::-1])
    with pytest.raises(DownloadFailed, match="SHA-256"):
        fetch_known(lambda a, _: a.send(FILE), tmp_path / "x.pkl")
    fetch_known(lambda a, _: a.send(FILE), tmp_path / "x.pkl")
    assert (tmp_path / "x.pkl").read_bytes() == FILE
