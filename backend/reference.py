"""`GET /docs`: the API as one plain page, drawn from the OpenAPI document; needs no network."""

import json
from html import escape
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
section { border-top: 1px solid #ccc; padding: .5rem 0 } h2 { font-size: 1.1rem }
code, pre { font: 14px/1.4 ui-monospace, monospace } pre { background: #f4f4f4; padding: 1rem;
overflow: auto } .method { display: inline-block; min-width: 5rem; font-weight: 700 }
table { border-collapse: collapse } td, th { text-align: left; padding: .1rem 1rem .1rem 0 }
"""


def add_reference(app: FastAPI) -> None:
    """Serve the page."""

    @app.get("/docs", include_in_schema=False, response_class=HTMLResponse)
    async def reference() -> str:
        return _page(app.openapi())


def _page(document: dict[str, Any]) -> str:
    calls = "".join(
        _call(method, path, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    )
    schemas = "".join(
        f"<section><h2 id='{escape(name)}'>{escape(name)}</h2>"
        f"<pre>{escape(json.dumps(schema, indent=2, ensure_ascii=False))}</pre></section>"
        for name, schema in document["components"]["schemas"].items()
    )
    title = escape(document["info"]["title"])
    return (
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{title} API</title>"
        f"<style>{STYLE}</style><h1>{title} API</h1>"
        f"<p>The same as <a href='openapi.json'>OpenAPI</a>.</p>{calls}<h1>Values</h1>{schemas}"
    )


def _call(method: str, path: str, operation: dict[str, Any]) -> str:
    text = escape(operation.get("description") or operation.get("summary", ""))
    rows = "".join(
        f"<tr><td><code>{escape(p['name'])}</code><td>{escape(p['in'])}"
        f"<td>{escape(p.get('description', ''))}"
        for p in operation.get("parameters", [])
    )
    body = "".join(
        f"<p>Body: {escape(kind)} {_names(content.get('schema', {}))}"
        for kind, content in operation.get("requestBody", {}).get("content", {}).items()
    )
    answers = "".join(
        f"<p>{escape(status)}: {escape(answer.get('description', ''))} "
        + "".join(_names(c.get("schema", {})) for c in answer.get("content", {}).values())
        for status, answer in operation.get("responses", {}).items()
    )
    return (
        f"<section><h2><span class='method'>{method.upper()}</span> <code>{escape(path)}</code>"
        f"</h2><p>{text}</p><table>{rows}</table>{body}{answers}</section>"
    )


def _names(schema: dict[str, Any]) -> str:
    name = escape(str(schema.get("$ref", "")).rpartition("/")[2])
    return f"<a href='#{name}'><code>{name}</code></a>" if name else ""
