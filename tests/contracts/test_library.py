"""Blobs by content, records by owner, models on disk."""

import json
from pathlib import Path

import pytest

from contracts.blobs import BlobStore, Files
from contracts.catalog import Catalog
from contracts.errors import UnknownImage, UnknownLatent
from contracts.library import Library
from contracts.requests import EditResult, Metrics


@pytest.fixture(params=["folder", "memory"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A local folder, and another file system of fsspec."""
    return str(tmp_path) if request.param == "folder" else f"memory://{tmp_path}"


def test_blobs_are_named_by_their_content(url: str) -> None:
    blobs = BlobStore(Files(url))
    blob_id = blobs.put(b"hello")
    assert blob_id == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    assert blobs.put(b"hello") == blob_id
    assert blobs.find(blob_id) == b"hello"
    assert blobs.find("0" * 64) is None


@pytest.mark.parametrize("blob_id", ["", "../../etc/passwd", "0" * 63, "A" * 64, "0" * 64 + "/x"])
def test_no_blob_id_is_a_path(url: str, blob_id: str) -> None:
    with pytest.raises(ValueError, match="hex"):
        BlobStore(Files(url)).find(blob_id)


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    Library(str(tmp_path)).add_image("anna", b"x" * 1000, "image/png", 1, 1)
    assert list((tmp_path / "incoming").iterdir()) == []


def test_images_belong_to_their_owner(url: str) -> None:
    library = Library(url)
    record = library.add_image("anna", b"png", "image/png", 3, 2)
    assert library.image("anna", record.image_id) == record
    assert library.image_bytes(record) == b"png"
    assert library.add_image("anna", b"png", "image/png", 3, 2) == record
    for owner, image_id in (("ben", record.image_id), ("anna", "img_" + "0" * 32), ("anna", "..")):
        with pytest.raises(UnknownImage):
            library.image(owner, image_id)


def test_latents_belong_to_their_owner(url: str) -> None:
    library = Library(url)
    record = library.add_latent(
        "anna",
        b"tensor",
        model="m",
        model_version="1",
        space="W",
        grid=(1, 1),
        image_id="img_" + "1" * 32,
        reconstruction_id="img_" + "2" * 32,
        crop=(0, 0, 8, 8),
        metrics=Metrics(psnr_db=30, perceptual=0.1, perceptual_metric="none"),
        timings_ms={"total": 1},
    )
    assert library.latent("anna", record.latent_id) == record
    assert library.tensor(record) == b"tensor"
    assert record.as_result().latent_id == record.latent_id
    for owner, latent_id in (("ben", record.latent_id), ("anna", "lat_" + "0" * 32), ("anna", "")):
        with pytest.raises(UnknownLatent):
            library.latent(owner, latent_id)


def test_a_preview_goes_again(url: str) -> None:
    library = Library(url)
    preview = library.add_preview("anna", b"jpeg", "image/jpeg", 3, 2)
    assert library.image_bytes(library.image("anna", preview.image_id)) == b"jpeg"
    library.drop_preview("anna", preview.image_id)
    with pytest.raises(UnknownImage):
        library.image_bytes(preview)
    with pytest.raises(UnknownImage):
        library.image("anna", preview.image_id)


def test_answered_edits_and_uploads(url: str) -> None:
    library = Library(url)
    image_id = library.add_image("anna", b"png", "image/png", 1, 1).image_id
    result = EditResult(image_id=image_id, changed_box=(0, 1, 2, 3), cached=False, timings_ms={})
    library.remember_edit("anna", "f" * 64, result)
    assert library.answered_edit("anna", "f" * 64) == result
    assert library.answered_edit("ben", "f" * 64) is None
    library.put_upload("job_1", b"raw")
    assert library.upload("job_1") == b"raw"
    library.drop_upload("job_1")
    library.drop_upload("job_1")
    assert library.upload("job_1") is None


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
