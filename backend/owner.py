"""Who is asking: the one local user, or the user that a key stands for."""

import hashlib
import hmac
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param
from starlette.requests import HTTPConnection

from backend.services import Server
from contracts.errors import Unauthorized
from contracts.ids import LOCAL_OWNER, owner_of_key

COOKIE = "latentbrush_session"
KEY_NEEDED = "send one of the server's keys as `Authorization: Bearer KEY`"

bearer = HTTPBearer(auto_error=False, description="One of the keys in `LATENTBRUSH_API_KEYS`.")


def session_token(api_key: str) -> str:
    """What the page's cookie holds instead of the key itself."""
    return hashlib.sha256(f"latentbrush session\0{api_key}".encode()).hexdigest()


def matching_key(candidate: str, api_keys: tuple[str, ...]) -> str | None:
    """The key that `candidate` equals, compared in constant time."""
    found = [k for k in api_keys if hmac.compare_digest(k.encode(), candidate.encode())]
    return found[0] if found else None


def owner_of(connection: HTTPConnection, api_keys: tuple[str, ...]) -> str | None:
    """Who is asking, by the headers alone, or None for a stranger."""
    if not api_keys:
        return LOCAL_OWNER
    scheme, candidate = get_authorization_scheme_param(connection.headers.get("authorization"))
    if scheme.lower() == "bearer" and candidate:
        key = matching_key(candidate, api_keys)
        return None if key is None else owner_of_key(key)
    token = connection.cookies.get(COOKIE, "")
    for key in api_keys:
        if hmac.compare_digest(session_token(key).encode(), token.encode()):
            return owner_of_key(key)
    return None


def _owner_or_none(
    connection: HTTPConnection,
    server: Server,
    _documented: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> str | None:
    return owner_of(connection, server.settings.api_keys)


def _owner(owner: Annotated[str | None, Depends(_owner_or_none)]) -> str:
    if owner is None:
        raise Unauthorized(KEY_NEEDED)
    return owner


MaybeOwner = Annotated[str | None, Depends(_owner_or_none)]
Owner = Annotated[str, Depends(_owner)]
