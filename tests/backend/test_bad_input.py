"""Whatever is sent: the right picture, or a typed 4xx. Never a traceback, a path or a 5xx."""

import asyncio
import base64
import io
import json
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import FastAPI, Request
from PIL import Image
from starlette.types import Message

from backend.errors import add_error_handlers
from backend.security import KEY_BODY_BYTES
from tests.fakes.picture_files import GEOREFERENCED, tiff_file
from tests.fakes.pictures import file_of, huge_png_header, noise, oriented_png, pixels_of, png

UNKNOWN = {"img": "img_" + "0" * 32, "lat": "lat_" + "0" * 32, "job": "job_" + "0" * 32}
UNKNOWN["lnd"] = "lnd_" + "0" * 32


def assert_problem(response: httpx.Response, status: int, code: str) -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert set(body) == {"type", "title", "status", "detail", "code"}
    assert (body["status"], body["code"]) == (status, code)
    assert "Traceback" not in response.text
    assert "/secret" not in response.text
    assert ".py" not in response.text


def upload(client: httpx.Client, data: bytes, name: str = "a.png") -> httpx.Response:
    return client.post("/images", files={"image": (name, data)})


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 422, "invalid_image"),
        (b"hello, I am text", 422, "invalid_image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 422, "invalid_image"),
        (png()[:-2000], 422, "invalid_image"),
        (png()[:20], 422, "invalid_image"),
        (file_of(Image.fromarray(noise(80, 60)), "JPEG")[:900], 422, "invalid_image"),
        (huge_png_header(20_000, 20_000), 413, "too_large"),
        (huge_png_header(2**31 - 1, 2**31 - 1), 413, "too_large"),
        (huge_png_header(300, 300), 422, "invalid_image"),
        (b"\xff" * (33 * 1024**2), 413, "too_large"),
    ],
    ids=["empty", "text", "svg", "cut", "header only", "cut jpeg", "bomb", "bigger bomb", "lie",
         "bytes"],
)  # fmt: skip
def test_uploads_that_are_no_pictures(
    client: httpx.Client, data: bytes, status: int, code: str
) -> None:
    assert_problem(upload(client, data), status, code)
    response = client.post("/encode", data={"model": "fake"}, files={"image": data})
    assert_problem(response, status, code)


def grey16() -> Image.Image:
    return Image.fromarray((np.arange(48 * 32).reshape(32, 48) * 42).astype(np.uint16))


def animation() -> bytes:
    frames = [Image.new("RGB", (40, 30), c) for c in ("red", "blue")]
    return file_of(frames[0], "GIF", save_all=True, append_images=frames[1:])


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (file_of(Image.new("CMYK", (30, 20), (0, 255, 255, 0)), "JPEG"), (255, 0, 0)),
        (file_of(Image.new("RGB", (30, 20), "red").quantize(4)), (255, 0, 0)),
        (file_of(Image.new("L", (30, 20), 77)), (77, 77, 77)),
        (file_of(Image.new("1", (30, 20), 1)), (255, 255, 255)),
        (file_of(Image.new("I;16", (30, 20), 0x8080)), (128, 128, 128)),
        (file_of(Image.new("LAB", (30, 20), (255, 128, 128)), "TIFF"), (255, 255, 255)),
        (animation(), (255, 0, 0)),
        (file_of(Image.new("RGB", (1, 1), "red")), (255, 0, 0)),
    ],
    ids=["cmyk", "palette", "grey", "one bit", "16 bit", "lab", "animated", "one pixel"],
)
def test_odd_pictures_come_out_right(
    client: httpx.Client, data: bytes, expected: tuple[int, int, int]
) -> None:
    response = upload(client, data)
    assert response.status_code == 201, response.text
    kept = pixels_of(client.get(f"/images/{response.json()['image_id']}").content)
    assert kept.shape[2] == 3
    assert np.abs(kept.astype(int) - expected).max() <= 2


def test_sixteen_bits_keep_their_order(client: httpx.Client) -> None:
    kept = pixels_of(
        client.get(f"/images/{upload(client, file_of(grey16())).json()['image_id']}").content
    )
    assert np.array_equal(kept[:, :, 0], np.round(np.asarray(grey16()) / 257))


def test_a_satellites_bands_are_a_picture(client: httpx.Client) -> None:
    bands = np.random.default_rng(0).uniform(100, 900, (30, 40, 4))
    bands[:5] = np.nan
    answer = upload(client, tiff_file(bands, 1, extra=0, tags=GEOREFERENCED), "ms.tif")
    assert answer.status_code == 201, answer.text
    kept = pixels_of(client.get(f"/images/{answer.json()['image_id']}").content)
    assert kept.shape == (30, 40, 4)
    assert (kept[:5, :, 3] == 0).all() and (kept[5:, :, 3] == 255).all()
    assert abs(kept[5:, :, :3].mean() - 128) < 5


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation(client: httpx.Client, orientation: int) -> None:
    upright = noise(31, 17)
    answer = upload(client, oriented_png(upright, orientation)).json()
    assert (answer["width"], answer["height"]) == (31, 17)
    kept = pixels_of(client.get(f"/images/{answer['image_id']}").content)
    assert np.array_equal(kept, upright)


