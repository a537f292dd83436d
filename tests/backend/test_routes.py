"""Every call of the REST contract, over HTTP, with a real broker and real workers."""

import io
import shutil
from collections import defaultdict

import httpx
import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load

from contracts.ids import LOCAL_OWNER, new_job_id
from contracts.records import Made
from contracts.requests import EditRequest, EditResult
from tests.fakes import people
from tests.fakes.live_server import LiveServer, write_model
from tests.fakes.pictures import file_of, noise, pixels_of, png
from tests.fakes.stocked import Stocked

JOB_KEYS = {
    "job_id", "kind", "status", "progress", "result", "error",
    "created_at", "started_at", "finished_at",
}  # fmt: skip
GRID = {"kind": "grid", "rows": [[1, 0], [0, 0]]}
SMILE = {"type": "attribute", "attribute": "smile", "strength": 1, "mask": GRID}


def test_health(client: httpx.Client) -> None:
    body = client.get("/health").json()
    assert set(body) == {"status", "version", "queues", "workers"}
    assert body["status"] == "ready"
    assert body["queues"] == {"interactive": 0, "tiles": 0, "batch": 0}
    assert {tuple(sorted(w)) for w in body["workers"]} == {("device", "models", "name", "state")}
    assert any("fake" in w["models"] for w in body["workers"])


def test_models(client: httpx.Client) -> None:
    models = {m["id"]: m for m in client.get("/models").json()["models"]}
    assert set(models["fake"]) == {
        "id", "title", "resolution", "grid", "spaces", "default_space", "attributes", "any_size",
        "is_spatial", "has_encoder", "encoder", "classes", "source", "license",
        "aligned", "purpose", "version",
    }  # fmt: skip
    assert set(models["fake"]["attributes"][0]) == {
        "id", "title", "min", "max", "default", "source", "flipped", "group",
        "opposite",
    }  # fmt: skip


