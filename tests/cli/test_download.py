"""`models get`, from servers that break off, lie about the length, or send something else."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import known
from cli.download import download
from cli.main import app
from contracts.errors import InvalidRequest
from models.errors import CheckpointError
from tests.fakes.checkpoints import write_official
from tests.fakes.reference import random_weights

FILE = bytes(range(256)) * 4000
Handle = Callable[["Answer", int], None]


class Answer(BaseHTTPRequestHandler):
    """One request; what it gets is up to the test."""

    def log_message(self, *_: object) -> None:
        """Nothing on the test's output."""

    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        server.ranges.append(self.headers.get("Range"))
        server.handle(self, len(server.ranges))

    def send(self, body: bytes, status: int = 200, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def start_of_range(self) -> int:
        return int((self.headers.get("Range") or "bytes=0-")[6:-1])


class Server(ThreadingHTTPServer):
    daemon_threads = True
    handle: Handle
    ranges: list[str | None]


@contextmanager
def serving(handle: Handle) -> Iterator[tuple[str, Server]]:
    server = Server(("127.0.0.1", 0), Answer)
    server.handle, server.ranges = handle, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/ffhq.pkl", server
    finally:
        server.shutdown()
        server.server_close()


def fetch(handle: Handle, path: Path, max_bytes: int = 10_000_000) -> Server:
    with serving(handle) as (address, server):
        download(address, path, max_bytes, lambda there, total: None)
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
    ],
    ids=["promises more", "promises far too much", "has nothing"],
)
def test_what_cannot_be_fetched_is_said(tmp_path: Path, handle: Handle, message: str) -> None:
    with pytest.raises(InvalidRequest, match=message):
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

    with pytest.raises(InvalidRequest, match="more than 1,000,000 bytes"):
        fetch(endless, tmp_path / "x.pkl", max_bytes=1_000_000)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LATENTBRUSH_DATA_DIR", str(tmp_path / "home"))
    return tmp_path / "home"


def get(body: bytes, monkeypatch: pytest.MonkeyPatch, *arguments: str, says: str = "") -> str:
    """`models get faces` from a server that sends `body`."""
    with serving(lambda a, _: a.send(body)) as (address, _):
        entry = known.Known("faces", "faces", 32, 1, address)
        monkeypatch.setitem(known.KNOWN, "faces", entry)
        result = CliRunner().invoke(app, ["models", "get", "faces", *arguments], input=says)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def test_a_known_checkpoint_becomes_a_model(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_official(tmp_path / "x.pkl", random_weights(32, w_dim=32, channel_max=32, layers=2))
    said = get((tmp_path / "x.pkl").read_bytes(), monkeypatch, says="y\n")
    assert said.index("non-commercial") < said.index("Do you accept")
    assert (home / "models" / "faces" / "config.json").exists()
    assert list((home / "downloads").iterdir()) == []


def test_no_licence_no_download(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Aborted" in get(FILE, monkeypatch, says="n\n")
    assert not home.exists() or not list(home.rglob("*.pkl*"))


def test_a_page_instead_of_a_checkpoint_is_said(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CheckpointError, match=r"ffhq\.pkl: not a checkpoint"):
        get(b"<!doctype html><p>Please sign in", monkeypatch, "--accept-license")
    assert not (home / "models").exists() or not list((home / "models").iterdir())


def test_the_list_names_what_there_is() -> None:
    shown = CliRunner().invoke(app, ["models", "get"]).output
    assert all(name in shown for name in ("ffhq", "metfaces", "cifar10", "church"))