def test_alpha_is_kept_and_the_colour_below_it(client: httpx.Client) -> None:
    rgba = noise(40, 40, channels=4)
    response = client.post(
        "/encode?wait=20",
        data={"model": "fake", "steps": "0"},
        files={"image": file_of(Image.fromarray(rgba))},
    )
    result = response.json()["result"]
    assert np.array_equal(pixels_of(client.get(f"/images/{result['image_id']}").content), rgba)
    mask = {"kind": "grid", "rows": [[1, 0]]}
    edit = {"type": "attribute", "attribute": "smile", "strength": 1, "mask": mask}
    for frame in ("crop", "full"):
        body = {"latent_id": result["latent_id"], "edits": [edit], "output": {"frame": frame}}
        edited = client.post("/edit?wait=20", json=body).json()["result"]
        shown = pixels_of(client.get(f"/images/{edited['image_id']}").content)
        assert np.array_equal(shown[:, :, 3], rgba[:, :, 3])
        assert np.array_equal(shown[:, 20:], rgba[:, 20:])
        assert not np.array_equal(shown[:, :20], rgba[:, :20])


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"/images/{UNKNOWN['img']}", "unknown_image"),
        ("/images/nonsense", "unknown_image"),
        (f"/images/{UNKNOWN['lat']}", "unknown_image"),
        (f"/latents/{UNKNOWN['lat']}", "unknown_latent"),
        (f"/latents/{UNKNOWN['lat']}/tensor", "unknown_latent"),
        (f"/latents/{UNKNOWN['lat']}/attributes/smile", "unknown_latent"),
        (f"/lands/{UNKNOWN['lnd']}", "unknown_land"),
        (f"/lands/{UNKNOWN['img']}", "unknown_land"),
        (f"/tiles/{UNKNOWN['lnd']}/8/0/0.png", "unknown_land"),
        (f"/jobs/{UNKNOWN['job']}", "unknown_job"),
        (f"/jobs/{UNKNOWN['job']}/events", "unknown_job"),
        ("/jobs/*", "unknown_job"),
        ("/images/..%2f..%2fetc%2fpasswd", "not_found"),
        ("/images/%2e%2e", "unknown_image"),
        ("/js/..%2f..%2fpyproject.toml", "not_found"),
        ("/nowhere", "not_found"),
        ("/images/x/y", "not_found"),
    ],
)
def test_ids_that_are_not_there(client: httpx.Client, path: str, code: str) -> None:
    assert_problem(client.get(path), 404, code)


def test_methods_that_are_not_there(client: httpx.Client) -> None:
    assert_problem(client.post("/health"), 405, "method_not_allowed")
    assert_problem(client.delete("/images"), 405, "method_not_allowed")
    assert_problem(client.post("/nowhere"), 404, "not_found")


SMILE = {"type": "attribute", "attribute": "smile", "strength": 1, "mask": {"kind": "all"}}


def grid(rows: Any) -> dict[str, Any]:
    return {**SMILE, "mask": {"kind": "grid", "rows": rows}}


def png_mask(data: bytes) -> dict[str, Any]:
    return {**SMILE, "mask": {"kind": "png", "data": base64.b64encode(data).decode()}}


