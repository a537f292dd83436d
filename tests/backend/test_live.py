"""`/live` over a real socket, with a real broker and worker."""

import json
import os
import signal
import socket
import struct
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.fakes.fake_editor import SLOW_EDIT_S, SLOW_SEED
from tests.fakes.live_server import LiveServer, pid_of_worker, running
from tests.fakes.pictures import pixels_of, png

ALL = {"kind": "all"}
SLOW = {"type": "resample", "seed": SLOW_SEED}


def address(server: LiveServer) -> str:
    return server.url.replace("http", "ws", 1) + "live"


def opened(server: LiveServer, **options: Any) -> ClientConnection:
    live: ClientConnection = connect(address(server), max_size=None, proxy=None, **options)
    return live


def wanted(seq: int, latent_id: str, strength: float, **output: Any) -> str:
    edit = {"type": "attribute", "attribute": "smile", "strength": strength, "mask": ALL}
    body = {"latent_id": latent_id, "edits": [edit], "output": output}
    return json.dumps({"seq": seq, "edit": body})


def parsed(frame: str | bytes) -> tuple[dict[str, Any], bytes]:
    assert isinstance(frame, bytes), frame
    (length,) = struct.unpack(">I", frame[:4])
    return json.loads(frame[4 : 4 + length]), frame[4 + length :]


def test_an_edit_is_answered_with_its_picture(
    server: LiveServer, client: httpx.Client, latent_id: str
) -> None:
    with opened(server) as live:
        live.send(wanted(5, latent_id, 1.0))
        said, picture = parsed(live.recv(20))
    assert (said["seq"], said["media_type"], said["cached"]) == (5, "image/png", False)
    assert said["changed_box"] == [0, 0, 60, 60]
    assert client.get(f"/images/{said['image_id']}").content == picture
    body = json.loads(wanted(0, latent_id, 1.0))["edit"]
    again = client.post("/edit?wait=20", json=body).json()["result"]
    assert (again["image_id"], again["cached"]) == (said["image_id"], True)


def test_a_preview_is_small_and_not_kept(server: LiveServer, client: httpx.Client) -> None:
    upload = client.post("/images", files={"image": png(400, 300)}).json()["image_id"]
    fields = {"model": "fake", "steps": "0", "image_id": upload}
    large = client.post("/encode?wait=20", data=fields).json()["result"]["latent_id"]
    kept = {path.name for path in (server.home / "store").rglob("*") if path.is_file()}
    with opened(server) as live:
        live.send(wanted(1, large, 1.5, format="jpeg", quality=80, max_side=100))
        said, picture = parsed(live.recv(20))
    assert said["image_id"] is None
    assert pixels_of(picture).shape == (100, 100, 3)
    assert {path.name for path in (server.home / "store").rglob("*") if path.is_file()} == kept


def test_a_preview_is_not_written_down_by_the_broker(server: LiveServer, latent_id: str) -> None:
    """What counts is in the broker's log; a preview went through its memory alone."""
    with opened(server) as live:
        for seq, (strength, output) in enumerate([(0.123456, {"max_side": 64}), (0.654321, {})]):
            live.send(wanted(seq, latent_id, strength, **output))
            parsed(live.recv(20))
    deadline_s = time.monotonic() + 5
    while b"0.654321" not in logged(server) and time.monotonic() < deadline_s:
        time.sleep(0.1)
    assert b"0.654321" in logged(server)
    assert b"0.123456" not in logged(server)


def logged(server: LiveServer) -> bytes:
    """All that the broker has written down."""
    folder = server.home / "broker"
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_brush_does_not_wait_behind_the_export_of_another(
    server: LiveServer, client: httpx.Client, latent_id: str
) -> None:
    """A picture that takes seconds is drawn elsewhere; frames are answered meanwhile."""
    slow = {"latent_id": latent_id, "edits": [SLOW], "output": {"frame": "full"}}
    export = client.post("/edit", json=slow).json()
    with opened(server) as live:
        for seq in range(5):
            begun_s = time.monotonic()
            live.send(wanted(seq, latent_id, 0.2 + 0.01 * seq, max_side=64))
            parsed(live.recv(20))
            assert time.monotonic() - begun_s < SLOW_EDIT_S / 3
    during = client.get(f"/jobs/{export['job_id']}").json()
    assert during["status"] in ("queued", "running")
    ended = client.get(f"/jobs/{export['job_id']}/events", timeout=20).text
    assert "succeeded" in ended


