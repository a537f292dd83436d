"""Connections that say nothing, half a request, or that nobody reads."""

import asyncio
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.sync.client import connect as connect_websocket

from backend.connections import BACKLOG, Connections

LIMIT = 30
LARGE = b"x" * 64 * 1024**2  # more than any socket's buffer takes


async def _small(_: Request) -> Response:
    return PlainTextResponse("hello")


async def _slow(_: Request) -> Response:
    await asyncio.sleep(1.0)
    return PlainTextResponse("late")


async def _large(_: Request) -> Response:
    return Response(LARGE)


async def _echo(websocket: WebSocket) -> None:
    await websocket.accept()
    while True:
        await websocket.send_text(await websocket.receive_text())


APP = Starlette(
    routes=[
        Route("/", _small),
        Route("/slow", _slow),
        Route("/large", _large),
        WebSocketRoute("/echo", _echo),
    ]
)


@contextmanager
def serving(connections: Connections) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            APP, http=connections.protocol(), backlog=BACKLOG, log_config=None, lifespan="off"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = server.force_exit = True
            thread.join()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving(Connections(LIMIT, silence_s=0.4, stall_s=0.4)) as number:
        yield number


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def is_closed(connection: socket.socket) -> bool:
    """Wait until the other side closes."""
    try:
        while connection.recv(65536):
            pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize(
    "said", [b"", b"GET / HTTP/1.1\r\nHost: a\r\n", b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGE"]
)
def test_silence_ends_a_connection(port: int, said: bytes) -> None:
    with closing(connected(port)) as connection:
        connection.sendall(said)
        assert is_closed(connection)


def test_one_header_after_the_other_is_silence(port: int) -> None:
    with closing(connected(port)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")
        begun_s = time.monotonic()
        with pytest.raises(OSError):
            while time.monotonic() - begun_s < 5:
                connection.sendall(b"X: y\r\n")
                time.sleep(0.05)


def test_whoever_waits_for_an_answer_is_not_silent(port: int) -> None:
    assert httpx.get(f"http://127.0.0.1:{port}/slow", trust_env=False).text == "late"


def test_a_websocket_may_be_silent(port: int) -> None:
    with connect_websocket(f"ws://127.0.0.1:{port}/echo", proxy=None) as websocket:
        time.sleep(1.0)
        websocket.send("still here")
        assert websocket.recv() == "still here"


def test_what_nobody_reads_ends(port: int) -> None:
    with closing(connected(port)) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(1.5)
        read = 0
        try:
            while data := connection.recv(2**20):
                read += len(data)
        except ConnectionResetError:
            pass
        assert read < len(LARGE)


def test_what_is_read_slowly_comes_whole(port: int) -> None:
    with httpx.stream("GET", f"http://127.0.0.1:{port}/large", trust_env=False) as response:
        read = 0
        for k, data in enumerate(response.iter_raw(8 * 2**20)):
            read += len(data)
            if k < 5:
                time.sleep(0.1)
    assert read == len(LARGE)


def test_silent_connections_make_room_for_others() -> None:
    with serving(Connections(LIMIT)) as port:
        silent = [connected(port) for _ in range(10 * LIMIT)]
        begun_s = time.monotonic()
        for _ in range(20):
            assert httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).text == "hello"
        assert time.monotonic() - begun_s < 8  # nobody's silence was waited for
        assert is_closed(silent[0])  # the longest first
        for connection in silent:
            connection.close()


def test_the_systems_limit_leaves_room_for_the_rest() -> None:
    code = "from backend.connections import most_connections; print(most_connections())"
    counted = subprocess.run(
        ["prlimit", "--nofile=512:1024", sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )
    assert counted.stdout == "768\n"
