"""What brushes never wait behind."""

import json
from typing import Any

import httpx
import pytest

from backend.dispatcher import queue_of
from contracts.jobs import NOTHING_GIVEN
from contracts.records import Given, LatentRecord
from contracts.requests import EditRequest, GenerateRequest, Metrics
from tests.fakes.fake_editor import LARGE_SEED, SLOW_SEED
from tests.fakes.live_server import LiveServer
from tests.fakes.pictures import png


@pytest.mark.parametrize(
    ("output", "size", "queue"),
    [
        ({}, (512, 512), "interactive"),
        ({}, (4000, 3000), "interactive"),
        ({"format": "jpeg", "max_side": 512}, (4000, 3000), "interactive"),
        ({"format": "webp"}, (512, 512), "interactive"),
        ({"format": "webp", "quality": 100}, (4000, 3000), "batch"),
        ({"frame": "full"}, (512, 512), "batch"),
        ({"frames": 16, "format": "webp"}, (512, 512), "batch"),
    ],
)
def test_exports_and_animations_are_batch_work(
    output: dict[str, Any], size: tuple[int, int], queue: str
) -> None:
    wanted = EditRequest.model_validate({"latent_id": "lat_x", "output": output})
    latent = LatentRecord(
        latent_id="lat_x", blob_id="", model="fake", model_version="", space="W", grid=(4, 4),
        image_id="img_x", reconstruction_id="img_y", crop=(0, 0, *size), timings_ms={},
        metrics=Metrics(psnr_db=30, perceptual=0, perceptual_metric="none"),
    )  # fmt: skip
    assert queue_of(wanted, Given(latents={"lat_x": latent})) == queue


@pytest.mark.parametrize(
    ("size", "queue"),
    [({}, "interactive"), ({"width": 2048, "height": 128}, "interactive"),
     ({"width": 2048, "height": 1024}, "batch")],
)  # fmt: skip
def test_large_pictures_are_drawn_as_batch_work(size: dict[str, int], queue: str) -> None:
    assert queue_of(GenerateRequest(model="fake", **size), NOTHING_GIVEN) == queue


def record_of(server: LiveServer, job_id: str) -> dict[str, Any]:
    """The record of a job, as the broker has it."""
    text = server.redis().get(f"lb:job:{job_id}")
    assert text is not None
    return dict(json.loads(text))


def test_a_large_picture_as_a_file_is_batch_work(client: httpx.Client, server: LiveServer) -> None:
    upload = client.post("/images", files={"image": png(1200, 1000)}).json()["image_id"]
    fields = {"model": "fake", "steps": "0", "image_id": upload, "crop": "0,0,1200,1000"}
    latent_id = client.post("/encode?wait=20", data=fields).json()["result"]["latent_id"]
    slow = {"type": "resample", "seed": SLOW_SEED}
    for output, queue in (({"format": "jpeg"}, "batch"), ({}, "interactive")):
        body = {"latent_id": latent_id, "edits": [slow], "output": output}
        job_id = client.post("/edit", json=body).json()["job_id"]
        record = record_of(server, job_id)
        client.delete(f"/jobs/{job_id}")
        assert record["queue"] == queue


def test_an_edit_in_several_pieces_goes_to_the_batch_worker(
    client: httpx.Client, server: LiveServer
) -> None:
    fields = {"model": "fake", "steps": "0"}
    encoded = client.post("/encode?wait=20", data=fields, files={"image": png()}).json()
    large = {"type": "resample", "seed": LARGE_SEED}
    body = {"latent_id": encoded["result"]["latent_id"], "edits": [large]}
    job = client.post("/edit?wait=20", json=body).json()
    assert job["status"] == "succeeded", job
    record = record_of(server, job["job_id"])
    assert (record["queue"], record["attempt"]) == ("batch", 1)
    assert "-batch-" in record["worker"]
    assert record["progress"]["message"] == "Drawing the picture"
