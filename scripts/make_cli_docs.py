"""Write docs/cli.md from the commands' own `--help`; a test checks that it is up to date."""

import os
from pathlib import Path

from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

PATH = Path(__file__).resolve().parent.parent / "docs" / "cli.md"


def commands() -> list[str]:
    """Every command by its words, the groups included."""
    from cli.main import app

    group = get_command(app)
    assert isinstance(group, TyperGroup)
    found = [""]
    for name, command in sorted(group.commands.items()):
        found.append(name)
        found += [f"{name} {sub}" for sub in getattr(command, "commands", {})]
    return found


def text() -> str:
    """The page: every command's help, as it is printed 80 columns wide at most."""
    os.environ["COLUMNS"] = "100"
    from cli.main import app

    parts = ["# The command line\n\nMade by `python -m scripts.make_cli_docs`.\n"]
    for command in commands():
        result = CliRunner().invoke(app, [*command.split(), "--help"], prog_name="latentbrush")
        title = f"latentbrush {command}".strip()
        parts.append(f"## {title}\n\n```\n{result.output.strip()}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PATH.write_text(text())
