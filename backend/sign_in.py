"""Who is asking: the one local user, the user of a key, or of a page that was signed in with one.

A page keeps a ticket in a cookie: an id and when it ends, signed with the key, so that no server
has to know of it. One that is signed out before it ends is remembered until then, in the broker,
and by every server.
"""

import asyncio
import contextlib
import hashlib
import hmac
import secrets
import time
from collections.abc import AsyncIterator
from typing import NamedTuple, cast

from fastapi.security.utils import get_authorization_scheme_param
from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.requests import HTTPConnection

from backend.channels import Channels
from contracts.errors import QueueFull
from contracts.ids import LOCAL_OWNER, owner_of_key

COOKIE = "latentbrush_session"
TICKET_S = 30 * 24 * 3600
SIGNED_OUT = "lb:signed-out"  # ids of tickets by when they end; also where new ones are published

WRONG_KEY_S = 0.5  # until a wrong key is refused
WRONG_KEYS = 20  # that wait so; with more at once, none is looked at


class Ticket(NamedTuple):
    """What a cookie says."""

    id: str
    ends_s: int

    def signed(self, api_key: str) -> str:
        """As a cookie."""
        return f"{self.id}.{self.ends_s}.{self._signature(api_key)}"

    def _signature(self, api_key: str) -> str:
        said = f"latentbrush ticket\0{self.id}\0{self.ends_s}"
        return hmac.new(api_key.encode(), said.encode(), hashlib.sha256).hexdigest()

    @staticmethod
    def new() -> "Ticket":
        """A ticket from now on."""
        return Ticket(secrets.token_hex(16), int(time.time()) + TICKET_S)

    @staticmethod
    def read(cookie: str, api_key: str) -> "Ticket | None":
        """The ticket in a cookie, if it was signed with that key and has not ended."""
        id_, _, rest = cookie.partition(".")
        ends, _, signature = rest.partition(".")
        if not (ends.isascii() and ends.isdigit() and len(ends) < 12):
            return None
        ticket = Ticket(id_, int(ends))
        is_signed = hmac.compare_digest(ticket._signature(api_key).encode(), signature.encode())
        return ticket if is_signed and ticket.ends_s > time.time() else None


class Visitors:
    """Tells who is asking."""

    def __init__(self, api_keys: tuple[str, ...], redis: Redis, channels: Channels) -> None:
        self._api_keys = api_keys
        self._redis = redis
        self._channels = channels
        self._signed_out: set[str] = set()
        self._loading: asyncio.Task[None] | None = None
        self._waiting = 0

    def owner_of(self, connection: HTTPConnection) -> str | None:
        """Who is asking, by the headers alone, or None for a stranger."""
        if not self._api_keys:
            return LOCAL_OWNER
        candidate = key_in(connection)
        if candidate is not None:
            key = self.key(candidate)
            return None if key is None else owner_of_key(key)
        found = self._ticket(connection)
        return None if found is None else owner_of_key(found[1])

    def key(self, candidate: str) -> str | None:
        """The key that `candidate` equals, compared in constant time."""
        equal = [k for k in self._api_keys if hmac.compare_digest(k.encode(), candidate.encode())]
        return equal[0] if equal else None

    def brings_wrong_key(self, connection: HTTPConnection) -> bool:
        """Whether somebody sends a key that is none of ours."""
        candidate = key_in(connection)
        return bool(self._api_keys) and candidate is not None and self.key(candidate) is None

    async def slow_down(self) -> None:
        """Wait before a wrong key is refused, so that nobody tries many.

        Raises:
            QueueFull: too many wait already.
        """
        if self._waiting >= WRONG_KEYS:
            raise QueueFull("too many wrong keys: try again in a moment")
        self._waiting += 1
        try:
            await asyncio.sleep(WRONG_KEY_S)
        finally:
            self._waiting -= 1

    async def sign_out(self, connection: HTTPConnection) -> None:
        """End the ticket of a page, whoever has a copy of it."""
        found = self._ticket(connection)
        if found is None:
            return
        ticket, _ = found
        self._signed_out.add(ticket.id)
        async with self._redis.pipeline() as pipe:
            pipe.zadd(SIGNED_OUT, {ticket.id: ticket.ends_s})
            pipe.zremrangebyscore(SIGNED_OUT, 0, time.time())
            pipe.publish(SIGNED_OUT, ticket.id)
            await pipe.execute()

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Hear of what is signed out at other servers, as long as this is open."""
        async with self._channels.hearing(SIGNED_OUT, self._hear):
            yield

    def _ticket(self, connection: HTTPConnection) -> tuple[Ticket, str] | None:
        cookie = connection.cookies.get(COOKIE, "")
        for key in self._api_keys:
            ticket = Ticket.read(cookie, key)
            if ticket is not None and ticket.id not in self._signed_out:
                return ticket, key
        return None

    def _hear(self, ticket_id: bytes | None) -> None:
        if ticket_id is not None:
            self._signed_out.add(ticket_id.decode())
        else:
            self._loading = asyncio.get_running_loop().create_task(self._load())

    async def _load(self) -> None:
        with contextlib.suppress(RedisError):  # it is loaded when the broker is back
            found = await self._redis.zrangebyscore(SIGNED_OUT, time.time(), "+inf")
            self._signed_out |= {ticket_id.decode() for ticket_id in cast(list[bytes], found)}


def key_in(connection: HTTPConnection) -> str | None:
    """The key that a request brings, whether it is one of ours or not."""
    scheme, candidate = get_authorization_scheme_param(connection.headers.get("authorization"))
    return candidate if scheme.lower() == "bearer" and candidate else None
