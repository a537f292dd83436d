"""Who is let in: owners, hosts, origins, headers."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import httpx
import pytest
from redis.asyncio import Redis
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.app import create_app
from backend.channels import Channels
from backend.security import Gate
from backend.settings import Settings
from backend.sign_in import COOKIE, TICKET_S, WRONG_KEYS, Ticket, Visitors
from contracts.errors import StartError
from tests.fakes.live_server import LiveServer, broker_url, running
from tests.fakes.pictures import png

KEYS = ("key-of-anna", "key-of-ben")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    home = tmp_path_factory.mktemp("guarded")
    with running(home, api_keys=", ".join(KEYS), host="0.0.0.0") as live:
        yield live


def gate_of(app: ASGIApp, settings: Settings) -> Gate:
    return Gate(app, settings, Visitors(settings.api_keys, cast(Redis, None), cast(Channels, None)))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.7", "example.org"])
def test_no_strangers_without_keys(host: str, tmp_path: Path) -> None:
    settings = Settings(host=host, data_dir=tmp_path, redis_url="redis://127.0.0.1:1")
    with pytest.raises(StartError, match="LATENTBRUSH_API_KEYS"):
        create_app(settings)


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic a2V5"},
     {"Cookie": "latentbrush_session=key-of-anna"}],
)  # fmt: skip
def test_a_key_is_needed(guarded: LiveServer, headers: dict[str, str]) -> None:
    with guarded.client() as client:
        assert client.get("/health").status_code == 200
        assert client.get("/session").json() == {"key_needed": True, "signed_in": False}
        for path in ("/models", "/images/img_" + "0" * 32, "/jobs/x", "/jobs/x/events"):
            response = client.get(path, headers=headers)
            assert (response.status_code, response.json()["code"]) == (401, "unauthorized")
        response = client.post("/generate", json={"model": "fake"}, headers=headers)
        assert response.status_code == 401


def test_one_owner_sees_nothing_of_another(guarded: LiveServer) -> None:
    with guarded.client(KEYS[0]) as anna, guarded.client(KEYS[1]) as ben:
        fields = {"model": "fake", "steps": "0"}
        job = anna.post("/encode?wait=20", data=fields, files={"image": png()}).json()
        result = job["result"]
        mine = [
            f"/jobs/{job['job_id']}",
            f"/jobs/{job['job_id']}/events",
            f"/images/{result['image_id']}",
            f"/images/{result['reconstruction_id']}",
            f"/latents/{result['latent_id']}",
            f"/latents/{result['latent_id']}/tensor",
            f"/latents/{result['latent_id']}/attributes/smile",
        ]
        assert [anna.get(path).status_code for path in mine] == [200] * len(mine)
        assert [ben.get(path).status_code for path in mine] == [404] * len(mine)
        assert ben.delete(mine[0]).status_code == 404
        body = {"latent_id": result["latent_id"], "edits": []}
        assert ben.post("/edit", json=body).status_code == 404
        again = {"model": "fake", "image_id": result["image_id"]}
        assert ben.post("/encode", data=again).status_code == 404
        theirs = ben.post("/encode?wait=20", data=fields, files={"image": png()}).json()["result"]
        transplant = {"type": "transplant", "donor": result["latent_id"]}
        body = {"latent_id": theirs["latent_id"], "edits": [transplant]}
        assert ben.post("/edit", json=body).status_code == 404


def test_the_page_signs_in_with_a_cookie(guarded: LiveServer) -> None:
    with guarded.client() as client:
        assert client.post("/session", json={"key": "wrong"}).status_code == 401
        response = client.post("/session", json={"key": KEYS[0]})
        cookie = response.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=strict" in cookie.lower()
        assert KEYS[0] not in cookie
        assert client.get("/models").status_code == 200
        assert client.get("/session").json()["signed_in"]
        stolen = {COOKIE: client.cookies[COOKIE]}
        client.delete("/session")
        assert client.get("/models").status_code == 401
    with guarded.client() as thief:
        thief.cookies.update(stolen)
        assert thief.get("/models").status_code == 401
        assert thief.get("/session").json()["signed_in"] is False


def test_every_server_knows_who_is_signed_out(guarded: LiveServer, tmp_path: Path) -> None:
    url = broker_url(guarded.home)
    with running(tmp_path, api_keys=", ".join(KEYS), redis_url=url, local_workers="") as second:
        with guarded.client() as here, second.client() as there:
            here.post("/session", json={"key": KEYS[0]})
            there.cookies.update({COOKIE: here.cookies[COOKIE]})
            assert there.get("/models").status_code == 200
            here.delete("/session")
            assert eventually(lambda: there.get("/models").status_code == 401)
    with running(tmp_path, api_keys=", ".join(KEYS), redis_url=url, local_workers="") as third:
        with third.client() as later:
            later.cookies.update({COOKIE: there.cookies[COOKIE]})
            assert eventually(lambda: later.get("/models").status_code == 401)


def eventually(is_so: Callable[[], bool]) -> bool:
    deadline_s = time.monotonic() + 5
    while time.monotonic() < deadline_s:
        if is_so():
            return True
        time.sleep(0.02)
    return False


def test_a_ticket_is_good_for_one_key_and_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = Ticket.new()
    cookie = ticket.signed(KEYS[0])
    assert Ticket.read(cookie, KEYS[0]) == ticket
    assert Ticket.read(cookie, KEYS[1]) is None
    later = cookie.replace(str(ticket.ends_s), str(ticket.ends_s + 1))
    for forged in (
        "",
        ".",
        "..",
        later,
        cookie[:-1],
        f"{ticket.id}.9e9.x",
        f"{ticket.id}.²." + "0" * 64,
    ):
        assert Ticket.read(forged, KEYS[0]) is None
    now_s = time.time()
    monkeypatch.setattr("time.time", lambda: now_s + TICKET_S + 1)
    assert Ticket.read(cookie, KEYS[0]) is None


def test_nobody_tries_many_keys() -> None:
    visitors = Visitors(KEYS, cast(Redis, None), cast(Channels, None))

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await Response(status_code=204)(_scope, _receive, send)

    gate = Gate(app, Settings(api_keys=KEYS), visitors)

    async def status_of(key: str) -> int:
        statuses: list[int] = []

        async def send(message: Message) -> None:
            statuses.append(message.get("status", 0))

        async def receive() -> Message:
            return {"type": "http.request"}

        headers = [(b"host", b"127.0.0.1"), (b"authorization", f"Bearer {key}".encode())]
        scope = {"type": "http", "method": "POST", "path": "/images", "headers": headers}
        await gate(scope, receive, send)
        return statuses[0]

    async def all_of_them() -> tuple[list[int], int, float]:
        begun_s = time.monotonic()
        guesses = [asyncio.create_task(status_of(f"guess {k}")) for k in range(500)]
        known = await status_of(KEYS[0])
        known_s = time.monotonic() - begun_s
        return await asyncio.gather(*guesses), known, known_s

    guesses, known, known_s = asyncio.run(all_of_them())
    assert guesses.count(401) == WRONG_KEYS
    assert guesses.count(429) == 500 - WRONG_KEYS
    assert known == 204
    assert known_s < 0.4  # whoever has a key does not wait for those who have none


def test_no_session_is_needed_without_keys(client: httpx.Client) -> None:
    assert client.get("/session").json() == {"key_needed": False, "signed_in": True}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 202),
        ({"Origin": "{own}"}, 202),
        ({"Origin": "{own}", "Sec-Fetch-Site": "same-origin"}, 202),
        ({"Sec-Fetch-Site": "none"}, 202),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://localhost:1"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example"}, 403),
        ({"Host": "[::1"}, 403),
        ({"Host": "localhost"}, 202),
    ],
)
def test_foreign_pages_and_names_are_refused(
    client: httpx.Client, server: LiveServer, headers: dict[str, str], status: int
) -> None:
    sent = {name: text.replace("{own}", server.url.rstrip("/")) for name, text in headers.items()}
    response = client.post("/generate", json={"model": "fake"}, headers=sent)
    assert response.status_code == status, response.text
    if status == 403:
        assert response.json()["code"] == "forbidden"


def test_foreign_pages_cannot_cancel(client: httpx.Client) -> None:
    response = client.delete("/jobs/x", headers={"Origin": "http://evil.example"})
    assert response.status_code == 403


@pytest.mark.parametrize("path", ["/", "/health", "/nowhere", "/openapi.json", "/docs"])
def test_every_answer_is_guarded(client: httpx.Client, path: str) -> None:
    response = client.get(path, headers={"Origin": "http://evil.example"})
    assert not [name for name in response.headers if name.startswith("access-control")]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'self'" in response.headers["content-security-policy"]
    assert response.headers["cross-origin-resource-policy"] == "same-origin"


def through_gate(settings: Settings, path: str, headers: dict[str, str]) -> int:
    """The status of a POST, before which the body of a stranger must not have been read."""
    statuses: list[int] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await Response(status_code=204)(scope, receive, send)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"x", "more_body": False}

    async def unread() -> Message:
        raise AssertionError("the body of a stranger was read")

    async def send(message: Message) -> None:
        statuses.append(message.get("status", 0))

    sent = {"host": "127.0.0.1:8000", **headers}
    raw = [(name.lower().encode(), text.encode()) for name, text in sent.items()]
    scope = {"type": "http", "method": "POST", "path": path, "headers": raw}
    is_stranger = path != "/session" and "authorization" not in sent
    asyncio.run(gate_of(app, settings)(scope, unread if is_stranger else receive, send))
    return statuses[0]


def test_the_body_of_a_stranger_is_not_read() -> None:
    settings = Settings(api_keys=KEYS)
    assert through_gate(settings, "/images", {}) == 401
    assert through_gate(settings, "/images", {"authorization": f"Bearer {KEYS[0]}"}) == 204
    assert through_gate(settings, "/session", {}) == 204


def test_a_stranger_brings_a_key_and_nothing_else(guarded: LiveServer) -> None:
    with guarded.client() as client:
        body = {"key": "wrong", **{f"k{k}": 1 for k in range(300_000)}}
        response = client.post("/session", json=body)
        assert (response.status_code, response.json()["code"]) == (413, "too_large")
        assert client.post("/session", json={"key": KEYS[0]}).status_code == 200


def test_a_key_that_does_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.security.KEY_BODY_S", 0.1)

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        while True:
            await receive()

    async def never() -> Message:
        await asyncio.sleep(60)
        raise AssertionError

    async def send(_: Message) -> None:
        raise AssertionError("it was answered")

    headers = [(b"host", b"127.0.0.1")]
    scope = {"type": "http", "method": "POST", "path": "/session", "headers": headers}
    gate = gate_of(app, Settings(api_keys=KEYS))
    with pytest.raises(HTTPException) as refusal:
        asyncio.run(gate(scope, never, send))
    assert refusal.value.status_code == 408


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:8000", 204), ("localhost", 204), ("[::1]:8000", 204), ("Brush.example", 204),
     ("evil.example", 403)],
)  # fmt: skip
def test_this_machine_is_always_an_allowed_host(host: str, status: int) -> None:
    settings = Settings(api_keys=KEYS, host="0.0.0.0", allowed_hosts=("brush.example",))
    headers = {"host": host, "authorization": f"Bearer {KEYS[0]}"}
    assert through_gate(settings, "/images", headers) == status


ALLOWED = ("brush.example",)


@pytest.mark.parametrize(
    ("host", "origin", "allowed", "status"),
    [
        ("127.0.0.1:8000", "https://brush.example", ALLOWED, 204),  # nginx without more
        ("127.0.0.1:8000", "https://brush.example", (), 403),
        (
            "brush.example",
            "https://brush.example:8443",
            ALLOWED,
            204,
        ),  # Host $host
        ("brush.example", "https://brush.example:8443", (), 403),
        ("brush.example:443", "https://brush.example", ALLOWED, 204),  # $host:$server_port
        ("brush.example:443", "https://brush.example", (), 204),
        ("brush.example", "https://brush.example:443", (), 204),
        ("brush.example:80", "http://brush.example", (), 204),
        ("brush.example:443", "http://brush.example", (), 403),
        ("brush.example:8443", "https://Brush.Example:8443", (), 204),
        ("latentbrush:8000", "https://brush.example", ALLOWED, 403),  # the Host is none of ours
        ("brush.example", "https://evil.example", ALLOWED, 403),
        ("brush.example", "https://brush.example.evil.example", ALLOWED, 403),
        ("brush.example", "file://brush.example", ALLOWED, 403),
        ("brush.example", "null", ALLOWED, 403),
        ("brush.example", "https://[", ALLOWED, 403),
        ("brush.example", "https://brush.example:99999", ALLOWED, 403),
    ],
)
def test_pages_behind_a_proxy(
    host: str, origin: str, allowed: tuple[str, ...], status: int
) -> None:
    settings = Settings(api_keys=KEYS, host="0.0.0.0", allowed_hosts=allowed)
    headers = {"host": host, "origin": origin, "authorization": f"Bearer {KEYS[0]}"}
    assert through_gate(settings, "/images", headers) == status


def test_a_refusal_says_which_header_it_is_about() -> None:
    gate = gate_of(Response(), Settings(api_keys=KEYS, host="0.0.0.0"))

    async def said() -> str:
        transport = httpx.ASGITransport(gate)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            answer = await client.post("/images", headers={"Origin": "https://brush.example"})
            return str(answer.json()["detail"])

    detail = asyncio.run(said())
    assert "Origin is 'https://brush.example'" in detail
    assert "Host '127.0.0.1'" in detail
    assert "LATENTBRUSH_ALLOWED_HOSTS" in detail


def test_keys_are_not_shown() -> None:
    assert KEYS[0] not in repr(Settings(api_keys=KEYS))
