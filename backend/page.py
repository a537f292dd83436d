"""The page: the static files of `frontend/`, served without a build step."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

READ = ["GET", "HEAD"]
REVALIDATE = "no-cache"  # an ETag makes it cheap, and an upgrade is seen at once


class _Files(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.setdefault("Cache-Control", REVALIDATE)
        return response


def add_page(app: FastAPI, frontend_dir: Path) -> None:
    """Serve the index at `/`, the land at `/land`, and each folder under its own name."""
    index = frontend_dir / "index.html"
    if not index.is_file():
        return

    @app.api_route("/", methods=READ, include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(index, headers={"Cache-Control": REVALIDATE})

    @app.api_route("/land", methods=READ, include_in_schema=False)
    async def land() -> FileResponse:
        return FileResponse(frontend_dir / "land.html", headers={"Cache-Control": REVALIDATE})

    for entry in sorted(frontend_dir.iterdir()):
        if entry.is_dir() and not entry.name.startswith((".", "node_modules")):
            app.mount(f"/{entry.name}", _Files(directory=entry))
        elif entry.is_file() and entry.suffix in (".ico", ".svg", ".png", ".webmanifest"):
            _add_file(app, entry)


def _add_file(app: FastAPI, path: Path) -> None:
    @app.api_route(f"/{path.name}", methods=READ, include_in_schema=False)
    async def file() -> FileResponse:
        return FileResponse(path, headers={"Cache-Control": REVALIDATE})