def test_sockets_are_served_in_turn(server: LiveServer, latent_id: str) -> None:
    """Three that ask without a pause get as many answers, one more or less."""
    counts = [0, 0, 0]

    def paint(which: int) -> None:
        with opened(server) as live:
            until_s = time.monotonic() + 2
            while time.monotonic() < until_s:
                live.send(wanted(counts[which], latent_id, 0.001 * counts[which], max_side=64))
                parsed(live.recv(20))
                counts[which] += 1

    threads = [threading.Thread(target=paint, args=(which,)) for which in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert min(counts) > 5
    assert max(counts) < 1.5 * min(counts)


def test_a_preview_outlives_its_worker(tmp_path: Path) -> None:
    """When the worker that draws it is killed, it is asked for as a job, and answered."""
    with running(tmp_path) as server, server.client() as client:
        fields = {"model": "fake", "steps": "0"}
        encoded = client.post("/encode?wait=20", data=fields, files={"image": png()}).json()
        latent_id = encoded["result"]["latent_id"]
        with opened(server) as live:
            body = {"latent_id": latent_id, "edits": [SLOW], "output": {"max_side": 64}}
            live.send(json.dumps({"seq": 1, "edit": body}))
            time.sleep(SLOW_EDIT_S / 3)
            os.kill(pid_of_worker(server, "interactive"), signal.SIGKILL)
            said, picture = parsed(live.recv(30))
    assert (said["seq"], said["image_id"]) == (1, None)
    assert pixels_of(picture).shape == (60, 60, 3)


def test_of_those_that_wait_the_newest_is_answered(server: LiveServer, latent_id: str) -> None:
    """Of 60 at once few are drawn; the answers come in order and the last one is the newest."""
    with opened(server) as live:
        for seq in range(60):
            live.send(wanted(seq, latent_id, 0.01 * seq))
        answered: list[int] = []
        while not answered or answered[-1] != 59:
            answered.append(parsed(live.recv(20))[0]["seq"])
    assert answered == sorted(set(answered))
    assert len(answered) < 30


def test_nothing_stays_of_a_live_job(server: LiveServer, latent_id: str) -> None:
    redis = server.redis()
    with opened(server) as live:
        live.send(wanted(0, latent_id, 0.7, max_side=64))
        parsed(live.recv(20))
        before = redis.dbsize()
        for seq in range(1, 20):
            live.send(wanted(seq, latent_id, 0.7 + 0.01 * seq, max_side=64))
            parsed(live.recv(20))
    deadline_s = time.monotonic() + 5
    while redis.dbsize() > before and time.monotonic() < deadline_s:
        time.sleep(0.05)  # the queue's own note of a job goes a moment after the job
    assert redis.dbsize() <= before


def test_who_leaves_leaves_no_job_behind(server: LiveServer, latent_id: str) -> None:
    redis = server.redis()
    for k in range(5):
        with opened(server) as live:
            live.send(wanted(k, latent_id, 0.3 + 0.01 * k, max_side=64))
    deadline_s = time.monotonic() + 10
    while redis.scard("lb:active") and time.monotonic() < deadline_s:
        time.sleep(0.05)
    assert redis.scard("lb:active") == 0
    assert redis.pubsub_channels("lb:events:*") == []


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("not json", "invalid_request"),
        ('{"seq": 1}', "invalid_request"),
        ('{"seq": -1, "edit": {"latent_id": "x"}}', "invalid_request"),
        (wanted(3, "lat_" + "0" * 32, 1.0), "unknown_latent"),
        (wanted(3, "../../etc/passwd", 1.0), "unknown_latent"),
    ],
)
def test_a_bad_request_is_told_and_the_next_is_answered(
    server: LiveServer, latent_id: str, message: str, code: str
) -> None:
    with opened(server) as live:
        live.send(message)
        said = json.loads(live.recv(20))
        assert said["error"]["code"] == code
        assert "Traceback" not in said["error"]["message"]
        live.send(wanted(9, latent_id, 1.0))
        assert parsed(live.recv(20))[0]["seq"] == 9


def test_an_error_says_which_request_it_is_about(server: LiveServer, latent_id: str) -> None:
    with opened(server) as live:
        live.send(wanted(8, latent_id, 1000.0))
        assert json.loads(live.recv(20))["seq"] == 8


def test_an_error_of_the_worker_is_told(server: LiveServer, latent_id: str) -> None:
    edit = {"type": "attribute", "attribute": "explode", "strength": 1, "mask": ALL}
    with opened(server) as live:
        live.send(json.dumps({"seq": 2, "edit": {"latent_id": latent_id, "edits": [edit]}}))
        said = json.loads(live.recv(20))
    assert said["seq"] == 2
    assert said["error"]["code"] == "internal_error"


def test_a_binary_message_is_refused_and_the_next_is_answered(
    server: LiveServer, latent_id: str
) -> None:
    with opened(server) as live:
        live.send(b"\x00\x01")
        assert json.loads(live.recv(20))["error"]["code"] == "invalid_request"
        live.send(wanted(4, latent_id, 1.0))
        assert parsed(live.recv(20))[0]["seq"] == 4


def test_a_preview_of_all_and_a_draft_to_keep_are_refused(
    client: httpx.Client, latent_id: str
) -> None:
    for output in ({"frame": "full", "max_side": 100}, {"detail": "draft"}):
        body = {"latent_id": latent_id, "output": output}
        assert client.post("/edit", json=body).status_code == 422


def test_another_sites_page_may_not_paint(server: LiveServer) -> None:
    with pytest.raises(InvalidStatus) as refused:
        opened(server, origin="http://evil.example")
    assert refused.value.response.status_code == 403


def test_another_host_name_may_not_paint(server: LiveServer) -> None:
    port = int(server.url.rsplit(":", 1)[1].strip("/"))
    line = socket.create_connection(("127.0.0.1", port))
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws://evil.example:{port}/live", sock=line)
    assert refused.value.response.status_code == 403


def test_a_stranger_may_not_paint(tmp_path: Path) -> None:
    with running(tmp_path, api_keys="a-secret-key") as guarded:
        with pytest.raises(InvalidStatus) as refused:
            opened(guarded)
        assert refused.value.response.status_code == 403
        with opened(guarded, additional_headers={"Authorization": "Bearer a-secret-key"}) as live:
            live.send(wanted(1, "lat_" + "0" * 32, 1.0))
            assert json.loads(live.recv(20))["error"]["code"] == "unknown_latent"
