"""Fetching one large file: resumed where it broke off, bounded, and whole or not at all."""

import time
from collections.abc import Callable
from pathlib import Path

import httpx

from contracts.errors import InvalidRequest

TRIES = 5  # without a single new byte in between, it gives up
TIMEOUT_S = 30
PAUSE_S = 0.2  # more with every failure in a row

OnProgress = Callable[[int, int | None], None]
"""(bytes there, bytes in all if the server says)."""


def download(address: str, path: Path, max_bytes: int, on_progress: OnProgress) -> None:
    """Fetch a file into `path`; what is there of an earlier try is kept and gone on with.

    Raises:
        InvalidRequest: the server does not have it, says one length and sends another, or sends
            more than `max_bytes`.
    """
    part = path.with_name(path.name + ".part")
    part.parent.mkdir(parents=True, exist_ok=True)
    failures = 0
    with httpx.Client(follow_redirects=True, timeout=TIMEOUT_S) as client:
        while True:
            before = size_of(part)
            try:
                fetch(client, address, part, max_bytes, on_progress)
                break
            except httpx.TransportError as error:
                failures = 0 if size_of(part) > before else failures + 1
                time.sleep(PAUSE_S * failures)
                if failures >= TRIES:
                    raise InvalidRequest(
                        f"the download broke off at {size_of(part):,} bytes ({error}); "
                        "the same command goes on from there"
                    ) from error
    part.replace(path)
    part.with_suffix(".etag").unlink(missing_ok=True)


def size_of(path: Path) -> int:
    """Bytes of a file, 0 if there is none."""
    return path.stat().st_size if path.exists() else 0


def fetch(
    client: httpx.Client, address: str, part: Path, max_bytes: int, on_progress: OnProgress
) -> None:
    """One try: from where `part` ends, or anew if the server cannot do that."""
    there = size_of(part)
    tag = part.with_suffix(".etag")
    headers = {"Range": f"bytes={there}-"} if there else {}
    if there and tag.exists() and tag.read_text():
        headers["If-Range"] = tag.read_text()  # a file that has changed is sent whole
    with client.stream("GET", address, headers=headers | {"Accept-Encoding": "identity"}) as answer:
        if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            if answer.headers.get("Content-Range") == f"bytes */{there}":
                return  # it was whole already
            part.unlink(missing_ok=True)
            raise httpx.ReadError("what was there did not fit; starting anew")
        if answer.url.scheme != httpx.URL(address).scheme and answer.url.scheme != "https":
            raise InvalidRequest(f"the server sends elsewhere, unencrypted: {answer.url}")
        if answer.status_code not in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
            raise InvalidRequest(f"{answer.url} answers {answer.status_code}")
        is_rest = answer.status_code == httpx.codes.PARTIAL_CONTENT
        if is_rest and not is_from(answer, there):
            part.unlink()
            raise httpx.ReadError("the server went on from elsewhere; starting anew")
        there = there if is_rest else 0
        total = announced(answer, there)
        if total is not None and total > max_bytes:
            raise InvalidRequest(f"the server announces {total:,} bytes: not this checkpoint")
        tag.write_text(answer.headers.get("ETag", ""))
        with part.open("ab" if is_rest else "wb") as file:
            for chunk in answer.iter_raw():
                there += len(chunk)
                if there > max_bytes:
                    file.close()
                    part.unlink()
                    tag.unlink(missing_ok=True)
                    raise InvalidRequest(f"more than {max_bytes:,} bytes came: not this checkpoint")
                file.write(chunk)
                on_progress(there, total)
        if total is not None and there != total:
            raise httpx.ReadError(f"{there:,} bytes came of {total:,}")


def is_from(answer: httpx.Response, there: int) -> bool:
    """Whether a partial answer begins where it was asked to; one that does not say so is taken."""
    said = answer.headers.get("Content-Range")
    return said is None or said.startswith(f"bytes {there}-")


def announced(answer: httpx.Response, there: int) -> int | None:
    """How long the server says the whole file is."""
    length = answer.headers.get("Content-Length", "")
    return there + int(length) if length.isdigit() else None
