"""Fetching large files: resumed where one broke off, bounded, checked, and whole or not at all."""

import errno
import hashlib
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from filelock import FileLock, Timeout

from contracts.errors import DownloadFailed, NoRoom
from contracts.kits import Kit, KitFile

TRIES = 5  # without a single new byte in between, it gives up
TIMEOUT_S = 10
PAUSE_S = 0.2  # more with every failure in a row
LOCK_S = 2 * TIMEOUT_S
SPARE = 1.5  # of a kit's size: what its model takes beside the files, until those are removed

OnProgress = Callable[[int], None]
"""(bytes there). What it raises stops the download, which can be gone on with."""


def download_kit(kit: Kit, folder: Path, on_progress: OnProgress) -> None:
    """Fetch all files of a kit into a folder of its own; those that are there are not fetched
    again.

    Raises:
        NoRoom: the disk has none for the files and the model.
        DownloadFailed: as `download` has it; or somebody else fetches it at the moment.
    """
    folder.mkdir(parents=True, exist_ok=True)
    check_room(kit, folder)
    done = 0

    def told(there: int) -> None:
        on_progress(done + there)

    try:
        with FileLock(folder / ".lock", timeout=LOCK_S):  # who was told to stop may still hold it
            for file in kit.files:
                download(file, folder / file.name, told)
                done += size_of(folder / file.name)
            told(0)
    except Timeout:
        raise DownloadFailed(f"{kit.title} is being fetched elsewhere: try again later") from None
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise NoRoom("the disk is full: the next try goes on from here") from None


def check_room(kit: Kit, folder: Path) -> None:
    """See that the disk has room for what is missing of a kit, and for its model.

    Raises:
        NoRoom: it has not.
    """
    there = sum(size_of(folder / name) for f in kit.files for name in (f.name, part_name(f.name)))
    needed = int(SPARE * kit.num_bytes) + max(0, kit.num_bytes - there)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise NoRoom(
            f"{kit.title} needs {gigabytes(needed)} on the disk; {gigabytes(free)} are free"
        )


def gigabytes(num_bytes: int) -> str:
    """A number of bytes for people."""
    return f"{num_bytes / 1e9:.1f} GB"


def download(file: KitFile, path: Path, on_progress: OnProgress) -> None:
    """Fetch a file into `path`; what is there of an earlier try is kept and gone on with.

    Raises:
        DownloadFailed: the server does not have it, sends a page in its place, another length than
            it says or than the file has, more than the file can have, or other bytes.
    """
    if path.exists():
        check_sum(file, path)
        return
    part = path.with_name(part_name(path.name))
    failures = 0
    with httpx.Client(follow_redirects=True, timeout=TIMEOUT_S) as client:
        while True:
            before = size_of(part)
            on_progress(before)
            try:
                fetch(client, file, part, on_progress)
                break
            except httpx.TooManyRedirects:
                raise DownloadFailed(f"{host_of(file)} only sends elsewhere") from None
            except httpx.RequestError as error:
                failures = 0 if size_of(part) > before else failures + 1
                time.sleep(PAUSE_S * failures)
                if failures >= TRIES:
                    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
                        raise DownloadFailed(f"{host_of(file)} cannot be reached") from error
                    raise DownloadFailed(
                        f"the download of {file.name} broke off at {size_of(part):,} bytes; the "
                        "next try goes on from there"
                    ) from error
    check_sum(file, part)
    part.replace(path)
    part.with_suffix(".etag").unlink(missing_ok=True)


def part_name(name: str) -> str:
    """What a file is called until it is whole."""
    return f"{name}.part"


def size_of(path: Path) -> int:
    """Bytes of a file, 0 if there is none."""
    return path.stat().st_size if path.exists() else 0


