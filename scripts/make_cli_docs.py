"""Write docs/cli.md from the commands' own `--help`; a test checks that it is up to date."""

import os
from pathlib import Path

from typer.testing import CliRunner

PATH = Path(__file__).resolve().parent.parent / "docs" / "cli.md"
COMMANDS = (
    "",
    "serve",
    "worker",
    "encode",
    "edit",
    "generate",
    "models",
    "models add",
    "data",
    "train generator",
    "train perceptual",
    "train encoder",
    "train attributes",
    "evaluate generator",
    "evaluate inversion",
    "evaluate editing",
    "doctor",
)


def text() -> str:
    """The page: every command's help, as it is printed 80 columns wide at most."""
    os.environ["COLUMNS"] = "100"
    from cli.main import app

    parts = ["# The command line\n\nMade by `python -m scripts.make_cli_docs`.\n"]
    for command in COMMANDS:
        result = CliRunner().invoke(app, [*command.split(), "--help"], prog_name="latentbrush")
        title = f"latentbrush {command}".strip()
        parts.append(f"## {title}\n\n```\n{result.output.strip()}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PATH.write_text(text())
