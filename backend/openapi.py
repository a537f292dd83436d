"""The API's description: what FastAPI writes of it, and every problem that a call may have."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from backend.errors import MEDIA_TYPE, STATUS
from backend.security import KEYLESS_PATHS

PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "Why a call was refused (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "description": "`urn:latentbrush:error:` and the code."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence for people."},
        "code": {"type": "string", "enum": sorted(STATUS)},
    },
}
RETRY = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}

OF_ANY = (403, 429, 500, 503)
OF_OWNERS = (401,)
OF_INPUT = (404, 409, 422, 504)
OF_BODIES = (400, 408, 413, 507)
OF_DOWNLOADS = (502, 507)


def add_description(app: FastAPI) -> None:
    """Have the app describe itself."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = with_problems(
                get_openapi(
                    title=app.title,
                    version=app.version,
                    description=app.description,
                    routes=app.routes,
                )
            )
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # as FastAPI's documentation has it


def with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """A description in which every operation says how it may fail."""
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for status in problems_of(path, operation):
                operation["responses"][str(status)] = problem_response(status)
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        for tag in tags_in(schema):
            for choice in tag["mapping"].values():
                chosen = schemas[choice.rpartition("/")[2]]
                name = tag["propertyName"]
                chosen["required"] = sorted({*chosen.get("required", []), name})
    schemas["Problem"] = PROBLEM
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    return document


def tags_in(schema: Any) -> Iterator[dict[str, Any]]:
    """The discriminators of a schema. What they name has to be there: FastAPI says so of those
    without a default only."""
    if isinstance(schema, dict):
        if "discriminator" in schema:
            yield schema["discriminator"]
        schema = list(schema.values())
    if isinstance(schema, list):
        for each in schema:
            yield from tags_in(each)


def problems_of(path: str, operation: dict[str, Any]) -> Iterator[int]:
    """The statuses of an operation's problems."""
    yield from OF_ANY
    if "security" in operation or path in KEYLESS_PATHS:
        yield from OF_OWNERS
    if "parameters" in operation or "requestBody" in operation:
        yield from OF_INPUT
    if "requestBody" in operation:
        yield from OF_BODIES
    if path.startswith("/kits"):
        yield from OF_DOWNLOADS


def problem_response(status: int) -> dict[str, Any]:
    """A problem as OpenAPI describes it."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    described = {"description": HTTPStatus(status).phrase, "content": content}
    return described | ({"headers": RETRY} if status in (429, 503) else {})
