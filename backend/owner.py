"""Who is asking, for routes: their dependency, and its mark in the API's description."""

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from backend.services import Server
from contracts.errors import Unauthorized

KEY_NEEDED = "send one of the server's keys as `Authorization: Bearer KEY`"

bearer = HTTPBearer(auto_error=False, description="One of the keys in `LATENTBRUSH_API_KEYS`.")


def _owner_or_none(connection: HTTPConnection, server: Server) -> str | None:
    return server.visitors.owner_of(connection)


def _owner(
    owner: Annotated[str | None, Depends(_owner_or_none)],
    _documented: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> str:
    if owner is None:
        raise Unauthorized(KEY_NEEDED)
    return owner


MaybeOwner = Annotated[str | None, Depends(_owner_or_none)]
Owner = Annotated[str, Depends(_owner)]
