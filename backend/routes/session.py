"""`/session`: a key for the page, kept in a cookie that its scripts cannot read."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import StringConstraints

from backend.owner import MaybeOwner
from backend.services import Server
from backend.sign_in import COOKIE, TICKET_S, Ticket
from contracts.base import Value
from contracts.errors import Unauthorized

router = APIRouter(prefix="/session", tags=["session"])


class SessionRequest(Value):
    """One of the server's keys."""

    key: Annotated[str, StringConstraints(min_length=1, max_length=512)]


class Session(Value):
    """Whether the page must ask for a key."""

    key_needed: bool
    signed_in: bool


@router.get("")
async def get_session(server: Server, owner: MaybeOwner) -> Session:
    """Say whether a key is needed, and whether one is here."""
    return Session(key_needed=bool(server.settings.api_keys), signed_in=owner is not None)


@router.post("")
async def open_session(
    server: Server, request: Request, response: Response, body: SessionRequest
) -> Session:
    """Sign the page in with a key."""
    api_keys = server.settings.api_keys
    key = server.visitors.key(body.key)
    if api_keys and key is None:
        await server.visitors.slow_down()
        raise Unauthorized("this is not one of the server's keys")
    if key is not None:
        response.set_cookie(
            COOKIE,
            Ticket.new().signed(key),
            max_age=TICKET_S,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
    return Session(key_needed=bool(api_keys), signed_in=True)


@router.delete("")
async def close_session(server: Server, request: Request, response: Response) -> Session:
    """Sign the page out. Its cookie is good for nothing from now on."""
    await server.visitors.sign_out(request)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    key_needed = bool(server.settings.api_keys)
    return Session(key_needed=key_needed, signed_in=not key_needed)