def check_sum(file: KitFile, part: Path) -> None:
    """See that what came is the file; what is not is removed.

    Raises:
        DownloadFailed: it is not.
    """
    if file.sha256 is None:
        return
    with part.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if found != file.sha256:
        part.unlink()
        part.with_suffix(".etag").unlink(missing_ok=True)
        raise DownloadFailed(
            f"{file.name} is not the file that is expected: its SHA-256 is {found[:12]}… instead "
            f"of {file.sha256[:12]}…"
        )


def fetch(client: httpx.Client, file: KitFile, part: Path, on_progress: OnProgress) -> None:
    """One try: from where `part` ends, or anew if the server cannot do that."""
    if file.sha256 is not None and size_of(part) > file.num_bytes:
        part.unlink()
    there = size_of(part)
    if file.sha256 is not None and there == file.num_bytes:
        return  # it was whole already
    tag = part.with_suffix(".etag")
    headers = {"Range": f"bytes={there}-"} if there else {}
    if there and tag.exists() and tag.read_text():
        headers["If-Range"] = tag.read_text()  # a file that has changed is sent whole
    headers["Accept-Encoding"] = "identity"
    with client.stream("GET", file.address, headers=headers) as answer:
        if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            if answer.headers.get("Content-Range") == f"bytes */{there}":
                return  # it was whole already
            part.unlink(missing_ok=True)
            raise httpx.ReadError("what was there did not fit; starting anew")
        check_answer(answer, file)
        is_rest = answer.status_code == httpx.codes.PARTIAL_CONTENT
        if is_rest and not is_from(answer, there):
            part.unlink()
            raise httpx.ReadError("the server went on from elsewhere; starting anew")
        there = there if is_rest else 0
        total = announced(answer, there)
        if total is not None and (total > file.max_bytes or is_other_length(file, total)):
            raise DownloadFailed(f"the server announces {total:,} bytes: not {file.name}")
        tag.write_text(answer.headers.get("ETag", ""))
        with part.open("ab" if is_rest else "wb") as opened:
            for chunk in answer.iter_raw():
                there += len(chunk)
                if there > file.max_bytes:
                    opened.close()
                    part.unlink()
                    tag.unlink(missing_ok=True)
                    raise DownloadFailed(
                        f"more than {file.max_bytes:,} bytes came: not {file.name}"
                    )
                opened.write(chunk)
                on_progress(there)
        if total is not None and there != total:
            raise httpx.ReadError(f"{there:,} bytes came of {total:,}")
        if is_other_length(file, there):
            raise httpx.ReadError(f"{there:,} bytes came of {file.num_bytes:,}")


def check_answer(answer: httpx.Response, file: KitFile) -> None:
    """See that an answer can be the file.

    Raises:
        DownloadFailed: it is an error, a page, or comes from elsewhere in the clear.
    """
    if answer.url.scheme != httpx.URL(file.address).scheme and answer.url.scheme != "https":
        raise DownloadFailed(f"{host_of(file)} sends elsewhere, unencrypted")
    if answer.status_code not in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
        raise DownloadFailed(f"{answer.url.host} answers {answer.status_code} for {file.name}")
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        raise DownloadFailed(
            f"{answer.url.host} sends a page in place of {file.name}: it may ask for a login, or "
            "allow no more downloads today"
        )


def host_of(file: KitFile) -> str:
    """The server that has a file."""
    return httpx.URL(file.address).host


def is_other_length(file: KitFile, num_bytes: int) -> bool:
    """Whether a file whose length is known has another one."""
    return file.sha256 is not None and num_bytes != file.num_bytes


def is_from(answer: httpx.Response, there: int) -> bool:
    """Whether a partial answer begins where it was asked to; one that does not say so is taken."""
    said = answer.headers.get("Content-Range")
    return said is None or said.startswith(f"bytes {there}-")


def announced(answer: httpx.Response, there: int) -> int | None:
    """How long the server says the whole file is."""
    length = answer.headers.get("Content-Length", "")
    return there + int(length) if length.isdigit() else None