def test_upload_and_get(client: httpx.Client) -> None:
    response = client.post("/images", files={"image": png(33, 21)})
    assert response.status_code == 201
    assert set(response.json()) == {"image_id", "width", "height"}
    assert (response.json()["width"], response.json()["height"]) == (33, 21)
    image = client.get(f"/images/{response.json()['image_id']}")
    assert image.headers["content-type"] == "image/png"
    assert "immutable" in image.headers["cache-control"]
    assert np.array_equal(pixels_of(image.content), noise(33, 21))
    again = client.get(image.url, headers={"If-None-Match": image.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_faces_are_found_with_their_squares(client: httpx.Client) -> None:
    person = people.person()
    both = np.concatenate([person, np.full_like(person, 90)], axis=1)
    file = {"image": file_of(Image.fromarray(both))}
    image_id = client.post("/images", files=file).json()["image_id"]
    answer = client.get(f"/images/{image_id}/faces", params={"model": "fake"})
    assert answer.status_code == 200
    (face,) = answer.json()["faces"]
    assert set(face) == {"score", "landmarks", "quad"}
    assert set(face["landmarks"]) == {"eye_left", "eye_right", "mouth_left", "mouth_right"}
    left, right = face["landmarks"]["eye_left"], face["landmarks"]["eye_right"]
    assert 80 < left[0] < 128 < right[0] < 180
    assert 110 < left[1] < 140
    top_left, bottom_left, bottom_right, top_right = face["quad"]
    assert top_left[0] < left[0] < right[0] < top_right[0]
    assert top_left[1] < left[1] < bottom_left[1]
    assert client.get(f"/images/{image_id}/faces").json()["faces"] == [face], "FFHQ's by default"
    nobody = client.post("/images", files={"image": png(80, 60)}).json()["image_id"]
    assert client.get(f"/images/{nobody}/faces").json() == {"faces": []}
    assert client.get("/images/img_none/faces").json()["code"] == "unknown_image"
    unknown = client.get(f"/images/{image_id}/faces", params={"model": "none"})
    assert unknown.json()["code"] == "unknown_model"


def test_encode_result(client: httpx.Client) -> None:
    response = client.post(
        "/encode?wait=20",
        data={"model": "fake", "steps": "2", "space": "S4", "crop": "10,5,40,40"},
        files={"image": png()},
    )
    job = response.json()
    assert response.status_code == 200
    assert set(job) == JOB_KEYS
    assert (job["kind"], job["status"], job["error"]) == ("encode", "succeeded", None)
    result = job["result"]
    assert {
        "latent_id", "image_id", "reconstruction_id", "model", "space", "grid", "metrics",
        "timings_ms",
    } <= set(result)  # fmt: skip
    assert set(result["metrics"]) == {"psnr_db", "perceptual", "perceptual_metric"}
    assert result["crop"] == [10, 5, 40, 40]
    assert client.get(f"/latents/{result['latent_id']}").json() == result
    shown = pixels_of(client.get(f"/images/{result['reconstruction_id']}").content)
    original = Image.fromarray(noise(80, 60)[5:45, 10:50])
    assert np.array_equal(shown, np.asarray(original.resize((64, 64), Image.Resampling.BILINEAR)))


def test_encode_without_waiting_is_202(client: httpx.Client) -> None:
    image_id = client.post("/images", files={"image": png(seed=3)}).json()["image_id"]
    response = client.post("/encode", data={"model": "fake", "image_id": image_id})
    assert response.status_code == 202
    assert response.json()["status"] in ("queued", "running")
    assert response.headers["location"] == f"/jobs/{response.json()['job_id']}"


def test_default_crop_is_the_centred_square(client: httpx.Client, latent_id: str) -> None:
    assert client.get(f"/latents/{latent_id}").json()["crop"] == [10, 0, 60, 60]


def test_an_encoding_goes_on_from_a_latent(
    client: httpx.Client, server: LiveServer, latent_id: str
) -> None:
    fields = {"model": "fake", "steps": "1", "begin": latent_id}
    job = client.post("/encode?wait=20", data=fields, files={"image": png()}).json()
    assert job["status"] == "succeeded"
    assert job["result"]["readings"] == {"smile": 0.5}
    write_model(server.home, "other")
    elsewhere = client.post("/encode", data=fields | {"model": "other"}, files={"image": png()})
    shutil.rmtree(server.home / "models" / "other")
    assert elsewhere.status_code == 422
    unknown = fields | {"begin": "lat_" + "0" * 32}
    assert client.post("/encode", data=unknown, files={"image": png()}).status_code == 404


@pytest.mark.parametrize("crop", ["0,0,41,40", "3,4,1,1", "0,0,60,20"])
def test_a_crop_may_have_any_shape(client: httpx.Client, crop: str) -> None:
    fields = {"model": "fake", "steps": "0", "crop": crop}
    job = client.post("/encode?wait=20", data=fields, files={"image": png()}).json()
    assert job["result"]["crop"] == [int(part) for part in crop.split(",")]


def test_a_latent_of_another_version_is_to_be_encoded_again(
    client: httpx.Client, server: LiveServer, latent_id: str
) -> None:
    shelf = Stocked(server.home)
    ours = shelf.library.latent(LOCAL_OWNER, latent_id)
    update = {"latent_id": "lat_" + "5" * 32, "model_version": "old"}
    stale = ours.model_copy(update=update)
    shelf.library.take_in(LOCAL_OWNER, Made(latents=(stale,)), new_job_id())
    body = {"latent_id": stale.latent_id, "edits": [SMILE]}
    result = EditResult(image_id=ours.image_id, changed_box=None, cached=False, timings_ms={})
    for version in ("old", ours.model_version):  # neither may be answered from the store
        shelf.answer(LOCAL_OWNER, EditRequest.model_validate(body).key(version), result)
    job = client.post("/edit?wait=20", json=body).json()
    assert (job["status"], job["error"]["code"]) == ("failed", "stale_latent")
    assert "encode" in job["error"]["message"]
    heat_map = client.get(f"/latents/{stale.latent_id}/attributes/smile")
    assert (heat_map.status_code, heat_map.json()["code"]) == (409, "stale_latent")
    transplant = {"type": "transplant", "donor": stale.latent_id}
    body = {"latent_id": latent_id, "edits": [transplant]}
    job = client.post("/edit?wait=20", json=body).json()
    assert job["error"]["code"] == "stale_latent"


def test_edit_changes_what_was_painted_and_nothing_else(
    client: httpx.Client, latent_id: str
) -> None:
    body = {"latent_id": latent_id, "edits": [SMILE], "output": {"frame": "full"}}
    response = client.post("/edit?wait=20", json=body)
    result = response.json()["result"]
    assert response.status_code == 200
    assert {"image_id", "changed_box", "cached", "timings_ms"} <= set(result)
    assert (result["changed_box"], result["cached"]) == ([10, 0, 30, 30], False)
    expected = noise(80, 60).astype(int)
    expected[0:30, 10:40] += 20
    edited = pixels_of(client.get(f"/images/{result['image_id']}").content)
    assert np.array_equal(edited, np.clip(expected, 0, 255))
    again = client.post("/edit?wait=20", json=body).json()
    assert again["result"]["image_id"] == result["image_id"]
    assert again["result"]["cached"]
    assert client.get(f"/jobs/{again['job_id']}").json() == again


@pytest.mark.parametrize("image_format", ["png", "webp", "jpeg"])
def test_edit_of_the_crop_in_each_format(
    client: httpx.Client, latent_id: str, image_format: str
) -> None:
    body = {"latent_id": latent_id, "edits": [SMILE], "output": {"format": image_format}}
    result = client.post("/edit?wait=20", json=body).json()["result"]
    answer = client.get(f"/images/{result['image_id']}")
    assert answer.headers["content-type"] == f"image/{image_format}"
    image = Image.open(io.BytesIO(answer.content))
    assert (image.format, image.size) == (image_format.upper(), (60, 60))


def test_an_animation_goes_to_the_result_and_back(client: httpx.Client, latent_id: str) -> None:
    output = {"format": "webp", "quality": 100, "frames": 5}
    body = {
        "latent_id": latent_id,
        "edits": [SMILE | {"strength": 2, "mask": {"kind": "all"}}],
        "output": output,
    }
    result = client.post("/edit?wait=20", json=body).json()["result"]
    image = Image.open(io.BytesIO(client.get(f"/images/{result['image_id']}").content))
    assert getattr(image, "n_frames", 1) == 2 * 5 - 2
    means = []
    for k in range(8):
        image.seek(k)
        means.append(np.asarray(image.convert("RGB")).mean())
    assert means[:5] == sorted(means[:5]) and means[4] > means[0] + 10
    assert means[5:] == sorted(means[5:], reverse=True)
    again = client.post("/edit?wait=20", json=body).json()["result"]
    assert again["cached"] and again["image_id"] == result["image_id"]


@pytest.mark.parametrize(
    "output",
    [{"format": "png"}, {"format": "webp", "frame": "full"}, {"format": "webp", "max_side": 64}],
)
def test_an_animation_is_webp_of_the_crop(
    client: httpx.Client, latent_id: str, output: dict[str, object]
) -> None:
    body = {"latent_id": latent_id, "edits": [], "output": output | {"frames": 5}}
    assert client.post("/edit", json=body).json()["code"] == "invalid_request"


def test_edits_that_are_off_do_nothing(client: httpx.Client, latent_id: str) -> None:
    body = {"latent_id": latent_id, "edits": [{**SMILE, "enabled": False}]}
    result = client.post("/edit?wait=20", json=body).json()["result"]
    assert result["changed_box"] is None
    edited = pixels_of(client.get(f"/images/{result['image_id']}").content)
    assert np.array_equal(edited, noise(80, 60)[0:60, 10:70])


def test_every_kind_of_edit(client: httpx.Client, latent_id: str) -> None:
    edits = [
        {"type": "attribute", "attribute": "smile", "strength": -1, "mask": {"kind": "all"},
         "layers": [2, 5]},
        {"type": "transplant", "donor": latent_id, "mask": GRID, "offset": [1, -1]},
        {"type": "resample", "seed": 7, "amount": 0.8, "mask": GRID},
    ]  # fmt: skip
    job = client.post("/edit?wait=20", json={"latent_id": latent_id, "edits": edits}).json()
    assert job["status"] == "succeeded"


def test_generate_then_edit(client: httpx.Client) -> None:
    response = client.post("/generate?wait=20", json={"model": "fake", "seed": 5})
    result = response.json()["result"]
    assert {"latent_id", "image_id", "grid"} <= set(result)
    drawn = pixels_of(client.get(f"/images/{result['image_id']}").content)
    body = {"latent_id": result["latent_id"], "edits": [SMILE]}
    edited = client.post("/edit?wait=20", json=body).json()["result"]
    assert edited["changed_box"] == [0, 0, 32, 32]
    shown = pixels_of(client.get(f"/images/{edited['image_id']}").content)
    assert np.array_equal(shown[32:], drawn[32:])


def test_generate_draws_its_own_seed(client: httpx.Client) -> None:
    results = [
        client.post("/generate?wait=20", json={"model": "fake"}).json()["result"] for _ in range(2)
    ]
    assert results[0]["seed"] != results[1]["seed"]


def test_tensor_and_heat_map(client: httpx.Client, latent_id: str) -> None:
    tensor = client.get(f"/latents/{latent_id}/tensor")
    assert load(tensor.content)["wmap"].shape == (4, 4, 3)
    heat_map = client.get(f"/latents/{latent_id}/attributes/smile")
    assert heat_map.headers["content-type"] == "image/png"
    assert pixels_of(heat_map.content).shape == (64, 64, 3)


def test_reference_pages(client: httpx.Client) -> None:
    assert "/encode" in client.get("/openapi.json").json()["paths"]
    page = client.get("/docs").text
    assert "/encode" in page
    assert "<script" not in page


def test_head_is_get_without_the_body(client: httpx.Client, latent_id: str) -> None:
    made = client.post("/generate?wait=20", json={"model": "fake"}).json()
    known = {"image_id": made["result"]["image_id"], "latent_id": latent_id}
    known |= {"job_id": made["job_id"], "model_id": "fake"}
    paths = client.get("/openapi.json").json()["paths"]
    ids = defaultdict(lambda: "0", known)
    asked = [path.format_map(ids) for path, can in paths.items() if "get" in can]
    assert len(asked) > 15
    for path in (*asked, "/", "/land", "/js/main.js"):
        head, get = client.head(path), client.get(path)
        assert (head.status_code, head.content) == (get.status_code, b""), path
        assert head.headers.get("content-type") == get.headers.get("content-type"), path


def test_head_of_a_stream_ends(client: httpx.Client) -> None:
    running = client.post("/encode", data={"model": "fake", "steps": "80"}, files={"image": png()})
    job_id = running.json()["job_id"]
    head = client.head(f"/jobs/{job_id}/events", timeout=5)
    assert head.headers["content-type"].startswith("text/event-stream")
    assert client.get(f"/jobs/{job_id}").json()["status"] != "succeeded"
    client.delete(f"/jobs/{job_id}")
