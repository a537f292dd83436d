"""A server of files whose answers a test makes up: it breaks off, lies, or sends something else."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Handle = Callable[["Answer", int], None]
"""(the request, how many there were of this server)."""


class Answer(BaseHTTPRequestHandler):
    """One request; what it gets is up to the test."""

    def log_message(self, *_: object) -> None:
        """Nothing on the test's output."""

    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        server.ranges.append(self.headers.get("Range"))
        server.handle(self, len(server.ranges))

    def send(
        self,
        body: bytes,
        status: int = 200,
        length: int | None = None,
        kind: str = "application/octet-stream",
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
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
        yield f"http://127.0.0.1:{server.server_port}", server
    finally:
        server.shutdown()
        server.server_close()
