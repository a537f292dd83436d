"""What is refused before a route sees it, and the headers that every answer carries.

Only pages of this server may call it: no CORS headers, foreign origins are refused, and so are host
names that are not ours (DNS rebinding). A stranger's body is not read, or small where a key is
brought; others are counted while they stream in.
"""

import asyncio
import time
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.errors import problem
from backend.owner import KEY_NEEDED
from backend.settings import Settings, is_loopback
from backend.sign_in import Visitors
from backend.strangers import Strangers
from contracts.errors import EditorError, Forbidden, QueueFull, Unauthorized

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
DEFAULT_PORTS = {"http": 80, "https": 443}
KEYLESS_PATHS = ("/session",)  # where a key is brought
KEY_BODY_BYTES = 4096
KEY_BODY_S = 10.0  # for all of it
POLICY_VIOLATION = 1008
WORK_FILES = ("/sessions/file", "/worlds/file")
FORM_OVERHEAD_BYTES = 64 * 1024  # boundaries and the small fields around an upload
SHOWN_CHARS = 80
DRAIN_FACTOR = 8  # so much of a body past its limit is read away, for the client to hear the answer
CSP = (
    "default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
RESPONSE_HEADERS = {
    "Content-Security-Policy": CSP,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Gate:
    """The outermost layer of the app."""

    def __init__(self, app: ASGIApp, settings: Settings, visitors: Visitors) -> None:
        self._app = app
        self._settings = settings
        self._visitors = visitors
        self._strangers = Strangers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse or pass on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = (
            await self._slowed(scope) or await self._paced(scope) or self._refusal(scope, headers)
        )
        if scope["type"] == "websocket":
            await (self._app if refused is None else _closed)(scope, receive, send)
            return
        send = _with_headers(send)
        if scope["method"] == "HEAD":
            scope, receive, send = _as_get(scope, send)
        if refused is not None:
            wait_s = self._settings.retry_after_s
            answer = problem(refused.code, refused.message, retry_after_s=wait_s)
            await answer(scope, receive, send)
            return
        if scope["path"] in KEYLESS_PATHS:
            await self._app(scope, _in_time(_limited(receive, KEY_BODY_BYTES)), send)
            return
        limit = self._settings.max_json_bytes
        if headers.get("content-type", "").startswith("multipart/form-data"):
            is_work = scope["path"] in WORK_FILES
            largest = (
                self._settings.max_session_bytes if is_work else self._settings.max_upload_bytes
            )
            limit = largest + FORM_OVERHEAD_BYTES
        await self._app(scope, _limited(receive, limit), send)

    def _refusal(self, scope: Scope, headers: Headers) -> EditorError | None:
        host = headers.get("host", "")
        if not self._is_ours(_name_of(host)):
            return Forbidden(
                f"the Host {_shown(host)} is not allowed: see the setting allowed_hosts"
            )
        if scope.get("method") in SAFE_METHODS:
            return None
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return Forbidden("another site's page may not do this (Sec-Fetch-Site)")
        origin = headers.get("origin")
        if origin is not None and not self._is_our_page(origin, host):
            return Forbidden(
                f"another site's page may not do this: its Origin is {_shown(origin)}, and the "
                f"Host {_shown(host)}; behind a proxy set LATENTBRUSH_ALLOWED_HOSTS to the name "
                "that people use"
            )
        if scope["path"] not in KEYLESS_PATHS and self._is_stranger(scope):
            return Unauthorized(KEY_NEEDED)
        return None

    def _is_ours(self, name: str) -> bool:
        if is_loopback(name):  # only this machine, for instance a container's own health check
            return True
        if self._settings.allowed_hosts:
            return name in _lower((*self._settings.allowed_hosts, self._settings.host))
        return bool(self._settings.api_keys)

    def _is_our_page(self, origin: str, host: str) -> bool:
        """Whether a page is of this server: it has its address, or a name that is named as one of
        ours, whatever a proxy makes of the Host."""
        try:
            page, own = urlsplit(origin), urlsplit(f"//{host}")
            default = DEFAULT_PORTS[page.scheme]
            address = ((page.hostname or "").lower(), page.port or default)
            own_address = ((own.hostname or "").lower(), own.port or default)
        except (ValueError, KeyError):
            return False
        if not address[0]:
            return False
        return address == own_address or address[0] in _lower(self._settings.allowed_hosts)

    def _is_stranger(self, scope: Scope) -> bool:
        return self._visitors.owner_of(HTTPConnection(scope)) is None

    async def _paced(self, scope: Scope) -> EditorError | None:
        """Let a stranger wait for a turn; the refusal when too many do."""
        if not self._is_stranger(scope):
            return None
        try:
            wait_s = self._strangers.take_turn((scope.get("client") or ("",))[0])
        except QueueFull as error:
            return error
        if wait_s:
            await asyncio.sleep(wait_s)
        return None

    async def _slowed(self, scope: Scope) -> EditorError | None:
        """Take time over a wrong key; the refusal when there are too many."""
        if self._visitors.brings_wrong_key(HTTPConnection(scope)):
            try:
                await self._visitors.slow_down()
            except QueueFull as error:
                return error
        return None


async def _closed(_scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a WebSocket: closed before it is accepted, it is answered with 403."""
    await receive()
    await send({"type": "websocket.close", "code": POLICY_VIOLATION})


def _name_of(host: str) -> str:
    """The name in a Host header, without its port."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _shown(header: str) -> str:
    return repr(header[:SHOWN_CHARS])


def _lower(names: Iterable[str]) -> set[str]:
    return {name.lower() for name in names}


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in RESPONSE_HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return send_with_headers


def _as_get(scope: Scope, send: Send) -> tuple[Scope, Receive, Send]:
    """Answer HEAD as GET is answered, and end with the headers."""
    has_ended = asyncio.Event()

    async def send_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b""})
            has_ended.set()

    async def receive_until_then() -> Message:
        await has_ended.wait()
        return {"type": "http.disconnect"}

    return {**scope, "method": "GET"}, receive_until_then, send_headers


def _in_time(receive: Receive) -> Receive:
    """Wait for a body, but not for ever."""
    deadline_s = time.monotonic() + KEY_BODY_S
    has_ended = False

    async def receive_in_time() -> Message:
        nonlocal has_ended
        if has_ended:
            return await receive()  # until the client has left
        try:
            message = await asyncio.wait_for(receive(), deadline_s - time.monotonic())
        except TimeoutError:
            raise HTTPException(408, "the body did not come") from None
        has_ended = not message.get("more_body", False)
        return message

    return receive_in_time


def _limited(receive: Receive, limit: int) -> Receive:
    """Count the body; past the limit read on without keeping it, then refuse."""
    seen = 0

    async def receive_limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen <= limit:
            return message
        while message.get("more_body", False) and seen <= limit * DRAIN_FACTOR:
            message = await receive()
            seen += len(message.get("body", b""))
        raise HTTPException(413, f"the body is larger than {limit:,} bytes")

    return receive_limited
