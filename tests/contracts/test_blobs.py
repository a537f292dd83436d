"""Blobs by content, models on disk."""

import json
from pathlib import Path

import pytest

from contracts.blobs import BlobStore, DamagedBlob
from contracts.catalog import Catalog
from contracts.store import files_at


@pytest.fixture(params=["folder", "memory"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A local folder, and another file system of fsspec."""
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


@pytest.mark.parametrize("kind", ["folder", "memory"])
def test_a_blob_that_has_changed_is_set_aside(
    tmp_path: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    files = files_at(str(tmp_path) if kind == "folder" else f"memory://{tmp_path}")
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


def test_models_are_read_from_their_folders(tmp_path: Path) -> None:
    config = {
        "id": "m", "title": "M", "resolution": 64, "grid": [4, 4], "spaces": ["W"],
        "default_space": "W", "attributes": [], "any_size": True, "source": "s", "license": "MIT",
        "secret_of_the_worker": 1,
    }  # fmt: skip
    for folder, title in (("a", "first"), ("b", "second")):
        (tmp_path / folder / "m").mkdir(parents=True)
        (tmp_path / folder / "m" / "config.json").write_text(json.dumps({**config, "title": title}))
    for name, text in (("broken", "{"), ("other", "{}"), ("list", "[]")):
        (tmp_path / "a" / name).mkdir()
        (tmp_path / "a" / name / "config.json").write_text(text)
    models = Catalog([tmp_path / "a", tmp_path / "b", tmp_path / "none"]).models()
    assert list(models) == ["m"]
    assert models["m"][0].title == "second"
    assert models["m"][1] == tmp_path / "b" / "m"