@pytest.mark.parametrize(
    ("edit", "status", "code"),
    [
        ({**SMILE, "strength": float("nan")}, 422, "invalid_request"),
        ({**SMILE, "strength": float("inf")}, 422, "invalid_request"),
        ({**SMILE, "strength": 1e9}, 422, "invalid_request"),
        ({**SMILE, "strength": "much"}, 422, "invalid_request"),
        ({**SMILE, "unknown_field": 1}, 422, "invalid_request"),
        ({**SMILE, "attribute": "no-such"}, 404, "unknown_attribute"),
        ({**SMILE, "attribute": "../x"}, 422, "invalid_request"),
        ({**SMILE, "layers": [5, 2]}, 422, "invalid_request"),
        ({**SMILE, "layers": [-1, 2]}, 422, "invalid_request"),
        ({**SMILE, "mask": {"kind": "circle"}}, 422, "invalid_request"),
        ({**SMILE, "type": "explode"}, 422, "invalid_request"),
        (grid([]), 422, "invalid_request"),
        (grid([[]]), 422, "invalid_request"),
        (grid([[0, 1], [0]]), 422, "invalid_request"),
        (grid([[2]]), 422, "invalid_request"),
        (grid([[-0.1]]), 422, "invalid_request"),
        (grid([[float("nan")]]), 422, "invalid_request"),
        (grid([["a"]]), 422, "invalid_request"),
        (grid([[0] * 600]), 422, "invalid_request"),
        (grid("all"), 422, "invalid_request"),
        ({**SMILE, "mask": {"kind": "png", "data": "no base64!"}}, 422, "invalid_request"),
        (png_mask(b"not a png, but long enough to be one, if one did not look"), 422,
         "invalid_request"),
        (png_mask(huge_png_header(20_000, 20_000)), 422, "invalid_request"),
        ({"type": "transplant", "donor": UNKNOWN["lat"]}, 404, "unknown_latent"),
        ({"type": "transplant", "donor": "../../etc/passwd"}, 404, "unknown_latent"),
        ({"type": "transplant", "donor": UNKNOWN["lat"], "offset": [1]}, 422, "invalid_request"),
        ({"type": "resample", "seed": -1}, 422, "invalid_request"),
        ({"type": "resample", "seed": 1, "amount": 1.5}, 422, "invalid_request"),
        ("smile", 422, "invalid_request"),
    ],
)  # fmt: skip
def test_edits_that_cannot_be(
    client: httpx.Client, latent_id: str, edit: Any, status: int, code: str
) -> None:
    text = json.dumps({"latent_id": latent_id, "edits": [edit]})
    headers = {"Content-Type": "application/json"}
    assert_problem(client.post("/edit", content=text, headers=headers), status, code)


@pytest.mark.parametrize(
    ("edits", "code"),
    [
        ([png_mask(png()[:-2000])], "invalid_edit"),
        ([{**SMILE, "attribute": "explode"}], "internal_error"),
        ([{**SMILE, "attribute": "hungry"}], "model_unavailable"),
    ],
    ids=["damaged mask", "a bug", "out of memory"],
)
def test_edits_that_fail_in_the_worker(
    client: httpx.Client, latent_id: str, edits: list[Any], code: str
) -> None:
    response = client.post("/edit?wait=20", json={"latent_id": latent_id, "edits": edits})
    job = response.json()
    assert (response.status_code, job["status"], job["result"]) == (200, "failed", None)
    assert job["error"]["code"] == code
    assert "/secret" not in response.text


def test_a_png_mask_may_have_any_size_and_kind(client: httpx.Client, latent_id: str) -> None:
    half = np.zeros((6, 10, 3), np.uint8)
    half[:, 5:] = 255
    black = Image.fromarray(np.dstack([half * 0, half[:, :, 0]]))  # chosen by its alpha
    for image in (Image.fromarray(half), Image.fromarray(half).convert("1"), black):
        body = {"latent_id": latent_id, "edits": [png_mask(file_of(image))]}
        job = client.post("/edit?wait=20", json=body).json()
        assert job["result"]["changed_box"] == [30, 0, 30, 60]


def test_too_many_edits(client: httpx.Client, latent_id: str) -> None:
    body = {"latent_id": latent_id, "edits": [SMILE] * 10_000}
    assert_problem(client.post("/edit", json=body), 413, "too_large")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"latent_id": 1e999}',
     b'{"latent_id": ' + b"9" * 5000 + b"}"],
)  # fmt: skip
def test_bodies_that_are_no_request(client: httpx.Client, body: bytes) -> None:
    for path in ("/edit", "/generate", "/session"):
        headers = {"Content-Type": "application/json"}
        response = client.post(path, content=body, headers=headers)
        if path == "/session" and len(body) > KEY_BODY_BYTES:
            assert_problem(response, 413, "too_large")
            continue
        assert_problem(response, response.status_code, "invalid_request")
        assert response.status_code in (400, 422)


@pytest.mark.parametrize(
    "wrong",
    [
        {f"k{k}": 1 for k in range(200_000)},
        {"edits": [{}] * 1_000_000},
        {"edits": [{"type": "attribute", "attribute": "smile", "strength": 1,
                    "mask": {"kind": "grid", "rows": [[7] * 500] * 500}}]},
    ],
)  # fmt: skip
def test_a_million_mistakes_are_not_counted(
    client: httpx.Client, latent_id: str, wrong: dict[str, Any]
) -> None:
    response = client.post("/edit", json={"latent_id": latent_id, **wrong})
    assert_problem(response, 422, "invalid_request")
    assert len(response.json()["detail"]) < 500


