"""Blobs by content, models on disk."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from unittest.mock import Mock

import pytest

from benchmarks.servers import BUCKET, free_port, s3
from contracts.errors import Busy, JobCanceled, StartError
from service.blobs import BlobStore, DamagedBlob
from service.bucket import Bucket
from service.store import files_at


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A bucket of a real S3 server."""
    pytest.importorskip("s3fs").S3FileSystem.clear_instance_cache()  # it may know another server
    server, environment = s3(tmp_path_factory.mktemp("s3"))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        yield f"s3://{BUCKET}"
    server.stop()


@pytest.fixture(params=["folder", "memory", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A folder, and two object stores."""
    if request.param == "s3":
        return f"{request.getfixturevalue('bucket')}/{tmp_path.name}"
    return str(tmp_path) if request.param == "folder" else f"memory://{tmp_path}"


def test_blobs_are_named_by_their_content(url: str) -> None:
    blobs = BlobStore(files_at(url))
    blob_id = blobs.put(b"hello")
    assert blob_id == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    assert blobs.put(b"hello") == blob_id
    assert blobs.find(blob_id) == b"hello"
    assert blobs.find("0" * 64) is None


@pytest.mark.parametrize("blob_id", ["", "../../etc/passwd", "0" * 63, "A" * 64, "0" * 64 + "/x"])
def test_no_blob_id_is_a_path(url: str, blob_id: str) -> None:
    with pytest.raises(ValueError, match="hex"):
        BlobStore(files_at(url)).find(blob_id)


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    BlobStore(files_at(str(tmp_path))).put(b"x" * 1000)
    assert list((tmp_path / "incoming").iterdir()) == []


def test_files_are_named_counted_and_removed(url: str) -> None:
    files = files_at(url)
    assert (files.names("a"), files.count("a"), files.size("a/b")) == ([], 0, None)
    files.write("a/b", b"one")
    files.write_from("a/c/d", BytesIO(b"three"))
    assert sorted(files.names("a")) == ["a/b", "a/c/d"]
    assert (files.count("a/c"), files.size("a/c/d")) == (1, 5)
    assert (files.read("a/b"), b"".join(files.chunks("a/c/d"))) == (b"one", b"three")
    assert 0 <= files.age_s("a/b") < 60
    assert files.age_s("a/x") == 0
    files.remove("a/b")
    files.remove("a/b")
    assert (files.read("a/b"), files.names("a")) == (None, ["a/c/d"])
    with pytest.raises(FileNotFoundError):
        next(files.chunks("a/b"))
    with files.unfinished() as path:
        path.write_bytes(b"two")
        files.adopt(path, "a/b")
    assert files.read("a/b") == b"two"
    files.check()


def test_a_store_that_is_away_is_said_to_be(tmp_path: Path) -> None:
    s3fs = pytest.importorskip("s3fs")
    nobody = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}",
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_MAX_ATTEMPTS": "1",
    }
    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in nobody.items():
            patch.setenv(name, value)
        files = files_at(f"s3://{BUCKET}/{tmp_path.name}")
        asks: tuple[Callable[[], object], ...] = (
            lambda: files.read("a"),
            lambda: files.write("a", b""),
            files.check,
        )
        for ask in asks:
            with pytest.raises(Busy):
                ask()
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.mark.usefixtures("bucket")
def test_a_bucket_that_is_not_there_is_said_to_be_missing() -> None:
    files = files_at("s3://another/library")
    for ask in (files.check, lambda: files.write("a", b"")):
        with pytest.raises(Busy, match="no such bucket"):
            ask()


def test_what_interrupts_a_read_is_not_the_stores() -> None:
    system = Mock(cat_file=Mock(side_effect=JobCanceled("nobody wants it")))
    with pytest.raises(JobCanceled):
        Bucket(system, "library", (OSError,)).read("a")


@pytest.mark.parametrize("url", ["nothing://known", "s4://bucket"])
def test_a_url_of_nothing_is_told_at_the_start(url: str) -> None:
    with pytest.raises(StartError, match="LATENTBRUSH_BLOB_URL"):
        files_at(url)


def test_a_blob_that_has_changed_is_set_aside(url: str, caplog: pytest.LogCaptureFixture) -> None:
    files = files_at(url)
    blobs = BlobStore(files)
    large = bytes(3 * 2**20)
    for data in (b"hello", large):
        blob_id = blobs.put(data)
        place = f"blobs/{blob_id[:2]}/{blob_id[2:]}"
        files.write(place, data[:-1] + b"?")
        if data is large:
            with pytest.raises(DamagedBlob):
                sum(map(len, blobs.chunks(blob_id)))
        assert blobs.find(blob_id) is None
        assert blob_id in caplog.text
        assert blobs.put(data) == blob_id, "it can be put there again"
        assert b"".join(blobs.chunks(blob_id)) == blobs.find(blob_id) == data
    assert len(files.names("damaged")) == 2
