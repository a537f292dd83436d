"""`latentbrush serve` and `latentbrush worker`."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer


def serve(
    host: Annotated[
        str | None,
        typer.Option(help="Address to listen on; 127.0.0.1 if not set. Others need API keys."),
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port; 8000 if not set. 0 takes any free one.")
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Where pictures, latents and jobs are kept.")
    ] = None,
    downloads: Annotated[
        bool | None,
        typer.Option(
            "--downloads/--no-downloads", help="Let the page fetch models; yes if not set."
        ),
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page.")] = True,
) -> None:
    """Start the API, the page, the workers and the broker."""
    from backend.settings import Settings
    from cli import serve as server

    options: dict[str, Any] = {
        "host": host,
        "port": port,
        "data_dir": data_dir,
        "downloads": downloads,
    }
    given = {name: value for name, value in options.items() if value is not None}
    server.serve(Settings(**given), open_browser=browser)  # the environment sets the others


def worker(
    queues: Annotated[str, typer.Option(help="Queues to serve, in order, with commas.")] = (
        "interactive,batch"
    ),
) -> None:
    """Run one worker, for another machine of the same broker and store."""
    from service.threads import sleep_soon

    sleep_soon(os.environ)  # before torch is loaded, which reads it once
    from worker.editor import load_editor
    from worker.main import run
    from worker.settings import WorkerSettings

    run(WorkerSettings(), load_editor, queues=queues.split(","))