def test_a_body_that_does_not_end(client: httpx.Client) -> None:
    def chunks() -> Any:
        for _ in range(20):
            yield b" " * 1024**2

    headers = {"Content-Type": "application/json"}
    response = client.post("/edit", content=chunks(), headers=headers)
    assert_problem(response, 413, "too_large")


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"model": "no-such"}, 404, "unknown_model"),
        ({"model": "../fake"}, 422, "invalid_request"),
        ({}, 422, "invalid_request"),
        ({"model": "fake", "steps": "many"}, 422, "invalid_request"),
        ({"model": "fake", "steps": "-1"}, 422, "invalid_request"),
        ({"model": "fake", "steps": "101"}, 422, "invalid_request"),
        ({"model": "fake", "space": "X9"}, 422, "invalid_request"),
        ({"model": "fake", "step": "5"}, 422, "invalid_request"),
        ({"model": "fake", "crop": "1,2,3"}, 422, "invalid_request"),
        ({"model": "fake", "crop": "0,0,81,60"}, 422, "invalid_request"),
        ({"model": "fake", "crop": "0,0,50,12"}, 422, "invalid_request"),
        ({"model": "fake", "regulariser": "-1"}, 422, "invalid_request"),
        ({"model": "fake", "regulariser": "nan"}, 422, "invalid_request"),
        ({"model": "fake", "crop": "0,0,0,0"}, 422, "invalid_request"),
        ({"model": "fake", "crop": "nan,0,1,1"}, 422, "invalid_request"),
        ({"model": "fake", "crop": "-1,0,10,10"}, 422, "invalid_request"),
        ({"model": "fake", "image_id": UNKNOWN["img"]}, 422, "invalid_request"),
    ],
)
def test_encodes_that_cannot_be(
    client: httpx.Client, fields: dict[str, str], status: int, code: str
) -> None:
    assert_problem(client.post("/encode", data=fields, files={"image": png()}), status, code)


def test_encode_of_no_picture(client: httpx.Client) -> None:
    assert_problem(client.post("/encode", data={"model": "fake"}), 422, "invalid_request")
    fields = {"model": "fake", "image_id": "/etc/passwd"}
    assert_problem(client.post("/encode", data=fields), 404, "unknown_image")


def test_encode_in_a_space_that_the_model_has_not(client: httpx.Client) -> None:
    fields = {"model": "fake", "steps": "0", "space": "S+99"}
    job = client.post("/encode?wait=20", data=fields, files={"image": png()}).json()
    assert (job["status"], job["error"]["code"]) == ("failed", "invalid_request")


@pytest.mark.parametrize("wait", ["-1", "31", "nan", "inf", "x", ""])
def test_waits_that_cannot_be(client: httpx.Client, wait: str) -> None:
    response = client.post(f"/generate?wait={wait}", json={"model": "fake"})
    assert_problem(response, 422, "invalid_request")


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"model": "no-such"}, 404, "unknown_model"),
        ({"model": "fake", "width": 128, "height": 64}, 422, "invalid_request"),
        ({"model": "fake", "width": 0}, 422, "invalid_request"),
        ({"model": "fake", "truncation": -1}, 422, "invalid_request"),
        ({"model": "fake", "seed": 2**70}, 422, "invalid_request"),
        ({"model": "fake", "coherence": 0}, 422, "invalid_request"),
        ({"model": "fake", "size": 64}, 422, "invalid_request"),
    ],
)
def test_generates_that_cannot_be(
    client: httpx.Client, fields: dict[str, Any], status: int, code: str
) -> None:
    assert_problem(client.post("/generate", json=fields), status, code)


def test_unknown_attribute_of_a_heat_map(client: httpx.Client, latent_id: str) -> None:
    response = client.get(f"/latents/{latent_id}/attributes/no-such")
    assert_problem(response, 404, "unknown_attribute")


def test_no_route_takes_a_path_or_an_address(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    for path, operations in document["paths"].items():
        assert ":path}" not in path
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                assert not {"path", "file", "filename", "url", "dir"} & {parameter["name"]}
    fields = {
        name for schema in document["components"]["schemas"].values()
        for name in schema.get("properties", {})
    }  # fmt: skip
    assert not fields & {"path", "file", "filename", "file_name", "url", "uri", "dir", "folder"}


def test_a_client_file_name_means_nothing(client: httpx.Client) -> None:
    response = upload(client, png(seed=9), "../../../../tmp/evil.png")
    assert response.status_code == 201
    kept = client.get(f"/images/{response.json()['image_id']}")
    assert Image.open(io.BytesIO(kept.content)).size == (80, 60)


def test_who_leaves_amid_a_body_leaves_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    app = FastAPI()
    add_error_handlers(app, retry_after_s=1)

    @app.put("/")
    async def read(request: Request) -> int:
        return len(await request.body())

    said: list[Message] = []
    heard = iter([{"type": "http.request", "body": b"a", "more_body": True}])

    async def receive() -> Message:
        return next(heard, {"type": "http.disconnect"})

    async def send(message: Message) -> None:
        said.append(message)

    scope = {"type": "http", "method": "PUT", "path": "/", "query_string": b"", "headers": []}
    asyncio.run(app(scope, receive, send))
    assert said[0]["status"] == 400
    assert not caplog.records
