"""What commands print: lines for people, JSON for machines, tables."""

import json
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

if TYPE_CHECKING:
    from models.step import Report, Step


def say(text: str) -> None:
    """One line on standard output."""
    typer.echo(text)


def warn(text: str) -> None:
    """One line on standard error: it goes on, but is perhaps not what was meant."""
    typer.echo(f"Warning: {text}", err=True)


def write_json(value: Any, path: Path | None) -> None:
    """Write JSON to a file, or to standard output when the path is `-`."""
    text = json.dumps(value, indent=1, ensure_ascii=False)
    if path is None:
        return
    if str(path) == "-":
        say(text)
    else:
        path.write_text(text + "\n")


def show_table(rows: Sequence[Any], title: str) -> None:
    """Print dataclasses as a table, one row each."""
    if not rows:
        return
    dicts = [
        asdict(row) if is_dataclass(row) and not isinstance(row, type) else row for row in rows
    ]
    table = Table(title=title)
    for name in dicts[0]:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in dicts:
        table.add_row(*(cell(value) for value in row.values()))
    Console().print(table)


def cell(value: Any) -> str:
    """A figure with as many digits as it deserves."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def shown_in(progress: Progress) -> "Report":
    """How work tells its steps to a progress bar."""
    task = progress.add_task("", total=None)

    def report(step: "Step") -> None:
        total = step.steps or None
        progress.update(task, description=step.message, completed=step.step, total=total)

    return report
