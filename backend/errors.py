"""Errors as `application/problem+json`: one table from code to status, one shape, one place."""

import logging

from fastapi import FastAPI, Request, status
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from redis.exceptions import RedisError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import compile_path

from contracts.errors import (
    ERRORS_BY_CODE,
    NO_ROOM,
    Busy,
    EditorError,
    InternalError,
    JobCanceled,
    NoRoom,
    is_no_room,
)
from service.broker import is_full

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
SHOWN_ERRORS = 3  # of a body with many

STATUS: dict[str, int] = {
    "invalid_request": 422,
    "invalid_edit": 422,
    "invalid_image": 422,
    "invalid_world": 422,
    "invalid_session": 422,
    "too_large": 413,
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "unknown_image": 404,
    "unknown_latent": 404,
    "unknown_land": 404,
    "unknown_mask": 404,
    "unknown_session": 404,
    "unknown_world": 404,
    "unknown_job": 404,
    "unknown_model": 404,
    "unknown_attribute": 404,
    "method_not_allowed": 405,
    "unknown_kit": 404,
    "download_failed": 502,
    "no_room": 507,
    "stale_latent": 409,
    "read_only_model": 409,
    "session_conflict": 409,
    "queue_full": 429,
    "internal_error": 500,
    "worker_lost": 500,
    "model_unavailable": 503,
    "unavailable": 503,
    "job_timeout": 504,
}
CODE_OF_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}


def problem(
    code: str, detail: str, *, status_code: int | None = None, retry_after_s: int | None = None
) -> JSONResponse:
    """An error as a response."""
    number = status_code or STATUS[code]
    headers = {}
    if retry_after_s is not None and number in (429, 503):
        headers["Retry-After"] = str(retry_after_s)
    if number == status.HTTP_401_UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    content = {
        "type": f"urn:latentbrush:error:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": number,
        "detail": detail,
        "code": code,
    }
    return JSONResponse(content, number, headers, MEDIA_TYPE)


def described(error: RequestValidationError) -> str:
    """What is wrong with a request, by field, without repeating what was sent."""
    details = error.errors()
    texts = []
    for detail in details[:SHOWN_ERRORS]:
        field = ".".join(str(part) for part in detail["loc"] if part != "body")
        texts.append(f"{field}: {detail['msg'].removeprefix('Value error, ')}")
    if len(details) > SHOWN_ERRORS:
        texts.append(f"and {len(details) - SHOWN_ERRORS} more")
    return "; ".join(texts).lstrip(": ")


def methods_of(app: FastAPI, path: str) -> set[str]:
    """All that can be done with a path, by whichever route."""
    known = app.openapi()["paths"]
    matching = [t for t in known if compile_path(t)[0].match(path)]
    calls = [known[template] for template in ([path] if path in known else matching)]
    methods = {method.upper() for can in calls for method in can}
    return methods | {"HEAD"} if "GET" in methods else methods


def add_error_handlers(app: FastAPI, retry_after_s: int) -> None:
    """Make every error of the app a problem; nothing else builds an error response."""

    async def on_editor_error(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, EditorError)
        wait_s = max(retry_after_s, error.retry_after_s or 0)
        return problem(error.code, error.message, retry_after_s=wait_s)

    async def on_invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return problem("invalid_request", described(error))

    async def on_http_error(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        code = CODE_OF_STATUS.get(error.status_code, "invalid_request")
        response = problem(code, str(error.detail), status_code=error.status_code)
        response.headers.update(error.headers or {})
        is_refused = error.status_code == status.HTTP_405_METHOD_NOT_ALLOWED
        if is_refused and (methods := methods_of(app, request.url.path)):
            response.headers["Allow"] = ", ".join(sorted(methods))  # of every route, not of one
        return response

    async def on_os_error(_: Request, error: Exception) -> JSONResponse:
        if not is_no_room(error):
            raise error
        log.error("the disk is full: %s", error)
        return problem(NoRoom.code, NO_ROOM)

    async def on_broker_gone(_: Request, error: Exception) -> JSONResponse:
        if is_full(error):
            log.error("the broker's disk is full: %s", error)
            return problem(NoRoom.code, NO_ROOM)
        log.error("the broker does not answer: %s", error)
        gone = Busy("the queue does not answer: try again in a moment")
        return problem(gone.code, gone.message, retry_after_s=retry_after_s)

    async def on_client_gone(_: Request, __: Exception) -> JSONResponse:
        return problem(
            "invalid_request", "the body did not come", status_code=400
        )  # nobody reads it

    async def on_bug(_: Request, error: Exception) -> JSONResponse:
        log.error("a request failed unexpectedly", exc_info=error)
        return problem(InternalError.code, "something went wrong on our side; the log has details")

    app.add_exception_handler(EditorError, on_editor_error)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(RedisError, on_broker_gone)
    app.add_exception_handler(ClientDisconnect, on_client_gone)
    app.add_exception_handler(OSError, on_os_error)
    app.add_exception_handler(Exception, on_bug)


assert set(STATUS) == set(ERRORS_BY_CODE) - {JobCanceled.code}, "every code has a status"
